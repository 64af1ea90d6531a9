"""The one table of drafts, in the database of every service."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, Table, Text

metadata = MetaData()

draft = Table(
    "draft",
    metadata,
    Column("subject", Text, primary_key=True, comment="Who typed it: the sign-in's `sub`"),
    Column("organisation", Text, primary_key=True, comment="For whom"),
    Column("form", Text, primary_key=True, comment="The address of the form's page"),
    Column("content", LargeBinary, nullable=False, comment="Encrypted: what was typed, and whose"),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Index("draft_saved_at", "saved_at"),
    comment="What was typed and not sent; deleted when it is sent, and after some days",
)
