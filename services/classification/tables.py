"""Reports as far as a verdict's page needs them, every verdict ever given, and the readings that verdicts are compared with."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
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
    # What else the reporter chose; neither is known of reports from before it was kept.
    Column("service", String, nullable=True),
    Column("harm", String, nullable=True),
    Column("question", Text, nullable=True),
    Column("text", Text, nullable=False),
    # The current verdict, as far as the review queue sorts and filters by it.
    Column("revision", Integer, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("certainty", Float, nullable=False),
    # Whose verdict the current one is, or the one that a person looked at.
    Column("version", String, nullable=False),
    Index("report_to_review", "decided_by", "certainty", "report_id"),
    # An order that has nothing to do with when a report came or how certain its verdict is.
    Index("report_by_lot", "decided_by", text("md5(report_id::text)")),
    Index("report_by_version", "kind", "decided_by", "version", "report_id"),
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

withdrawn_report = Table(
    "withdrawn_report",
    metadata,
    # Of its own: a report that was set aside may come after its withdrawal.
    Column("report_id", Uuid, primary_key=True),
)

adoption = Table(
    "adoption",
    metadata,
    # Rises with each; the highest of a kind is in force.
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", String, nullable=False),
    Column("version", String, nullable=False),
    Column("adopted_at", DateTime(timezone=True), nullable=False),
    Column("member_id", Uuid, nullable=True),
    # None: what a new estate begins with, or had before.
    Column("person", String, nullable=True),
    Column("reason", Text, nullable=True),
    Index("adoption_in_force", "kind", "number"),
)

reclassification = Table(
    "reclassification",
    metadata,
    Column("kind", String, primary_key=True),
    # When reports were last asked for: of the time since then it is worked out how many may be now.
    Column("asked_at", DateTime(timezone=True), nullable=False),
)

awaited = Table(
    "awaited",
    metadata,
    # Reports that were asked for and not answered yet.
    Column("report_id", Uuid, ForeignKey("report.report_id"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)

trial = Table(
    "trial",
    metadata,
    Column("trial_id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("candidate", String, nullable=False),
    # The version in force when it began.
    Column("against", String, nullable=False),
    Column("state", String, nullable=False),
    # Reports of the kind when it began, and how many of them have been compared.
    Column("total", Integer, nullable=False),
    Column("compared", Integer, nullable=False),
    # The last report compared; they are taken in the order of their ids.
    Column("cursor", Uuid, nullable=True),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=True),
    Column("person", String, nullable=False),
    Index("trial_under_way", "kind", unique=True, postgresql_where=text("state = 'under way'")),
)

trial_report = Table(
    "trial_report",
    metadata,
    Column("trial_id", Uuid, ForeignKey("trial.trial_id"), primary_key=True),
    Column("report_id", Uuid, ForeignKey("report.report_id"), primary_key=True),
    Column("decided_by", String, nullable=False),
    # Keys of themes: those the report has, and what the candidate would add and take away.
    Column("before", JSONB, nullable=False),
    Column("gained", JSONB, nullable=False),
    Column("lost", JSONB, nullable=False),
    # What the version in force finds in a report that a person decided on.
    Column("against", JSONB, nullable=True),
    Column("tenet_changed", Boolean, nullable=False),
    Column("sentiment_changed", Boolean, nullable=False),
    Column("hints_changed", Boolean, nullable=False),
)
