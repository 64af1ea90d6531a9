"""What a page shows of a subject's signals: one line for each of its series, what matters most first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.reporting.domain.signals.findings import Signal
from services.reporting.domain.signals.subjects import Subject
from services.reporting.domain.spc import CAUSES, Cause
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule, point_words, whose

_RULES = tuple(SignalRule)
"""Of several that hold at the newest point the first is told, as on the chart."""
_CAUSES = {
    (SignalRule.BEYOND_LIMITS, Movement.HIGHER): Cause.ABOVE_LIMIT,
    (SignalRule.BEYOND_LIMITS, Movement.LOWER): Cause.BELOW_LIMIT,
    (SignalRule.TREND, Movement.RISING): Cause.RISING,
    (SignalRule.TREND, Movement.FALLING): Cause.FALLING,
    (SignalRule.TWO_OF_THREE, Movement.HIGHER): Cause.TWO_OF_THREE_ABOVE,
    (SignalRule.TWO_OF_THREE, Movement.LOWER): Cause.TWO_OF_THREE_BELOW,
    (SignalRule.SHIFT, Movement.HIGHER): Cause.SHIFT_ABOVE,
    (SignalRule.SHIFT, Movement.LOWER): Cause.SHIFT_BELOW,
}


@dataclass(frozen=True)
class Card:
    """A subject and the newest signal of each of its series: joint ones first, then all reports, then tenet by tenet."""

    subject: Subject
    newest: tuple[Signal, ...]

    @property
    def bearing(self) -> Bearing:
        """The worst of them."""
        return min((each.bearing for each in self.newest), key=list(Bearing).index)

    @property
    def joint(self) -> bool:
        return self.newest[0].rule is SignalRule.JOINT

    @property
    def lines(self) -> list[str]:
        """`Safety: higher than expected from March to May 2026, likely a real change.`"""
        return [f"{whose(each.tenets)}: {each.words}." for each in self.newest]

    @property
    def tenet(self) -> Tenet | None:
        """The one that all of it is about, if it is one."""
        tenets = {each.tenets for each in self.newest}
        (first, *_) = tenets
        return first[0] if len(tenets) == 1 and len(first) == 1 else None


def card_of(signals: Iterable[Signal]) -> Card:
    """Of signals of one subject, at least one."""
    newest: dict[tuple[Tenet, ...], Signal] = {}
    for each in sorted(signals, key=lambda one: (one.point, -_RULES.index(one.rule))):
        newest[each.tenets] = each
    told = sorted(newest.values(), key=_order)
    return Card(told[0].subject, tuple(told))


def _order(one: Signal) -> tuple[bool, int, Sequence[Tenet]]:
    return one.rule is not SignalRule.JOINT, len(one.tenets), one.tenets


def at(one: Signal) -> str:
    """At which point of its chart."""
    return point_words(one.point, one.point_of)


def because(one: Signal) -> str:
    """By which rule, in words: `above the upper limit`."""
    if one.rule is SignalRule.JOINT:
        return "worse in the same month or the one before"
    told = CAUSES[_CAUSES[one.rule, one.movement]]
    return f"{told} of days between reports" if one.point_of is PointOf.REPORT else told
