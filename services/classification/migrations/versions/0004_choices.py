"""What the reporter chose beside the words, for models that listen to it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("report", sa.Column("service", sa.String, nullable=True))
    op.add_column("report", sa.Column("harm", sa.String, nullable=True))
