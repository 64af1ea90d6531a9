"""A series of monthly shares as a page shows it: as `charted` does with counts, by what shares can carry (`spc.shares`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar

from services.reporting.domain.charted import Charted, Row, Subject, Window, reach_of
from services.reporting.domain.drawing import Quantity
from services.reporting.domain.months import Period, long_name, plus
from services.reporting.domain.numbers import Absent
from services.reporting.domain.spc import (
    Direction,
    Form,
    Judged,
    Options,
    Share,
    Step,
    carried_share,
    xmr,
)
from services.reporting.domain.spc.steps import QUARTER


@dataclass(frozen=True, slots=True)
class Percent:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{100 * self.part / self.whole:.0f}% ({self.part:,} of {self.whole:,})"


@dataclass(frozen=True)
class ShareRow(Row):
    """`number` is the whole's."""

    percent: Percent | None = None
    quantity: ClassVar[Quantity] = Quantity.PERCENT


@dataclass(frozen=True)
class SharesOf:
    """What is taken a share of, by month. `address` leads to the reports that count, of these months, both included."""

    key: str
    title: str
    shares: Mapping[date, Share]
    direction: Direction
    part: str
    """What those that count are called in a table: `In time`."""
    whole: str
    address: Callable[[date, date], str | None] = lambda _first, _last: None


@dataclass(frozen=True)
class ChartedShare(Charted):
    """A chart of percentages, or why there is none yet."""

    words: tuple[str, str] = ("", "")
    """What the part and the whole are called."""

    @property
    def measure(self) -> str:
        return self.words[0]

    @property
    def quantity(self) -> Quantity:
        return Quantity.PERCENT

    @property
    def table(self) -> list[tuple[object, ...]]:
        lines: list[tuple[object, ...]] = [
            (
                self.first_column,
                *self.words,
                "Share in %",
                "Mean",
                "Lower limit",
                "Upper limit",
                "What it says",
            )
        ]
        for row in self.rows:
            percent = row.percent if isinstance(row, ShareRow) else None
            told: tuple[object, ...] = (None, None, None)
            if percent is not None:
                told = (percent.part, percent.whole, 100 * percent.part / percent.whole)
            lines.append((row.name, *told, *row.edges, row.says))
        return lines


def charted_share(of: SharesOf, window: Window) -> ChartedShare:
    """The shares of the window's months. Only for whom numbers are exact: a chart of rounded shares would show the rounding."""
    period = window.period
    months = [of.shares.get(month, Share(month, 0, 0)) for month in period.months]
    whole = [share for share in months if share.on <= window.whole]
    held = carried_share(whole, reach_of(window))
    subject = Subject(of.key, of.title, {}, of.direction, of.address)
    chart = None if held.form is Form.NOT_YET else xmr(held.points, Options(of.direction))
    points = {} if chart is None else {point.on: point for point in chart.points}
    return ChartedShare(
        subject=subject,
        form=held.form,
        why=held.why,
        make_rows=partial(_rows, of, months, points, held.step, window),
        total=sum(share.whole for share in months),
        months=period,
        chart=chart,
        step=held.step if chart is not None else Step.MONTH,
        words=(of.part, of.whole),
    )


def _rows(
    of: SharesOf,
    months: Sequence[Share],
    points: Mapping[date, Judged],
    step: Step,
    window: Window,
) -> tuple[ShareRow, ...]:
    if step is Step.QUARTER:
        return _by_quarter(of, months, points, window)
    return tuple(_row(of, share, Step.MONTH, points, window) for share in months)


def _row(
    of: SharesOf, share: Share, step: Step, points: Mapping[date, Judged], window: Window
) -> ShareRow:
    last = plus(share.on, QUARTER - 1) if step is Step.QUARTER else share.on
    name = step.in_words(share.on) if step is Step.QUARTER else long_name(share.on)
    point = points.get(share.on)
    judged = point is not None and point.value is not None
    note = window.unfinished(last) or ("" if judged else "Not judged")
    if not share.whole:
        return ShareRow(name, Absent.NO_DATA, None, "Nothing to take a share of", None)
    return ShareRow(
        name,
        share.whole,
        point,
        note,
        of.address(share.on, last) if share.part else None,
        Percent(share.part, share.whole),
    )


def _by_quarter(
    of: SharesOf, months: Sequence[Share], points: Mapping[date, Judged], window: Window
) -> tuple[ShareRow, ...]:
    by_month = {share.on: share for share in months}
    rows = []
    inside: set[date] = set()
    for share in months:
        if share.on in points:
            three = Period(share.on, plus(share.on, QUARTER - 1)).months
            inside.update(three)
            told = [by_month[month] for month in three]
            whole = Share(
                share.on, sum(each.part for each in told), sum(each.whole for each in told)
            )
            rows.append(_row(of, whole, Step.QUARTER, points, window))
        elif share.on not in inside:
            row = _row(of, share, Step.MONTH, points, window)
            note = window.unfinished(share.on) or "Not a whole quarter"
            rows.append(replace(row, note=note))
    return tuple(rows)
