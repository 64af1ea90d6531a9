"""Totals by practice say how far their cases came, too: comparing hundreds of practices read every provider's cell of each."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STAGES = (
    "asked",
    "in_time",
    "late",
    "learning",
    "action",
    "completed",
    "outcome",
    "disputed",
    "confirmed",
    "unanswered",
)


def upgrade() -> None:
    for stage in _STAGES:
        column = sa.Column(stage, sa.Integer, nullable=False, server_default="0")
        op.add_column("practice_count", column)
    op.execute(f"""
        UPDATE practice_count AS kept SET {", ".join(f"{stage} = told.{stage}" for stage in _STAGES)}
        FROM (
            SELECT reporter, month_of, theme, month, {", ".join(f"sum({stage}) AS {stage}" for stage in _STAGES)}
            FROM pair_count WHERE sub_theme = '' GROUP BY 1, 2, 3, 4
        ) AS told
        WHERE (kept.reporter, kept.month_of, kept.theme, kept.month)
            = (told.reporter, told.month_of, told.theme, told.month)
    """)  # noqa: S608 - our own names
    for stage in _STAGES:
        op.alter_column("practice_count", stage, server_default=None)
