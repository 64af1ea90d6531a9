"""The directory's one table, in the database of every service."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

organisation = Table(
    "organisation",
    metadata,
    Column("code", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("commissioner", String),
    # Who stands in for it: the successor of a closed organisation, and nobody for an open one.
    Column("succeeded_by", String),
    Column("record", JSONB, nullable=False),
    # Asked at every request: "whom does it stand for?" and "whom does this commissioner oversee?"
    Index("organisation_succeeded_by", "succeeded_by"),
    Index("organisation_commissioner", "commissioner"),
    Index("organisation_kind_name", "kind", "name"),
)

# "In which organisations is this person a member?" is asked at every request, too. Of the members only: an index of the whole
# record would cost more to keep than the record itself.
Index(
    "organisation_members",
    organisation.c.record.op("->")(text("'members'")).label("members"),
    postgresql_using="gin",
    postgresql_ops={"members": "jsonb_path_ops"},
)
