"""Signals, what people answered, and what is to be looked at for them: at first, everything that is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _watching()
    _signals()
    op.execute("""
        INSERT INTO touched_subject (area, provider, theme)
        SELECT DISTINCT area, provider, theme FROM place_count
        WHERE month_of = 'event' AND sub_theme = '' AND theme <> ''
          AND position(':' IN area) = 0 AND (area <> '' OR provider = '')
    """)


def _watching() -> None:
    op.create_table(
        "touched_subject",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("area", "provider", "theme")),
    )
    op.create_table(
        "watched_subject",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("area", "provider", "theme")),
        sa.Column("whole_month", sa.Date, nullable=False),
    )
    op.create_index("watched_subject_month", "watched_subject", ["whole_month"])


def _signals() -> None:
    op.create_table(
        "signal",
        sa.Column("signal_id", sa.Uuid, primary_key=True),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("tenets", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("movement", sa.String, nullable=False),
        sa.Column("bearing", sa.String, nullable=False),
        sa.Column("point_of", sa.String, nullable=False),
        sa.Column("point", sa.Date, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("mean", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("raised", sa.Boolean, nullable=False),
        sa.Column("raised_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT),
        sa.Column("answer_id", sa.Uuid),
    )
    answered = sa.text("answer_id IS NOT NULL")
    op.create_index("signal_subject", "signal", ["subject_id", "point"])
    op.create_index("signal_area", "signal", ["area"])
    op.create_index("signal_provider", "signal", ["provider"])
    op.create_index("signal_answered", "signal", ["answer_id"], postgresql_where=answered)
    op.create_table(
        "signal_answer",
        sa.Column("answer_id", sa.Uuid, primary_key=True),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=False),
    )
    op.create_index("signal_answer_subject", "signal_answer", ["subject_id"])
