"""Intake's tables. The platform's (inbox, outbox, timers) and the directory's are beside them in the same database."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

reference_number = Sequence(
    "reference_number", metadata=metadata, minvalue=0, start=0, maxvalue=(1 << 30) - 1
)
"""Numbers for references; at its end it raises rather than begin again."""

report = Table(
    "report",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", String, nullable=False, unique=True),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("tenet", String, nullable=False),
    Column("source", String, nullable=False),
    Column("service", String, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("harm", String),
    Column("rating", String),
    Column("text", Text, nullable=False),  # masked before it comes here
    Column("question", Text),
    Column("historic", Boolean, nullable=False),
    Column("past", JSONB(none_as_null=True)),  # what became of history before it came here
    Column("submitted_by", Uuid),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("masked", JSONB, nullable=False),  # how many identifiers of each kind
    Column("idempotency_key", String, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_because", String),
    Column("withdrawn_by", Uuid),
    UniqueConstraint("reporter", "idempotency_key"),
    # "My reports", newest first: ids rise with time.
    Index("report_reporter_id", "reporter", "id"),
    # What is still open about an organisation that closes.
    Index("report_provider", "provider"),
)

directory_import = Table(
    "directory_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("file_name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("plan", JSONB, nullable=False),  # what was shown, and is applied as it was shown
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("applied_at", DateTime(timezone=True)),
)

case_status = Table(
    "case_status",
    metadata,
    Column(
        "report_id", Uuid, primary_key=True
    ),  # no foreign key: the case's facts come by another topic
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("overdue", Boolean),
    Column("late", Boolean),
    Column("owner", String),
    Column("next_step", String),
    Column("outcome", Text),
    Column("outcome_revision", Integer),  # of the fact that said it: an older one may come later
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("organisation", String, nullable=False),
    Column("label", String, nullable=False),
    Column("scopes", ARRAY(String), nullable=False),
    Column("made_by", String, nullable=False),  # a name, as the history has it
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),  # to the minute
    Index("api_key_organisation_created", "organisation", "created_at"),
)
