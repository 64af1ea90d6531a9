"""Series for the tests of charts, and the comparison with what NHSRplotthedots computed."""

from collections.abc import Sequence
from datetime import date

from services.reporting.domain.months import plus
from services.reporting.domain.spc import Direction, Options, Point, Rebase, Xmr, xmr

FIRST = date(2024, 1, 1)


def month(number: int) -> date:
    """Months counted from January 2024, which is 0."""
    return plus(FIRST, number)


def monthly(values: Sequence[float | None]) -> list[Point]:
    return [Point(month(at), value) for at, value in enumerate(values)]


def chart(
    values: Sequence[float | None],
    direction: Direction = Direction.NEUTRAL,
    *,
    target: float | None = None,
    screen: bool = True,
    fix: int | None = None,
    rebase: Sequence[int] = (),
) -> Xmr:
    """Of one value a month. `rebase` are months' numbers."""
    options = Options(direction, target, screen, fix, tuple(Rebase(month(at)) for at in rebase))
    return xmr(monthly(values), options)


def causes(of: Xmr) -> list[str]:
    """Each point's cause in NHSRplotthedots' words, with nothing for common cause."""
    return [point.cause.value if point.special else "" for point in of.points]
