"""Reports as far as a verdict's page needs them, every verdict ever given, and the readings that verdicts are compared with."""

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reference", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("question", Text, nullable=True),
    Column("text", Text, nullable=False),
    # The current verdict, as far as the review queue sorts and filters by it.
    Column("revision", Integer, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("certainty", Float, nullable=False),
    Index("report_to_review", "decided_by", "certainty", "report_id"),
    # An order that has nothing to do with when a report came or how certain its verdict is.
    Index("report_by_lot", "decided_by", text("md5(report_id::text)")),
    Index("report_reporter", "reporter"),
    Index("report_provider", "provider"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("report_id", Uuid, ForeignKey("report.report_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("tenet", String, nullable=False),
    Column("themes", JSONB, nullable=False),
    Column("sentiment", Integer, nullable=True),
    Column("hints", JSONB, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("member_id", Uuid, nullable=True),
    Column("person", String, nullable=True),
    Column("reason", Text, nullable=True),
    Column("taxonomy_version", String, nullable=False),
    Column("model_version", String, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    # How the person came to this report; none for the model's, and for those from before this was kept.
    Column("chosen_from", String, nullable=True),
    Index(
        "verdict_of_people",
        "report_id",
        "revision",
        postgresql_where=text("decided_by = 'person'"),
    ),
)

reading = Table(
    "reading",
    metadata,
    Column("report_id", Uuid, ForeignKey("report.report_id"), primary_key=True),
    Column("member_id", Uuid, primary_key=True),
    # The decision that it is a second reading of.
    Column("revision", Integer, nullable=False),
    # Keys, such as "staff-attitude" and "discharge/discharge-summaries".
    Column("themes", JSONB, nullable=False),
    Column("tenet", String, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)
