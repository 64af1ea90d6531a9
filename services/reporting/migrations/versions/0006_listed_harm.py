"""The list's own row says the harm: charts and lists of grave harm looked up fifty reports for each that they showed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listed_report", sa.Column("harm", sa.String))
    op.execute("""
        UPDATE listed_report AS listed SET harm = fact.harm
        FROM report_fact AS fact WHERE fact.report_id = listed.report_id AND fact.harm IS NOT NULL
    """)
    op.create_index(
        "listed_report_harm",
        "listed_report",
        ["theme", "harm", "happened_on", "report_id"],
        postgresql_where=sa.text("harm IN ('moderate', 'severe', 'fatal')"),
    )
