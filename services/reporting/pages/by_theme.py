"""All reports of a view, and those of each theme: what the overview and the pages of organisations begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import Rank
from services.reporting.domain.cubes import EVERY
from services.reporting.domain.filters import Filters
from services.reporting.domain.numbers import Absent
from services.reporting.domain.questions import Question
from services.reporting.pages.charting import Series
from services.reporting.pages.lines import Line, lines_of
from services.reporting.pages.view import View
from services.reporting.repository import series
from services.reporting.repository.series import ByMonth
from shared.contracts.reports import Tenet
from shared.web.filters import plural


@dataclass(frozen=True)
class ByTheme:
    """A chart of all reports, and one for each theme."""

    everything: Line
    themes: list[Line]
    """Concerns first, then improvements and other changes, then the rest by name; those without a chart yet come last."""

    @property
    def empty(self) -> bool:
        return self.everything.total in (0, Absent.HIDDEN)

    @property
    def charted(self) -> list[Line]:
        return [line for line in self.themes if line.chart.rank is not Rank.NOT_YET]

    @property
    def thin(self) -> list[Line]:
        """Themes with reports, too few to chart."""
        return [
            line
            for line in self.themes
            if line.chart.rank is Rank.NOT_YET and line.total not in (0, Absent.HIDDEN)
        ]

    @property
    def summary(self) -> str:
        """`2 of 14 themes are a concern, 1 has improved.`"""
        ranks = [line.chart.rank for line in self.charted]
        if not ranks:
            return "No theme has enough data for a chart yet."
        words = {
            Rank.CONCERN: ("is a concern", "are a concern"),
            Rank.IMPROVEMENT: ("has improved", "have improved"),
            Rank.CHANGE: ("has changed", "have changed"),
            Rank.UNSAID: ("cannot be judged", "cannot be judged"),
        }
        said = [
            f"{number} {one if number == 1 else several}"
            for rank, (one, several) in words.items()
            if (number := ranks.count(rank))
        ]
        of = plural(len(ranks), "theme with a chart", "themes with a chart")
        return f"Of {of}, {', '.join(said) or 'none has changed by more than chance'}."


async def themes_of(connection: AsyncConnection, view: View) -> ByTheme:
    """As the view asks."""
    question = view.over(view.window.begins, view.question.period.last)
    by_tenet = await series.each(connection, question, "tenet", theme=view.filters.theme or EVERY)
    wanted = [
        (everything(view.filters, by_tenet), f"/trends{view.filters.query}"),
        *await theme_series(connection, view, question),
    ]
    first, *themes = await lines_of(connection, view, wanted, None)
    return ByTheme(first, sorted(themes, key=lambda line: line.chart.order))


async def theme_series(
    connection: AsyncConnection, view: View, question: Question
) -> list[tuple[Series, str]]:
    """The series of each theme, and its page; none where reports are counted for all themes together only."""
    filters = view.filters
    if filters.unthemed is not None:
        return []
    counts = await series.each(connection, question, "theme", theme=filters.theme)
    return [
        (
            Series(
                f"theme-{slug}", view.choices.themes[slug], replace(view.filters, theme=slug), found
            ),
            f"/trends/themes/{slug}{view.filters.elsewhere_query}",
        )
        for slug, found in counts.items()
        if slug in view.choices.themes
    ]


def everything(filters: Filters, counts: Mapping[str, ByMonth]) -> Series:
    """All reports together, whose parts are the tenets."""
    by_kind: dict[tuple[date, str], int] = {}
    by_tenet: dict[date, list[int]] = {}
    for at, found in enumerate(counts.values()):
        for (month, kind), number in found.items():
            by_kind[month, kind] = by_kind.get((month, kind), 0) + number
            by_tenet.setdefault(month, [0] * len(Tenet))[at] += number
    return Series("all", "All reports", filters, by_kind, by_tenet)
