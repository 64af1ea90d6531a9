"""Which version is in force, trials of others, and the reports that are to be classified anew.

Until now there was one version of each kind, by which every report's verdict was given.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reports()
    _adoptions()
    _trials()


def _reports() -> None:
    op.add_column("report", sa.Column("version", sa.String, nullable=True))
    op.execute(
        "UPDATE report SET version = CASE kind WHEN 'feedback' THEN 'feedback-1' ELSE 'events-1' END"
    )
    op.alter_column("report", "version", nullable=False)
    op.create_index("report_by_version", "report", ["kind", "decided_by", "version", "report_id"])


def _adoptions() -> None:
    op.create_table(
        "adoption",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("adopted_at", _MOMENT, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=True),
        sa.Column("person", sa.String, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
    )
    op.create_index("adoption_in_force", "adoption", ["kind", "number"])
    op.create_table(
        "reclassification",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "awaited",
        sa.Column("report_id", sa.Uuid, sa.ForeignKey("report.report_id"), primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
    )


def _trials() -> None:
    op.create_table(
        "trial",
        sa.Column("trial_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("candidate", sa.String, nullable=False),
        sa.Column("against", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("compared", sa.Integer, nullable=False),
        sa.Column("cursor", sa.Uuid, nullable=True),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("person", sa.String, nullable=False),
    )
    op.create_index(
        "trial_under_way",
        "trial",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("state = 'under way'"),
    )
    op.create_table(
        "trial_report",
        sa.Column("trial_id", sa.Uuid, sa.ForeignKey("trial.trial_id"), primary_key=True),
        sa.Column("report_id", sa.Uuid, sa.ForeignKey("report.report_id"), primary_key=True),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("gained", JSONB, nullable=False),
        sa.Column("lost", JSONB, nullable=False),
        sa.Column("against", JSONB, nullable=True),
        sa.Column("tenet_changed", sa.Boolean, nullable=False),
        sa.Column("sentiment_changed", sa.Boolean, nullable=False),
        sa.Column("hints_changed", sa.Boolean, nullable=False),
    )
