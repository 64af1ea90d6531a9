"""Cases, their answers and their history begin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_cases()
    _create_answers()
    _create_history()
    _create_read_models()


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_cases() -> None:
    op.create_table(
        "case_",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("harm", sa.Text),
        sa.Column("reporter", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _moment("opened_at", nullable=False),
        _moment("due_at"),
        _moment("due_soon_at"),
        sa.Column("close_unanswered_after_days", sa.Integer),
        sa.Column("due_soon_raised", sa.Boolean, nullable=False),
        sa.Column("overdue_raised", sa.Boolean, nullable=False),
        _moment("acknowledged_at"),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("late", sa.Boolean),
        sa.Column("owner", sa.Text),
        sa.Column("next_step", sa.Text),
        sa.Column("outcome", sa.Text),
        _moment("answered_at"),
        _moment("close_at"),
        sa.Column("dispute_reason", sa.Text),
        _moment("disputed_at"),
        _moment("closed_at"),
        sa.Column("closed_because", sa.Text),
        sa.Column("tenet", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("rating", sa.Text),
        sa.Column("question", sa.Text),
        sa.Column("report_text", sa.Text, nullable=False),
        _moment("reported_at", nullable=False),
    )
    op.create_index("case_of_provider", "case_", ["provider", "state", "report_id"])
    op.create_index("case_of_reporter", "case_", ["reporter", "state", "report_id"])
    op.create_index("case_overdue", "case_", ["due_at"], postgresql_where=sa.text("state = 'open'"))


def _create_answers() -> None:
    op.create_table(
        "learning_response",
        sa.Column("report_id", sa.Uuid, sa.ForeignKey("case_.report_id"), primary_key=True),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("what_happened", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("factors", JSONB, nullable=False),
    )
    op.create_table(
        "action_item",
        sa.Column("action_id", sa.Uuid, primary_key=True),
        sa.Column(
            "report_id", sa.Uuid, sa.ForeignKey("case_.report_id"), nullable=False, index=True
        ),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("completed_on", sa.Date),
    )
    op.create_index(
        "action_item_outstanding",
        "action_item",
        ["due_on"],
        postgresql_where=sa.text("completed_on IS NULL"),
    )


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("report_id", sa.Uuid, nullable=False, index=True),
        _moment("at", nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("member_id", sa.Uuid),
        sa.Column("name", sa.Text),
        sa.Column("acting_for", sa.Text),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        comment="Who did what, when; rows are only ever added. Without a name, the system did it",
    )
    op.execute(
        """
        CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the history is append-only';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history"
        " FOR EACH ROW EXECUTE FUNCTION history_is_append_only()"
    )


def _create_read_models() -> None:
    op.create_table(
        "case_themes",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("tenet", sa.Text, nullable=False),
        sa.Column("themes", JSONB, nullable=False),
        comment="The newest verdict on a report; it may come before the report itself",
    )
    op.create_index(
        "case_themes_themes",
        "case_themes",
        ["themes"],
        postgresql_using="gin",
        postgresql_ops={"themes": "jsonb_path_ops"},
    )
    op.create_table(
        "case_tally",
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
        comment="Cases by state, kept with each change: counting millions of rows every second is no heartbeat",
    )
