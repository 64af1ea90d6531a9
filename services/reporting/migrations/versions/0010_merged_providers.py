"""Providers that were succeeded are watched as their successors: what is open of them is looked at once more."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO touched_subject (area, provider, theme)
        SELECT watched.area, watched.provider, watched.theme
        FROM watched_subject AS watched JOIN organisation ON organisation.code = watched.provider
        WHERE organisation.succeeded_by IS NOT NULL
    """)
