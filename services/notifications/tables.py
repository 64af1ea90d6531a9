"""What notifications keeps: messages, the attempts to send them, how many were sent, and the signals that some of them tell of."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

metadata = MetaData()

message = Table(
    "message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("fact_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("address", String),  # none: held until the organisation has a contact
    Column("report_id", Uuid),  # none, as the reference: the mail tells of signals
    Column("reference", String),
    Column("due_at", DateTime(timezone=True)),
    Column("report_kind", String),
    Column("traceparent", String),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("smtp_code", SmallInteger),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    Column("claim", Uuid),  # fences off a worker that was believed gone
    Column("claimed_at", DateTime(timezone=True)),
    Column("begun_at", DateTime(timezone=True)),  # set before the first byte goes to the server
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    UniqueConstraint("fact_id", "address", name="message_once", postgresql_nulls_not_distinct=True),
    Index(
        "message_waiting",
        "next_attempt_at",
        postgresql_where=text("state = 'pending' AND address IS NOT NULL"),
    ),
    Index("message_claimed", "claimed_at", postgresql_where=text("state = 'sending'")),
    Index("message_held", "recipient", postgresql_where=text("address IS NULL")),
    # Counts and the log's filters look for the few that are not sent among the many that are.
    Index("message_not_sent", "state", "message_id", postgresql_where=text("state <> 'sent'")),
)

withdrawn_report = Table(
    "withdrawn_report",
    metadata,
    # For good: what is heard or tried again of such a report later is left out, too.
    Column("report_id", Uuid, primary_key=True),
)

attempt = Table(
    "attempt",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String, nullable=False),  # what the message became by it
    Column("reason", String),
    Column("smtp_code", SmallInteger),
    Column("claimed_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True), nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("state", String, primary_key=True),
    Column("messages", BigInteger, nullable=False),
)

signal = Table(
    "signal",
    metadata,
    # As it was last told by reporting, and the mail that tells of it: one for ever, however often it is withdrawn and raised again.
    Column("signal_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("area", String),
    Column("provider", String),
    Column("theme", String, nullable=False),
    Column("title", String, nullable=False),
    Column("tenets", String, nullable=False),  # separated by spaces
    Column("rule", String, nullable=False),
    Column("movement", String, nullable=False),
    Column("bearing", String, nullable=False),
    Column("point_of", String, nullable=False),
    Column("point", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("mail_id", Uuid),
    Index("signal_mail", "mail_id", postgresql_where=text("mail_id IS NOT NULL")),
    Index("signal_untold", "area", postgresql_where=text("raised AND mail_id IS NULL")),
)
