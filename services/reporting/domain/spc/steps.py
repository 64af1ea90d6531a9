"""How long a point of a series is: what its date is called, and what several of them are."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from services.reporting.domain.months import long_name, plus, short_name

QUARTER = 3
"""Months."""


class Step(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    DAY = "day"
    """The exact date: whatever is neither a month nor a quarter."""

    def in_words(self, on: date) -> str:
        """`March 2026`; `January to March 2026`; `3 March 2026`."""
        match self:
            case Step.MONTH:
                return long_name(on)
            case Step.QUARTER:
                return f"{on:%B} to {long_name(plus(on, QUARTER - 1))}"
            case Step.DAY:
                return f"{on.day} {long_name(on)}"

    @property
    def months(self) -> int:
        """How many a point is of; none of a day."""
        return {Step.MONTH: 1, Step.QUARTER: QUARTER}.get(self, 0)

    @property
    def before(self) -> str:
        """The word before its name: `in March 2026`, `on 3 March 2026`."""
        return "on" if self is Step.DAY else "in"

    def in_short(self, on: date) -> str:
        """For an axis: `Mar 26`, `3 Mar 26`."""
        return f"{on.day} {short_name(on)}" if self is Step.DAY else short_name(on)

    def counted(self, number: int) -> str:
        """`8 months`, `1 quarter`, `20 points`."""
        unit = "point" if self is Step.DAY else self.value
        return f"{number:,} {unit}{'' if number == 1 else 's'}"


def step_of(dates: Sequence[date]) -> Step:
    """What dates in order are: quarters where each begins a calendar quarter and the closest are three months apart, months where
    each begins a month, else days."""
    if any(on.day != 1 for on in dates):
        return Step.DAY
    closest = min(
        ((later.year - one.year) * 12 + later.month - one.month for one, later in pairwise(dates)),
        default=1,
    )
    if closest == QUARTER and all(on == quarter_of(on) for on in dates):
        return Step.QUARTER
    return Step.MONTH


@lru_cache(1_000)
def quarter_of(month: date) -> date:
    """The first day of its calendar quarter, which is also one of the NHS year."""
    return date(month.year, month.month - (month.month - 1) % QUARTER, 1)
