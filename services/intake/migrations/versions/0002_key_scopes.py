"""What a key may do, until when, who made it and when it was last used. Keys made before keep what they could do."""

import sqlalchemy as sa
from alembic import op

revision = "0002_key_scopes"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("api_key", sa.Column("scopes", sa.ARRAY(sa.String)))
    op.add_column("api_key", sa.Column("made_by", sa.String))
    op.add_column("api_key", sa.Column("expires_at", sa.DateTime(timezone=True)))
    op.add_column("api_key", sa.Column("last_used_at", sa.DateTime(timezone=True)))
    op.execute(
        # Only the administrator's key could make one, and it sent and read the organisation's reports.
        "UPDATE api_key SET scopes = '{reports:write,reports:read}', made_by = 'Administrator''s key'"
    )
    op.alter_column("api_key", "scopes", nullable=False)
    op.alter_column("api_key", "made_by", nullable=False)
    op.create_index("api_key_organisation_created", "api_key", ["organisation", "created_at"])
