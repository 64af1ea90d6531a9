"""A series of whole months up to October 2026, and the chart that a page shows of it."""

from collections.abc import Sequence
from datetime import date

from services.reporting.domain.charted import (
    Charted,
    Subject,
    Window,
    charted,
    form_of,
)
from services.reporting.domain.judging import Judging
from services.reporting.domain.months import Period, plus
from services.reporting.domain.numbers import EXACT
from services.reporting.domain.spc import Direction

TODAY = date(2026, 11, 23)
LAST = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)


def window(months: int = 24, first: date | None = date(2000, 1, 1), **changes: object) -> Window:
    values: dict[str, object] = {
        "period": Period(plus(LAST, 1 - months), NOVEMBER),
        "first": first,
        "today": TODAY,
        "rule": EXACT,
        "longest": None,
    }
    return Window(**(values | changes))  # type: ignore[arg-type]  # as above


def series(values: list[int], running: int = 0) -> Subject:
    """Values of the whole months up to October, and of November as far as it has come."""
    counts = {plus(LAST, at + 1 - len(values)): value for at, value in enumerate(values)}
    counts[NOVEMBER] = running
    return Subject(
        "k",
        "Discharge",
        counts,
        Direction.DECREASE,
        lambda first, last: f"/list?since={first:%Y-%m}&until={last:%Y-%m}",
    )


STEADY = [9, 11, 8, 12, 10, 9, 11, 10, 8, 12, 9, 11] * 2


def shown_of(
    subject: Subject, over: Window, judging: Judging, days: Sequence[date] = ()
) -> Charted:
    return charted(subject, form_of(subject, over), over, judging, days)


def numbers(shown: Charted) -> list[object]:
    return [row.number for row in shown.rows]
