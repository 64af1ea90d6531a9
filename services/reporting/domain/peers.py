"""A practice beside its peers: a band in which the middle half of them lie, without names.

Quartiles of many practices are nobody's own number. Of few they are: so there must be enough of them in a month.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from services.reporting.domain.months import long_name
from services.reporting.domain.numbers import SmallNumbers

FEWEST_PEERS = 2
"""Times the smallest number shown: 10 practices, of which each quartile has two or more on either side."""


@dataclass(frozen=True, slots=True)
class Band:
    """Practices' reports in one month: the quartiles of so many practices, those that made none included."""

    practices: int
    lower: float
    middle: float
    upper: float


@dataclass(frozen=True, slots=True)
class Beside:
    """A month of the practice, and whole numbers between which the middle half of its peers lie; none where they are too few."""

    month: date
    own: int | None
    """None where there is no data: before it reported regularly, but for months of single reports."""
    lower: int | None
    upper: int | None
    regular: bool = True
    """Whether the practice reported regularly by then: else nothing is compared."""
    listed: str | None = None
    """Where its own reports are listed."""

    @property
    def name(self) -> str:
        return long_name(self.month)

    @property
    def band(self) -> str:
        if self.lower is None or self.upper is None:
            return "not enough peers"
        return (
            f"{self.lower:,} to {self.upper:,}" if self.lower != self.upper else f"{self.lower:,}"
        )

    @property
    def says(self) -> str:
        if self.own is None or not self.regular:
            return "Before regular reporting"
        if self.lower is None or self.upper is None:
            return "No comparison"
        if self.own < self.lower:
            return "Fewer than most"
        return "More than most" if self.own > self.upper else "Like most"


def beside(
    months: Sequence[date],
    own: Mapping[date, int],
    first: date | None,
    bands: Mapping[date, Band],
    rule: SmallNumbers,
    address: Callable[[date, date], str | None] = lambda _first, _last: None,
) -> list[Beside]:
    """Each month, oldest first. `first` is that since which the practice reports regularly; `rule` is the one for numbers of others;
    `address` leads to the practice's reports of these months."""
    found = []
    for month in months:
        regular = first is not None and month >= first
        number = own.get(month, 0)
        band = bands.get(month)
        enough = band is not None and band.practices >= FEWEST_PEERS * rule.below
        found.append(
            Beside(
                month,
                number if number or regular else None,
                floor(band.lower) if band is not None and enough else None,
                ceil(band.upper) if band is not None and enough else None,
                regular,
                address(month, month) if number else None,
            )
        )
    return found


def words(told: Sequence[Beside]) -> str:
    """In how many months it was below, within and above the band."""
    said = [each.says for each in told]
    compared = [each for each in said if each in ("Fewer than most", "Like most", "More than most")]
    if not compared:
        return "Not enough peers to compare with: that takes more practices, so that nobody can be recognised."
    parts = [
        f"{name} in {number}"
        for name, number in (
            ("fewer reports than most practices", compared.count("Fewer than most")),
            ("as many as most", compared.count("Like most")),
            ("more than most", compared.count("More than most")),
        )
        if number
    ]
    return f"Of {len(compared)} months: {', '.join(parts)}. Practices differ in size: more reports are no better and no worse."
