"""How each dead letter stands, what it looks like masked, what operators decided; and the account of every report."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
# As `domain.letters.group_of` was when this was written.
_GROUPED = """
    UPDATE dead_letter_fact SET state = 'waiting', tries = 0, reason_group = left(
        encode(sha256(convert_to(concat_ws(E'\\x1f', consumer, cause, detail, origin_topic), 'UTF8')), 'hex'), 12
    )
"""


def upgrade() -> None:
    for column in (
        sa.Column("shape", JSONB),
        sa.Column("report_id", sa.Uuid),
        sa.Column("reference", sa.String),
        sa.Column("reason_group", sa.String),
        sa.Column("state", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("tries", sa.Integer),
        sa.Column("decision_id", sa.Uuid),
        sa.Column("settled_at", _MOMENT),
    ):
        op.add_column("dead_letter_fact", column)
    op.execute(_GROUPED)
    for name in ("reason_group", "state", "tries"):
        op.alter_column("dead_letter_fact", name, nullable=False)
    op.create_index(
        "dead_letter_fact_open",
        "dead_letter_fact",
        ["reason_group", "occurred_at"],
        postgresql_where=sa.text("state IN ('waiting', 'replaying', 'discarding')"),
    )
    op.create_index(
        "dead_letter_fact_report",
        "dead_letter_fact",
        ["report_id"],
        postgresql_where=sa.text("report_id IS NOT NULL"),
    )
    op.create_index("dead_letter_fact_decision", "dead_letter_fact", ["decision_id"])
    op.create_table(
        "letter_decision",
        sa.Column("decision_id", sa.Uuid, primary_key=True),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("acting_for", sa.String),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column("letters", sa.Integer, nullable=False),
    )
    op.create_index("letter_decision_newest", "letter_decision", ["decided_at"])
    op.create_table(
        "reconciliation",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True),
        sa.Column("found", JSONB, nullable=False),
    )
