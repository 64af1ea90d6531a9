"""The history: entries, the chain's end, and the one function that adds to them."""

import sqlalchemy as sa
from alembic import op

revision = "platform_0002"
down_revision = "platform_0001"
branch_labels = None
depends_on = None

# Runs with its owner's rights, so that the application may add entries without any right to the tables. The time is the
# database's own: nobody can date an entry back.
_APPEND = """
CREATE FUNCTION append_audit(
    kinds text[], record_ids text[], steps text[], author_kinds text[], author_ids text[],
    author_names text[], acting_fors text[], befores text[], afters text[], digests bytea[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    first bigint;
    latest bytea;
    hashes bytea[] := '{}';
BEGIN
    SELECT number, hash INTO STRICT first, latest FROM audit_head FOR UPDATE;
    FOR i IN 1 .. cardinality(kinds) LOOP
        latest := sha256(latest || int8send(first + i) || digests[i]);
        hashes := array_append(hashes, latest);
    END LOOP;
    INSERT INTO audit_entry
    SELECT first + n, now(), kind, record_id, step, author_kind, author_id, author_name, acting_for, before, after, hash
    FROM unnest(
        kinds, record_ids, steps, author_kinds, author_ids, author_names, acting_fors, befores, afters, hashes
    ) WITH ORDINALITY AS new (
        kind, record_id, step, author_kind, author_id, author_name, acting_for, before, after, hash, n
    );
    UPDATE audit_head SET number = first + cardinality(kinds), hash = latest;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text(collation="C"), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("author_kind", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("acting_for", sa.Text),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        comment="Who did what to which record, when: only ever added to, by append_audit",
    )
    op.create_index("audit_entry_record", "audit_entry", ["kind", "record_id", "number"])
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        comment="The number and hash of the last entry: one row",
    )
    op.execute(
        "INSERT INTO audit_head (one, number, hash) VALUES (true, 0, decode(repeat('00', 32), 'hex'))"
    )
    op.execute(_APPEND)
    op.execute("REVOKE ALL ON FUNCTION append_audit FROM PUBLIC")
