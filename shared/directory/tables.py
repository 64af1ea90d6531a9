"""The directory's one table, in the database of every service."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table
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
    # "In which organisations is this person a member?" is asked at every request.
    Index(
        "organisation_record",
        "record",
        postgresql_using="gin",
        postgresql_ops={"record": "jsonb_path_ops"},
    ),
    # So are "whom does it stand for?" and "whom does this commissioner oversee?".
    Index("organisation_succeeded_by", "succeeded_by"),
    Index("organisation_commissioner", "commissioner"),
    Index("organisation_kind_name", "kind", "name"),
)
