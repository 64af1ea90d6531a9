"""What the trend pages show, from counts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.charts import (
    Chart,
    Mark,
    Series,
    bar_chart,
    line_chart,
    narrow,
    small,
    wide,
    words_of,
)
from services.reporting.domain.counts import Measure
from services.reporting.domain.months import Period, long_name
from services.reporting.domain.numbers import (
    SMALLEST_SHOWN,
    Absent,
    Number,
    NumberTable,
    share,
    shown,
    tabulate,
)
from shared.contracts.reports import Tenet

_MARKS = {
    Tenet.EXPERIENCE: (Mark.CIRCLE, "#00789c"),
    Tenet.EFFECTIVENESS: (Mark.SQUARE, "#4c6272"),
    Tenet.SAFETY: (Mark.TRIANGLE, "#b25900"),
}
_BAR = "#005eb8"
SHADES = 3
"""Heat cells go from shade 0 (white) to this one."""


@dataclass(frozen=True)
class TenetChart:
    """Reports by month and tenet: one set of numbers as two drawings, one sentence and one table."""

    wide: str
    narrow: str
    words: str
    table: NumberTable


@dataclass(frozen=True)
class ThemeTrend:
    """One theme's small chart."""

    slug: str
    title: str
    total: Number
    numbers: tuple[Number, ...]
    chart: Chart


@dataclass(frozen=True)
class HeatCell:
    """Where a theme meets a provider, or any two things: all reports, then by tenet in the order of `Tenet`."""

    total: Number
    tenets: tuple[Number, ...]
    shade: int


@dataclass(frozen=True)
class HeatRow:
    slug: str
    title: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Performance:
    """The response clock and the loop, of reports that started a clock. History starts none."""

    asked: int
    in_time: int
    late: int
    overdue: int
    outcomes: int
    disputed: int
    confirmed: int
    unanswered: int

    @classmethod
    def of(cls, stages: Mapping[str, int], overdue: int) -> "Performance":
        return cls(
            asked=stages.get(Measure.ASKED, 0),
            in_time=stages.get(Measure.IN_TIME, 0),
            late=stages.get(Measure.LATE, 0),
            overdue=overdue,
            outcomes=stages.get(Measure.OUTCOME, 0),
            disputed=stages.get(Measure.DISPUTED, 0),
            confirmed=stages.get(Measure.CONFIRMED, 0),
            unanswered=stages.get(Measure.UNANSWERED, 0),
        )

    @property
    def waiting(self) -> int:
        """Not acknowledged yet."""
        return max(0, self.asked - self.in_time - self.late)

    @property
    def in_time_share(self) -> str:
        """Of those acknowledged."""
        return share(self.in_time, self.in_time + self.late)

    @property
    def loop_closed_share(self) -> str:
        """Of all that were asked: a practice that stayed silent has not closed the loop."""
        return share(self.confirmed, self.asked)


def beside(own: Sequence[Number], everybody: Sequence[Number]) -> tuple[Number, ...]:
    """Everybody's numbers, hidden also where taking one's own away would leave 1 to 4 of others'."""
    return tuple(
        Absent.HIDDEN
        if isinstance(mine, int) and isinstance(all_of, int) and 0 < all_of - mine < SMALLEST_SHOWN
        else all_of
        for mine, all_of in zip(own, everybody, strict=True)
    )


def without_data(period: Period, first: date | None) -> frozenset[date]:
    """The months before the first report: nobody was counting yet, which is not the same as counting none."""
    return frozenset(month for month in period.months if first is None or month < first)


def tenet_chart(
    key: str,
    title: str,
    period: Period,
    counts: Mapping[tuple[date, str], int],
    first: date | None,
    *,
    redacted: bool,
) -> TenetChart:
    names = {tenet.value: tenet.value.capitalize() for tenet in Tenet}
    table = tabulate(
        [long_name(month) for month in period.months],
        list(names.values()),
        {(long_name(month), names[tenet]): number for (month, tenet), number in counts.items()},
        redacted=redacted,
        without_data=frozenset(map(long_name, without_data(period, first))),
    )
    series = [Series(names[tenet], table.column(names[tenet]), *_MARKS[tenet]) for tenet in Tenet]
    months = len(period.months)
    return TenetChart(
        wide=line_chart(f"{key}-wide", title, period, series, wide(months)),
        narrow=line_chart(f"{key}-narrow", title, period, series, narrow(months)),
        words=words_of(title, period, series),
        table=table,
    )


def theme_trends(
    period: Period,
    counts: Mapping[tuple[str, date], int],
    titles: Mapping[str, str],
    first: date | None,
    *,
    redacted: bool,
) -> list[ThemeTrend]:
    """The themes that have reports in the period, the most frequent first; hidden totals come last."""
    slugs = sorted({slug for slug, _ in counts}, key=lambda slug: titles.get(slug, slug))
    rows = {month: month.isoformat() for month in period.months}
    table = tabulate(
        list(rows.values()),
        slugs,
        {(rows[month], slug): number for (slug, month), number in counts.items()},
        redacted=redacted,
        without_data=frozenset(rows[month] for month in without_data(period, first)),
    )
    top = max((n for row in table.numbers for n in row if isinstance(n, int)), default=0)
    trends = [
        _theme_trend(slug, titles.get(slug, slug), period, table.column(slug), total, max(1, top))
        for slug, total in zip(slugs, table.column_totals, strict=True)
    ]
    return sorted(trends, key=lambda trend: -trend.total if isinstance(trend.total, int) else 0)


def _theme_trend(
    slug: str, title: str, period: Period, numbers: tuple[Number, ...], total: Number, top: int
) -> ThemeTrend:
    series = Series("All tenets", numbers, Mark.SQUARE, _BAR)
    chart = bar_chart(f"theme-{slug}", title, period, series, top, small())
    return ThemeTrend(slug, title, total, numbers, chart)


def heat_rows(
    counts: Mapping[tuple[str, str, str], int],
    titles: Mapping[str, str],
    columns: Sequence[str],
    *,
    redacted: bool,
) -> list[HeatRow]:
    """By (row, column, tenet). Redacted: a cell's tenets are hidden where they would give a small number away."""
    rows = sorted({row for row, _, _ in counts}, key=lambda row: titles.get(row, row))
    totals = {
        (row, column): sum(counts.get((row, column, tenet), 0) for tenet in Tenet)
        for row in rows
        for column in columns
    }
    most = max(totals.values(), default=0)
    framed = tabulate(rows, list(columns), totals, redacted=redacted)
    return [
        HeatRow(
            row,
            titles.get(row, row),
            tuple(
                _heat_cell(
                    framed.numbers[at][over],
                    [counts.get((row, column, tenet), 0) for tenet in Tenet],
                    most,
                    redacted=redacted,
                )
                for over, column in enumerate(columns)
            ),
        )
        for at, row in enumerate(rows)
    ]


def _heat_cell(total: Number, by_tenet: Sequence[int], most: int, *, redacted: bool) -> HeatCell:
    tenets: list[Number] = [shown(number, redacted=redacted) for number in by_tenet]
    if isinstance(total, Absent):
        return HeatCell(total, (total,) * len(tenets), 0)
    if Absent.HIDDEN in tenets:
        # One hidden tenet could be worked out from the total, so none that is not zero is shown.
        tenets = [number if number == 0 else Absent.HIDDEN for number in tenets]
    return HeatCell(total, tuple(tenets), total * (SHADES + 1) // (most + 1))
