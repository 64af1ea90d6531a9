"""The tables that every service's database has for the platform: inbox, outbox, timers, and what was set aside."""

from sqlalchemy import (
    BigInteger,
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
    comment="What this service set aside; the records themselves are in the dead-letter topic",
)
