"""Who stands in for whom, and who oversees whom, as columns that are asked at every request; of the records, only the members are
indexed."""

import sqlalchemy as sa
from alembic import op

revision = "directory_0002"
down_revision = "directory_0001"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("commissioner", sa.String))
    op.add_column("organisation", sa.Column("succeeded_by", sa.String))
    op.execute(
        "UPDATE organisation SET commissioner = record ->> 'commissioner',"
        " succeeded_by = CASE WHEN status = 'closed' THEN record ->> 'successor' END"
    )
    op.drop_index("organisation_record")
    op.create_index(
        "organisation_members",
        "organisation",
        [sa.text("(record -> 'members') jsonb_path_ops")],
        postgresql_using="gin",
    )
    op.create_index("organisation_succeeded_by", "organisation", ["succeeded_by"])
    op.create_index("organisation_commissioner", "organisation", ["commissioner"])
    op.create_index("organisation_kind_name", "organisation", ["kind", "name"])
