"""Counts by cube instead of one wide table of cells, lists of their own, actions, and areas by the directory.

What was counted before is counted again from the facts, in statements that stand for themselves: the code moves on. Of a completed
action only its report and day were kept, so the report's id stands for the action's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

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
_MEASURES = ("reports", *_STAGES)


def upgrade() -> None:
    _reports()
    _lists()
    _cubes()
    _list()
    _count_pairs()
    _count_places()
    op.drop_table("trend_count")


def _reports() -> None:
    op.add_column("report_fact", sa.Column("reported_on", sa.Date))
    op.execute(
        "UPDATE report_fact SET reported_on = (submitted_at AT TIME ZONE 'Europe/London')::date"
    )
    op.alter_column("report_fact", "reported_on", nullable=False)
    op.add_column("report_fact", sa.Column("past_action_on", sa.Date))
    op.add_column("report_fact", sa.Column("past_outcome_on", sa.Date))


def _lists() -> None:
    for name in ("report_fact_happened", "report_fact_reporter", "report_fact_provider"):
        op.drop_index(name)
    op.drop_index("verdict_fact_themes")
    op.create_table(
        "listed_report",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("theme", sa.String, primary_key=True),
        sa.Column("happened_on", sa.Date, nullable=False),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("provider", "reporter", "tenet", "kind")
        ),
    )
    op.create_table(
        "action_fact",
        sa.Column("action_id", sa.Uuid, primary_key=True),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("completed_on", sa.Date),
    )
    op.create_table(
        "area_member",
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("area", sa.String, primary_key=True),
        sa.Column("as_provider", sa.Boolean, nullable=False),
    )


def _cube(name: str, key: str, measures: tuple[str, ...]) -> None:
    op.create_table(
        name,
        *(
            sa.Column(column, sa.Date if column == "month" else sa.String, primary_key=True)
            for column in key.split()
        ),
        *(sa.Column(measure, sa.Integer, nullable=False) for measure in measures),
    )


def _cubes() -> None:
    only = ("reports",)
    _cube("pair_count", "reporter month_of sub_theme theme month provider tenet kind", _MEASURES)
    _cube("place_count", "area provider month_of sub_theme theme month tenet kind", _MEASURES)
    _cube("pair_facet", "reporter facet theme month value provider tenet kind", only)
    _cube("place_facet", "area provider facet theme month value tenet kind", only)
    _cube("practice_count", "reporter month_of theme month", only)


def _list() -> None:
    op.execute("""
        INSERT INTO listed_report (report_id, theme, happened_on, provider, reporter, tenet, kind)
        SELECT r.report_id, listed.theme, r.happened_on, r.provider, r.reporter, coalesce(v.tenet, r.tenet), r.kind
        FROM report_fact r LEFT JOIN verdict_fact v USING (report_id)
        CROSS JOIN LATERAL (
            SELECT '' AS theme
            UNION SELECT each ->> 'theme' FROM jsonb_array_elements(v.themes) AS each
        ) AS listed
    """)
    for name, by in (("newest", []), ("provider", ["provider"]), ("reporter", ["reporter"])):
        columns = ["theme", *by, "happened_on", "report_id"]
        op.create_index(f"listed_report_{name}", "listed_report", columns)
    op.execute("""
        INSERT INTO action_fact (action_id, report_id, reporter, provider, completed_on)
        SELECT report_id, report_id, reporter, provider, action_completed_on
        FROM case_fact WHERE action_completed_on IS NOT NULL
    """)
    for name, by in (("newest", []), ("provider", ["provider"]), ("reporter", ["reporter"])):
        op.create_index(
            f"action_fact_{name}",
            "action_fact",
            [*by, "completed_on", "action_id"],
            postgresql_where=sa.text("completed_on IS NOT NULL"),
        )


def _count_pairs() -> None:
    """By reporter and provider: subjects (month, theme, sub-theme), and what else is told of each report."""
    op.execute(f"""
        WITH known AS (
            SELECT r.reporter, r.provider, r.month, r.reported_month, r.kind,
                coalesce(v.tenet, r.tenet) AS tenet, coalesce(v.themes, '[]') AS themes,
                (c.due_at IS NOT NULL)::int AS asked,
                (c.acknowledged_late IS FALSE)::int AS in_time,
                (c.acknowledged_late IS TRUE)::int AS late,
                (c.learning_at IS NOT NULL)::int AS learning,
                (c.action_planned_at IS NOT NULL)::int AS action,
                (c.action_completed_on IS NOT NULL)::int AS completed,
                (c.outcome_at IS NOT NULL)::int AS outcome,
                (c.disputed_at IS NOT NULL)::int AS disputed,
                (c.closed_because IS NOT DISTINCT FROM 'confirmed')::int AS confirmed,
                (c.closed_because IS NOT DISTINCT FROM 'unanswered')::int AS unanswered
            FROM report_fact r LEFT JOIN verdict_fact v USING (report_id) LEFT JOIN case_fact c USING (report_id)
        )
        INSERT INTO pair_count (reporter, provider, month_of, sub_theme, theme, month, tenet, kind, {", ".join(_MEASURES)})
        SELECT reporter, provider, subject.month_of, subject.sub_theme, subject.theme, subject.month, tenet, kind,
            count(*), {", ".join(f"sum({stage})" for stage in _STAGES)}
        FROM known CROSS JOIN LATERAL (
            SELECT 'event' AS month_of, '' AS sub_theme, '' AS theme, known.month AS month
            UNION SELECT 'report', '', '', known.reported_month
            UNION SELECT 'event', '', each ->> 'theme', known.month FROM jsonb_array_elements(known.themes) AS each
            UNION SELECT 'event', each ->> 'sub_theme', each ->> 'theme', known.month
            FROM jsonb_array_elements(known.themes) AS each WHERE each ->> 'sub_theme' IS NOT NULL
        ) AS subject
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    """)  # noqa: S608 - our own names
    op.execute("""
        INSERT INTO pair_facet (reporter, provider, facet, theme, value, month, tenet, kind, reports)
        SELECT r.reporter, r.provider, told.facet, told.theme, told.value, r.month, coalesce(v.tenet, r.tenet), r.kind, count(*)
        FROM report_fact r LEFT JOIN verdict_fact v USING (report_id)
        CROSS JOIN LATERAL (
            SELECT 'source' AS facet, '' AS theme, r.source AS value
            UNION SELECT 'service', '', r.service
            UNION SELECT graded.facet, slug.theme, graded.value
            FROM (VALUES ('harm', r.harm), ('rating', r.rating)) AS graded (facet, value)
            CROSS JOIN (
                SELECT '' AS theme
                UNION SELECT each ->> 'theme' FROM jsonb_array_elements(v.themes) AS each
            ) AS slug
            WHERE graded.value IS NOT NULL
        ) AS told
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    """)
    op.execute("""
        INSERT INTO practice_count (reporter, month_of, theme, month, reports)
        SELECT reporter, month_of, theme, month, sum(reports) FROM pair_count
        WHERE sub_theme = '' GROUP BY 1, 2, 3, 4
    """)


def _count_places() -> None:
    op.execute("""
        WITH RECURSIVE line(code, at) AS (
            SELECT code, code FROM organisation
            UNION SELECT commissioner, commissioner FROM organisation WHERE commissioner IS NOT NULL
            UNION SELECT line.code, later.succeeded_by FROM line JOIN organisation later ON later.code = line.at
            WHERE later.succeeded_by IS NOT NULL
        ), today AS (
            SELECT line.code, line.at FROM line LEFT JOIN organisation o ON o.code = line.at
            WHERE o.succeeded_by IS NULL
        )
        INSERT INTO area_member (organisation, area, as_provider)
        SELECT DISTINCT o.code, today.at, o.kind <> 'practice'
        FROM organisation o JOIN line ON line.code = o.code
        JOIN organisation later ON later.code = line.at JOIN today ON today.code = later.commissioner
        WHERE o.kind IN ('practice', 'acute', 'mental-health', 'community', 'ambulance', 'other-provider')
        UNION ALL SELECT code, commissioner || '\\:practices', false FROM organisation WHERE kind = 'practice' AND commissioner IS NOT NULL
    """)
    for cube, rest, measures in (
        ("count", "month_of, sub_theme, theme, month, tenet, kind", _MEASURES),
        ("facet", "facet, theme, value, month, tenet, kind", ("reports",)),
    ):
        op.execute(f"""
            WITH pair AS (SELECT DISTINCT reporter, provider FROM pair_{cube}), place AS (
                SELECT pair.reporter, pair.provider AS about, its.area, its.provider FROM pair
                CROSS JOIN LATERAL (
                    SELECT '' AS area, '' AS provider
                    UNION SELECT '', pair.provider
                    UNION SELECT m.area, place.provider
                    FROM area_member m CROSS JOIN (VALUES (''), (pair.provider)) AS place (provider)
                    WHERE (m.organisation = pair.reporter AND NOT m.as_provider OR m.organisation = pair.provider AND m.as_provider)
                      AND (place.provider = '' OR m.area NOT LIKE '%\\:practices')
                ) AS its
            )
            INSERT INTO place_{cube} (area, provider, {rest}, {", ".join(measures)})
            SELECT place.area, place.provider, {rest}, {", ".join(f"sum({each})" for each in measures)}
            FROM place JOIN pair_{cube} AS base ON base.reporter = place.reporter AND base.provider = place.about
            GROUP BY place.area, place.provider, {rest}
        """)  # noqa: S608 - our own names
