"""The endings' one table, in the database of every service."""

from sqlalchemy import Column, DateTime, MetaData, Table, Text

metadata = MetaData()

session_ending = Table(
    "session_ending",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("signed_in_until", DateTime(timezone=True), comment="None: whenever it was signed in"),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    comment="Sessions that ended before their time; forgotten when they would have ended anyway",
)
