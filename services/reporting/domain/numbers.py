"""Numbers as a reader may see them: exact for who may open every report behind them, else so that no small number can be
told from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Absent(StrEnum):
    """Why there is no number. Said in the table, and a gap in the chart: neither is ever drawn as zero."""

    NO_DATA = "no data"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Few:
    """Less than so many: it may be none."""

    below: int

    def __str__(self) -> str:
        return f"fewer than {self.below:,}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many and perhaps more: added up from numbers that are themselves rounded down."""

    number: int

    def __str__(self) -> str:
        return f"at least {self.number:,}"


Number = int | Few | AtLeast | Absent

FEWEST_FOR_A_SHARE = 4
"""Times the smallest number shown: a share of fewer would say little and give much away."""


@dataclass(frozen=True, slots=True)
class SmallNumbers:
    """The one rule for numbers that count reports which the reader may not open (`docs/permissions.md`, decision 0019).

    Each number is rounded down to a multiple of `below`, so that what would be zero then, and is 0 to `below` - 1, reads "fewer
    than". None and few are told alike: a zero beside a small number would give that one away. 1 is the rule for exact numbers.
    """

    below: int

    @property
    def exact(self) -> bool:
        return self.below == 1

    def shown(self, number: int) -> Number:
        """One number."""
        if number < self.below and not self.exact:
            return Few(self.below)
        return number - number % self.below

    def total(self, parts: Sequence[int]) -> Number:
        """The total of numbers that are shown beside it. It is told as no more than it could be if any one of them were the least that it
        may be: a greater one would say of each small part that it is not none. Where that leaves nothing to tell, as of two small parts,
        it is hidden."""
        if self.exact:
            return sum(parts)
        most = sum(map(self._most, parts)) - (self.below - 1)
        if len(parts) > 1 and most < self.below:
            return Absent.HIDDEN
        return self.shown(min(sum(parts), most))

    def added(self, numbers: Sequence[Number]) -> Number:
        """The sum of numbers as they are shown: it tells nothing that they do not."""
        whole = sum(number for number in numbers if isinstance(number, int))
        if self.exact:
            return whole
        return AtLeast(whole) if whole else Absent.HIDDEN

    def share(self, part: int, whole: int) -> str:
        """`43%`; near 0% and 100%, where the rest would be a small number, a bound: `more than 90%`."""
        if self.exact:
            return share(part, whole)
        told = whole - whole % self.below
        if whole < FEWEST_FOR_A_SHARE * self.below:
            return "not enough data"
        if part < self.below:
            return f"less than {-(-100 * self.below // told)}%"
        if whole - part < self.below:
            return f"more than {100 * (told - self.below) // told}%"
        parts = part - part % self.below, (whole - part) - (whole - part) % self.below
        return share(parts[0], sum(parts))

    def _most(self, number: int) -> int:
        """The greatest number that is told as this one is."""
        return number - number % self.below + self.below - 1


EXACT = SmallNumbers(1)


def share(part: int, whole: int) -> str:
    """`43%`, or "no data" where there is nothing to take a share of."""
    return f"{100 * part / whole:.0f}%" if whole else Absent.NO_DATA.value
