"""`insight.signals.v1`: where the numbers changed by more than chance. Published by reporting, keyed by the series' id, so that a
signal's withdrawal comes after it was raised.

A signal is one rule that holds at one point of one series of reports: a theme in a commissioner's area, or of one provider there, all
tenets together or one. Its id follows from these, so that the same finding is the same signal whoever finds it, and when. No count
and nobody's words are in it: the title is the published list's.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Fact, OrganisationCode, ShortText, Slug
from shared.contracts.reports import Tenet

SIGNALS_TOPIC = "insight.signals.v1"


class SignalRule(StrEnum):
    """The rules of "Making Data Count", the one that decides first, and one for tenets that move together."""

    BEYOND_LIMITS = "beyond-limits"
    TREND = "trend"
    TWO_OF_THREE = "two-of-three"
    SHIFT = "shift"
    JOINT = "joint"
    """Two or three tenets of one theme and provider signal for the worse in the same or neighbouring months."""


class Movement(StrEnum):
    """Of what the chart shows: reports in a month or quarter, or days between reports, where higher is fewer reports."""

    HIGHER = "higher"
    LOWER = "lower"
    RISING = "rising"
    FALLING = "falling"


class Bearing(StrEnum):
    WORSE = "worse"
    BETTER = "better"
    NEITHER = "neither"
    """More or less of it says by itself nothing about quality: feedback holds praise and complaints."""


class PointOf(StrEnum):
    """What a point of the chart is."""

    MONTH = "month"
    QUARTER = "quarter"
    REPORT = "report"
    """Rare reports are charted as the days between them."""


class SignalFact(Fact):
    """What both facts of a signal carry, so that each can be read alone."""

    topic: ClassVar[str] = SIGNALS_TOPIC

    signal_id: UUID
    series_id: UUID
    revision: int = Field(ge=1)
    """The signal's change number: raised is 1, withdrawn 2, raised again 3."""
    area: OrganisationCode | None
    """The commissioner in whose area it is; none: in all areas together."""
    provider: OrganisationCode | None
    """Whom the reports are about; none: whoever it is."""
    theme: Slug
    title: ShortText
    """The theme's."""
    tenets: tuple[Tenet, ...] = ()
    """Of which tenet the reports are, none when all are counted together; several for a joint signal."""
    rule: SignalRule
    movement: Movement
    bearing: Bearing
    point_of: PointOf
    point: date
    """The first day of the month or quarter, or the day of the report."""
    since: date
    """The first point that tells of the same change."""

    @property
    def key(self) -> str:
        return str(self.series_id)

    @property
    def words(self) -> str:
        """As `words_of`."""
        return words_of(self.rule, self.movement, self.point_of, self.since, self.point)


class SignalRaised(SignalFact):
    """The rule holds at this point."""

    type: ClassVar[str] = "insight.signal.raised.v1"


class SignalWithdrawn(SignalFact):
    """Data that came later have removed it: late reports, corrected themes, a withdrawn report."""

    type: ClassVar[str] = "insight.signal.withdrawn.v1"


_COUNTS = {
    Movement.HIGHER: "higher than expected",
    Movement.LOWER: "lower than expected",
    Movement.RISING: "rising",
    Movement.FALLING: "falling",
}
_GAPS = {
    Movement.HIGHER: "reports further apart than expected",
    Movement.LOWER: "reports closer together than expected",
    Movement.RISING: "reports coming further apart",
    Movement.FALLING: "reports coming closer together",
}


def whose(tenets: Sequence[Tenet]) -> str:
    """`All reports`, `Safety`, `Effectiveness and safety`, `Experience, effectiveness and safety`."""
    *others, last = tenets or ("all reports",)
    return (f"{', '.join(others)} and {last}" if others else last).capitalize()


def words_of(
    rule: SignalRule, movement: Movement, point_of: PointOf, since: date, point: date
) -> str:
    """What a signal says, after its theme: `higher than expected from March to May 2026, likely a real change`. It stays true when later
    points are as expected again. One place for mails and pages, so that both say the same."""
    told = "worse together" if rule is SignalRule.JOINT else _moved(movement, point_of)
    return f"{told} {_when(since, point, point_of)}, likely a real change"


def _when(since: date, point: date, point_of: PointOf) -> str:
    if since == point and point_of is not PointOf.QUARTER:
        preposition = "on" if point_of is PointOf.REPORT else "in"
        return f"{preposition} {point_words(point, point_of)}"
    last = point.replace(month=point.month + 2) if point_of is PointOf.QUARTER else point
    single = PointOf.REPORT if point_of is PointOf.REPORT else PointOf.MONTH
    begin = point_words(since, single)
    if since.year == last.year:
        begin = begin.removesuffix(f" {since.year}")
    return f"from {begin} to {point_words(last, single)}"


def _moved(movement: Movement, point_of: PointOf) -> str:
    return (_GAPS if point_of is PointOf.REPORT else _COUNTS)[movement]


def point_words(point: date, point_of: PointOf) -> str:
    """`March 2026`, `January to March 2026`, `3 March 2026`."""
    match point_of:
        case PointOf.MONTH:
            return f"{point:%B} {point.year}"
        case PointOf.QUARTER:
            return f"{point:%B} to {point.replace(month=point.month + 2):%B} {point.year}"
        case PointOf.REPORT:
            return f"{point.day} {point:%B} {point.year}"
