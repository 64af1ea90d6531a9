"""The tables that every service's database has for the platform: inbox, outbox, timers, what was set aside, and the history."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    comment="Events applied in this database: a second copy of one does nothing",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="Facts to publish, in order; the relay deletes what Kafka has acknowledged",
)

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Uuid, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("traceparent", Text),
    Column("problem", Text, comment="Why it could not fire; an operator looks at it"),
    comment="Things to do later; deleted by the transaction that does them",
)
Index("timer_due", timer.c.due_at, postgresql_where=timer.c.problem.is_(None))

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("event_id", Uuid, primary_key=True, comment="Of the DeadLetter fact"),
    Column("origin_topic", Text, nullable=False),
    Column("origin_partition", Integer, nullable=False),
    Column("origin_offset", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # The record as it came, until somebody has decided about it. It may hold free text.
    Column("record_key", LargeBinary),
    Column("record_value", LargeBinary),
    Column("record_headers", JSONB, comment="[[name, base64], ...]; none: the record is not here"),
    Column("outcome", Text, comment="What became of it; none while it waits for a decision"),
    Column("settled_at", DateTime(timezone=True)),
    comment="What this service set aside, and keeps until an operator decides",
)
Index(
    "dead_letter_waiting", dead_letter.c.event_id, postgresql_where=dead_letter.c.outcome.is_(None)
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text(collation="C"), nullable=False),  # asked for by prefix, too
    Column("step", Text, nullable=False),
    Column("author_kind", Text, nullable=False),
    Column("author_id", Text),
    Column("author_name", Text, nullable=False),
    Column("acting_for", Text),
    # JSON as text: to the letter what was hashed.
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("audit_entry_record", "kind", "record_id", "number"),
    comment="Who did what to which record, when: only ever added to, by append_audit",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Boolean, CheckConstraint("one"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    comment="The number and hash of the last entry: one row",
)
