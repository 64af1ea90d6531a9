"""The result of a run: comparisons, figures with their bounds, and the table that people read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Counted = Counter[str]


class Sort(StrEnum):
    """What a comparison is about."""

    EFFECTS = "effects"
    MAILS = "mails"
    POISON = "poison"


@dataclass(frozen=True)
class Line:
    """One comparison of two counters of short texts. What is expected and missing is lost, what is there beyond it is twice (or was
    never asked for, which is as bad). `examples` are a few of what is wrong."""

    sort: Sort
    what: str
    expected: int
    lost: int
    twice: int
    examples: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return not (self.lost or self.twice)


@dataclass(frozen=True)
class Figure:
    """A number that must lie within bounds; without bounds it is only told."""

    what: str
    number: float
    least: float = 0
    most: float | None = None
    remark: str = ""

    @property
    def right(self) -> bool:
        return self.least <= self.number and (self.most is None or self.number <= self.most)


@dataclass(frozen=True)
class Account:
    """Everything. `told` needs no bounds: reports by door, dead letters by cause."""

    lines: Sequence[Line]
    figures: Sequence[Figure]
    told: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        return all(one.right for one in self.lines) and all(one.right for one in self.figures)

    @property
    def wrong(self) -> list[str]:
        """What is not as it must be, in words."""
        return [
            *(
                f"{one.what}: {one.lost} lost, {one.twice} twice"
                for one in self.lines
                if not one.right
            ),
            *(f"{one.what}: {one.number:,.0f}" for one in self.figures if not one.right),
        ]

    def and_also(
        self, figures: Iterable[Figure], told: Mapping[str, Mapping[str, int]]
    ) -> "Account":
        return Account(self.lines, [*self.figures, *figures], {**self.told, **told})


def compare(sort: Sort, what: str, expected: Iterable[str], found: Iterable[str]) -> Line:
    wanted, there = Counter(expected), Counter(found)
    lost, twice = wanted - there, there - wanted
    examples = [f"{what}: lost {one}" for one in list(lost)[:3]]
    examples += [f"{what}: {number} too many of {one}" for one, number in list(twice.items())[:3]]
    return Line(sort, what, wanted.total(), lost.total(), twice.total(), tuple(examples))
