"""Signals as mails: when they are sent, and what they say. Changes in one theme and place are told together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from shared.contracts.reports import Tenet
from shared.contracts.signals import (
    Bearing,
    Movement,
    PointOf,
    SignalFact,
    SignalRaised,
    SignalRule,
    whose,
    words_of,
)

LONDON = ZoneInfo("Europe/London")
_NAMESPACE = UUID("0f5b7c1e-2a6d-4c39-9b1a-7d1f0e5c8b42")
_RULES = tuple(SignalRule)
"""Of several rules that hold at the newest point the first is told, as on the chart."""
_BEARINGS = tuple(Bearing)
"""In the order in which they are told: worse first."""


@dataclass(frozen=True)
class Told:
    """A signal as a mail tells it."""

    provider: str | None
    theme: str
    title: str
    tenets: tuple[Tenet, ...]
    rule: SignalRule
    movement: Movement
    bearing: Bearing
    point_of: PointOf
    point: date
    since: date

    @property
    def words(self) -> str:
        """`Safety: higher than expected from March to May 2026, likely a real change`."""
        said = words_of(self.rule, self.movement, self.point_of, self.since, self.point)
        return f"{whose(self.tenets)}: {said}"


@dataclass(frozen=True)
class Change:
    """What is told of one theme, of one provider or of all."""

    title: str
    provider: str | None
    """Its name."""
    words: tuple[str, ...]


def next_digest(now: datetime, at: time) -> datetime:
    """The next time that it is `at` in London, after now."""
    local = now.astimezone(LONDON)
    today = datetime.combine(local.date(), at, LONDON)
    return today if now < today else datetime.combine(local.date() + timedelta(days=1), at, LONDON)


def digest_id(day: date) -> UUID:
    """Of the day's digest: what its timer is called by."""
    return uuid5(_NAMESPACE, day.isoformat())


def mail_id(signals: Iterable[UUID]) -> UUID:
    """Of the mail that tells of these: no other mail does, since nothing is told twice."""
    return uuid5(_NAMESPACE, "|".join(sorted(map(str, signals))))


def is_urgent(fact: SignalFact) -> bool:
    """Safety became worse together with another tenet."""
    joint = fact.rule is SignalRule.JOINT and Tenet.SAFETY in fact.tenets
    return isinstance(fact, SignalRaised) and joint


def changes_in(signals: Iterable[Told], names: Mapping[str, str]) -> tuple[Change, ...]:
    """One for each theme and place, what became worse first; of each series what its newest point says. `names` are the providers'."""
    newest: dict[tuple[str, str, tuple[Tenet, ...]], Told] = {}
    for each in sorted(signals, key=lambda one: (one.point, -_RULES.index(one.rule))):
        newest[each.theme, each.provider or "", each.tenets] = each
    places: dict[tuple[str, str], list[Told]] = {}
    for each in newest.values():
        places.setdefault((each.theme, each.provider or ""), []).append(each)
    told = [sorted(each, key=_order) for each in places.values()]
    return tuple(
        Change(
            place[0].title,
            names.get(place[0].provider or ""),
            tuple(each.words for each in place),
        )
        for place in sorted(told, key=_order_of_places)
    )


def _order(one: Told) -> tuple[bool, int, Sequence[Tenet]]:
    """Joint ones first, then all reports, then tenet by tenet."""
    return one.rule is not SignalRule.JOINT, len(one.tenets), one.tenets


def _order_of_places(place: Sequence[Told]) -> tuple[int, str, str]:
    bearing = min(_BEARINGS.index(each.bearing) for each in place)
    return bearing, place[0].title, place[0].provider or ""
