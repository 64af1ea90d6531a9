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
from services.reporting.domain.cubes import Measure
from services.reporting.domain.months import Period, long_name
from services.reporting.domain.numbers import (
    FEWEST_FOR_A_SHARE,
    Absent,
    Number,
    NumberTable,
    SmallNumbers,
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
    total: int
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
    cells: Mapping[str, HeatCell]
    """By column."""


@dataclass(frozen=True)
class Heat:
    """Where two things meet."""

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]


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
    rule: SmallNumbers

    @classmethod
    def of(cls, stages: Mapping[Measure, int], overdue: int, rule: SmallNumbers) -> "Performance":
        return cls(
            asked=stages.get(Measure.ASKED, 0),
            in_time=stages.get(Measure.IN_TIME, 0),
            late=stages.get(Measure.LATE, 0),
            overdue=overdue,
            outcomes=stages.get(Measure.OUTCOME, 0),
            disputed=stages.get(Measure.DISPUTED, 0),
            confirmed=stages.get(Measure.CONFIRMED, 0),
            unanswered=stages.get(Measure.UNANSWERED, 0),
            rule=rule,
        )

    @property
    def shares_only(self) -> bool:
        """The counts are not the reader's to see."""
        return not self.rule.exact

    @property
    def fewest(self) -> int:
        """Reports that shares are shown from."""
        return FEWEST_FOR_A_SHARE * self.rule.below if self.shares_only else 1

    @property
    def waiting(self) -> int:
        """Not acknowledged yet."""
        return max(0, self.asked - self.in_time - self.late)

    @property
    def in_time_share(self) -> str:
        """Of those acknowledged."""
        return self.rule.share(self.in_time, self.in_time + self.late)

    @property
    def loop_closed_share(self) -> str:
        """Of all that were asked: a practice that stayed silent has not closed the loop."""
        return self.rule.share(self.confirmed, self.asked)


def others(
    months: Sequence[date],
    everybody: Mapping[tuple[date, str], int],
    own: Mapping[tuple[date, str], int],
    rule: SmallNumbers,
) -> tuple[Number, ...]:
    """Each month's reports of everybody but the reader, who knows its own."""

    def in_month(counts: Mapping[tuple[date, str], int], month: date) -> int:
        return sum(counts.get((month, tenet), 0) for tenet in Tenet)

    return tuple(rule.shown(in_month(everybody, each) - in_month(own, each)) for each in months)


def without_data(period: Period, first: date | None, rule: SmallNumbers) -> frozenset[date]:
    """The months before the first report: nobody was counting yet, which is not the same as counting none. Who does not see exact
    numbers cannot tell these months from others with few."""
    if not rule.exact:
        return frozenset()
    return frozenset(month for month in period.months if first is None or month < first)


def tenet_chart(
    key: str,
    title: str,
    period: Period,
    counts: Mapping[tuple[date, str], int],
    first: date | None,
    rule: SmallNumbers,
) -> TenetChart:
    names = {tenet.value: tenet.value.capitalize() for tenet in Tenet}
    table = tabulate(
        [long_name(month) for month in period.months],
        list(names.values()),
        {(long_name(month), names[tenet]): number for (month, tenet), number in counts.items()},
        rule=rule,
        without_data=frozenset(map(long_name, without_data(period, first, rule))),
    )
    series = [
        Series(names[tenet], table.column(names[tenet]), *_MARKS[tenet], rule) for tenet in Tenet
    ]
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
    rule: SmallNumbers,
) -> list[ThemeTrend]:
    """The themes that have reports in the period, the most frequent first; of those with few nobody can say whether they have any,
    so they are left out."""
    slugs = sorted({slug for slug, _ in counts}, key=lambda slug: titles.get(slug, slug))
    months = {month: month.isoformat() for month in period.months}
    table = tabulate(
        slugs,
        list(months.values()),
        {(slug, months[month]): number for (slug, month), number in counts.items()},
        rule=rule,
    )
    absent = without_data(period, first, rule)
    rows = [
        (slug, _gaps(period, numbers, absent), total)
        for slug, numbers, total in zip(slugs, table.numbers, table.row_totals, strict=True)
        if isinstance(total, int)
    ]
    top = max((n for _, numbers, _ in rows for n in numbers if isinstance(n, int)), default=0)
    trends = [
        _theme_trend(slug, titles.get(slug, slug), period, numbers, total, max(1, top), rule)
        for slug, numbers, total in rows
    ]
    return sorted(trends, key=lambda trend: -trend.total)


def _gaps(period: Period, numbers: Sequence[Number], absent: frozenset[date]) -> tuple[Number, ...]:
    return tuple(
        Absent.NO_DATA if month in absent else number
        for month, number in zip(period.months, numbers, strict=True)
    )


def _theme_trend(
    slug: str,
    title: str,
    period: Period,
    numbers: tuple[Number, ...],
    total: int,
    top: int,
    rule: SmallNumbers,
) -> ThemeTrend:
    series = Series("All tenets", numbers, Mark.SQUARE, _BAR, rule)
    chart = bar_chart(f"theme-{slug}", title, period, series, top, small())
    return ThemeTrend(slug, title, total, numbers, chart)


def heat_of(
    counts: Mapping[tuple[str, str, str], int], titles: Mapping[str, str], rule: SmallNumbers
) -> Heat:
    """By (row, column, tenet). Rows and columns in which every number is small are left out."""
    cells: dict[tuple[str, str], list[int]] = {}
    for row, column, tenet in counts:
        parts = cells.setdefault((row, column), [0] * len(Tenet))
        parts[list(Tenet).index(Tenet(tenet))] = counts[row, column, tenet]
    told = {at: rule.total(parts) for at, parts in cells.items()}
    shown = {at: total for at, total in told.items() if isinstance(total, int)}
    rows = sorted({row for row, _ in shown}, key=lambda row: titles.get(row, row))
    columns = sorted({column for _, column in shown})
    most = max(shown.values(), default=0)
    nothing = [0] * len(Tenet)
    return Heat(
        tuple(columns),
        tuple(
            HeatRow(
                row,
                titles.get(row, row),
                {
                    column: _heat_cell(cells.get((row, column), nothing), most, rule)
                    for column in columns
                },
            )
            for row in rows
        ),
    )


def _heat_cell(by_tenet: Sequence[int], most: int, rule: SmallNumbers) -> HeatCell:
    total = rule.total(by_tenet)
    tenets = tuple(map(rule.shown, by_tenet))
    shade = total * (SHADES + 1) // (most + 1) if isinstance(total, int) else 0
    return HeatCell(total, tenets, shade)
