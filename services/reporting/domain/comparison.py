"""Organisations of very different volumes beside each other: which share of what, and whom the reader may compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.reporting.domain.cubes import Measure
from services.reporting.domain.numbers import Absent, Number, SmallNumbers
from services.reporting.domain.spc import Direction, Funnel, Unit, Zone, funnel
from services.reporting.domain.spc import Measure as Scale
from services.reporting.domain.stages import ClockStage, Counted, Stage, number_at


class Sort(StrEnum):
    """What is compared."""

    PROVIDERS = "providers"
    PRACTICES = "practices"


class Compared(StrEnum):
    """By which share."""

    LATE = "late"
    ACTION = "action"
    OUTCOME = "outcome"
    CLOSED = "closed"
    DISPUTED = "disputed"
    THEME = "theme"


@dataclass(frozen=True)
class Shared:
    """A share in words: what counts, what it is out of, and which way is better."""

    title: str
    volume: str
    direction: Direction
    part: Stage = Measure.REPORTS
    whole: Stage = Measure.REPORTS


SHARES: Mapping[Compared, Shared] = {
    Compared.LATE: Shared(
        "Acknowledged late or overdue",
        "Acknowledged or overdue",
        Direction.DECREASE,
        ClockStage.NOT_IN_TIME,
        ClockStage.SETTLED,
    ),
    Compared.ACTION: Shared("With an action", "Reports", Direction.INCREASE, Measure.ACTION),
    Compared.OUTCOME: Shared("With an outcome", "Reports", Direction.INCREASE, Measure.OUTCOME),
    Compared.CLOSED: Shared(
        "Loop closed",
        "Reports with a response clock",
        Direction.INCREASE,
        Measure.CONFIRMED,
        Measure.ASKED,
    ),
    Compared.DISPUTED: Shared(
        "Outcome disputed",
        "Reports with an outcome",
        Direction.DECREASE,
        Measure.DISPUTED,
        Measure.OUTCOME,
    ),
    Compared.THEME: Shared("Of the theme", "Reports", Direction.NEUTRAL),
}
"""A theme says nothing about quality by how often it comes: who has more of one has less of another."""


def units_of(
    compared: Compared,
    counts: Mapping[str, Counted],
    of_theme: Mapping[str, Counted],
    running: Mapping[str, int],
) -> list[Unit]:
    """Each organisation's part and whole, by code. `of_theme` holds the reports of the theme, where one is compared, and `running` those
    whose response clock still runs.

    Stages are told by facts of their own, so one may be known before what it is a part of: a part never counts beyond its whole.
    """
    told = SHARES[compared]
    parts = of_theme if compared is Compared.THEME else counts
    units = []
    for code in sorted(counts):
        still = running.get(code, 0)
        whole = number_at(told.whole, counts[code], still)
        part = number_at(told.part, parts.get(code, {}), still)
        units.append(Unit(code, min(part, whole), whole))
    return units


@dataclass(frozen=True)
class Line:
    """One organisation in the table: its numbers as the reader may see them."""

    code: str
    part: Number
    """Hidden where the rule is not exact: the share says as much as may be told."""
    whole: Number
    share: str
    zone: Zone | None
    """None where limits cannot be told: too few to compare, all alike, or numbers that are not the reader's."""


@dataclass(frozen=True)
class Comparison:
    """Organisations with anything to compare, and the funnel they stand in. The largest share comes first, where numbers are exact: an
    order would give away what is rounded."""

    compared: Compared
    lines: tuple[Line, ...]
    funnel: Funnel | None
    """None where there is nothing to compare, and where exact numbers are not the reader's to see."""
    empty: int
    """Organisations of which nothing can be said."""

    @property
    def share(self) -> Shared:
        return SHARES[self.compared]


def compare(compared: Compared, units: Sequence[Unit], rule: SmallNumbers) -> Comparison:
    """Where the rule is not exact there is no funnel, whose marks would give each number away, and no organisation of whom all
    numbers are small."""
    there = [unit for unit in units if unit.volume >= rule.below]
    if rule.exact:
        there.sort(key=lambda unit: (-unit.count / unit.volume, unit.key))
    made = funnel(there, Scale.PROPORTION) if there and rule.exact else None
    zones = (
        {each.unit.key: each.zone for each in made.placed}
        if made is not None and made.telling
        else {}
    )
    lines = tuple(
        Line(
            unit.key,
            unit.count if rule.exact else Absent.HIDDEN,
            rule.shown(int(unit.volume)),
            rule.share(unit.count, int(unit.volume)),
            zones.get(unit.key),
        )
        for unit in there
    )
    return Comparison(compared, lines, made, len(units) - len(there))
