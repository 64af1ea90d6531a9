"""Since when the reports of a place tell something of care, and not of who takes part.

Practices join at different times, and fall silent. Before a place's first report there is no data, which is not zero; where many of those
who report from a month on joined then, the numbers grew because of that, and where who sent many has stopped, they fell, so limits begin
anew. When somebody reported is what counts, not when it happened: of late a practice may tell of what happened years before it joined.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from services.reporting.domain.months import apart, plus
from services.reporting.domain.participation import SILENT_MONTHS, Attendance
from services.reporting.domain.spc import Rebase

MISSED = 7.0
"""So many reports would have come, at the rate after a gap, in the gap: that none came by chance is one in e^7, which is 1,100. What was
before such a gap, history of one old case or a first trial, is no beginning."""
SILENT = 3.0
"""The same for who joins: before its first report, so many may have failed to come by chance, one in e^3, which is 20."""
STOPPED = 5.0
"""The same for who has not reported lately, one in e^5, which is 150: some of an area's practices have missed 3 by chance at any time."""
RATE_MONTHS = 12
"""Rates are those of so many months."""
KNOWN_MONTHS = 2 * RATE_MONTHS
"""Of a practice, so many of the newest months with reports are looked at: charts are of 24 months where there is enough for them."""
MOST_CHANGED = 0.1
"""So much of what is reported from a month on may come from who joined since, and so much of what was reported before it from who fell
silent since."""


@dataclass(frozen=True)
class Joining:
    """How far back the numbers of a place can be judged."""

    first: date | None = None
    """The first month of which there is data; none where nothing was ever reported."""
    rebases: tuple[Rebase, ...] = ()
    """Where limits begin anew, because too much of what is reported came or went with who takes part. The oldest first."""
    silent: bool = False
    """Whether who reports here, which is one practice, has fallen silent, or who is reported about, which is one provider, was succeeded:
    then there is no data after the last report."""

    def comparable(self, last: date) -> date | None:
        """From this month on, numbers up to the last one are of about the same practices."""
        return max((each.on for each in self.rebases if each.on <= last), default=self.first)

    def unexplained(self) -> "Joining":
        """For who may not know what single practices do."""
        told = tuple(replace(each, reason=_UNEXPLAINED) for each in self.rebases)
        return replace(self, rebases=told)


NOBODY = Joining()
CAME = "practices that joined or came back from then on brought {:.0%} of the reports"
WENT = "practices that fell silent from then on had sent {:.0%} of the reports"
_UNEXPLAINED = "practices joined or fell silent"


@dataclass(frozen=True)
class Change:
    """A practice that came or went, with so many reports a month. In this month; who comes, and reports rarely, perhaps from `earliest`
    on: who reports twice a year can be silent for long before its first report."""

    on: date
    earliest: date
    monthly: float
    went: bool


@dataclass(frozen=True)
class Member:
    """One practice: its reports a month now, which are none once it fell silent, when it came and went, and all of its reports in the newest
    year."""

    monthly: float
    changes: tuple[Change, ...]
    newest: int

    @classmethod
    def of(cls, attendance: Attendance, current: date) -> "Member":
        """`current` is the running month, or the last with data where that ended. Of `attendance`, the newest `KNOWN_MONTHS` with reports
        are needed."""
        changes: list[Change] = []
        gone = None
        spells = _spells(attendance, current)
        for spell in spells:
            changes.append(_coming(spell, gone))
            gone = spell.gone
            if gone is not None:
                changes.append(Change(gone, gone, spell.monthly, went=True))
        reports = bool(spells) and gone is None
        newest = attendance.between(plus(current, 1 - RATE_MONTHS), current)
        return cls(spells[-1].monthly if reports else 0.0, tuple(changes), newest)


@dataclass(frozen=True)
class _Spell:
    """A time in which a practice reported, so often, and the month from which on it was silent; none where it goes on."""

    first: date
    monthly: float
    gone: date | None = None


def _spells(attendance: Attendance, current: date) -> list[_Spell]:
    """The oldest first."""
    found = []
    first = attendance.first
    months = sorted(attendance.months)
    for at, month in enumerate(months, 1):
        following = months[at] if at < len(months) else None
        silent = apart(month, following or current) - 1
        if first is None or silent < SILENT_MONTHS:
            continue
        monthly = _up_to(month, first, attendance)
        # Of all the gaps of some years, one or the other is long by chance.
        if silent * monthly >= (STOPPED if following is None else MISSED):
            found.append(_Spell(first, monthly, plus(month, 1)))
            first = following
    if months and first is not None:
        begin = max(first, plus(current, 1 - RATE_MONTHS))
        monthly = attendance.between(begin, current) / (apart(begin, current) + 1)
        found.append(_Spell(first, monthly))
    return found


def _up_to(month: date, first: date, attendance: Attendance) -> float:
    """The reports a month in the year up to this one, or since the first, which says when it began and nothing of the rate. Of a few months
    as if they were half a year: two reports of one month are no rate."""
    begin = max(first, plus(month, 1 - RATE_MONTHS))
    months = max(apart(begin, month) + 1, RATE_MONTHS // 2)
    return (attendance.between(begin, month) - (begin == first)) / months


def _coming(spell: _Spell, gone: date | None) -> Change:
    """After a silence, not before that."""
    earliest = spell.first
    if spell.monthly:
        earliest = plus(spell.first, -round(SILENT / spell.monthly))
    return Change(spell.first, max(earliest, gone or date.min), spell.monthly, went=False)


def ends(months: Mapping[date, int], at_least: int) -> tuple[date | None, date | None]:
    """The first and the newest month that hold so many reports."""
    held = [month for month, number in months.items() if number >= at_least]
    return min(held, default=None), max(held, default=None)


def joining(reported: Mapping[date, int], practices: Collection[Member], current: date) -> Joining:
    """Of a place where several report, or it is not known who does: `reported` are its reports by month of the report, `practices` those
    who are known."""
    first = regular_from(reported)
    if first is None:
        return NOBODY
    begin = plus(current, 1 - RATE_MONTHS)
    newest = sum(number for month, number in reported.items() if begin <= month <= current)
    others = max(0, newest - sum(each.newest for each in practices)) / RATE_MONTHS
    return Joining(first, _rebases(first, practices, others))


def alone(reported: Mapping[date, int], current: date) -> Joining:
    """The same of one practice."""
    first, last = ends(reported, 1)
    # Where data ended, the last of what happened may have been reported a month later.
    told = Member.of(Attendance(first, last, reported), max(current, last or current))
    return Joining(regular_from(reported), silent=first is not None and not told.monthly)


def regular_from(reported: Mapping[date, int]) -> date | None:
    """The first month that is followed by no gap in which, at the rate after it, reports would have come."""
    months = sorted(month for month, number in reported.items() if number)
    begins = months[-1:]
    for earlier, month in zip(months[-2::-1], months[:0:-1], strict=True):
        gap = apart(earlier, month) - 1  # mostly none: then nothing is added up
        if gap and gap * _rate_from(month, months[-1], reported) >= MISSED:
            break
        begins.append(earlier)
    return min(begins, default=None)


def _rate_from(month: date, last: date, reported: Mapping[date, int]) -> float:
    """The reports a month in the year that begins with this one, or up to the last one."""
    span = min(RATE_MONTHS, apart(month, last) + 1)
    return sum(reported.get(plus(month, at), 0) for at in range(span)) / span


def _rebases(first: date, practices: Collection[Member], others: float) -> tuple[Rebase, ...]:
    """From the newest month back, wherever too many joined or fell silent since the limits that were found last. `others`: the reports a
    month of those who are not known, which count as there before."""
    changes = [each for one in practices for each in one.changes if each.earliest > first]
    level = others + sum(one.monthly for one in practices)
    found: dict[date, Rebase] = {}
    since: list[Change] = []
    for each in sorted(changes, key=attrgetter("earliest"), reverse=True):
        since.append(each)
        came, gone = (_monthly(since, went=went) for went in (False, True))
        share = gone / (level + gone) if each.went else came / level if level else 1.0
        if share > MOST_CHANGED:
            on = min(one.on for one in since if one.went is each.went)
            found[on] = Rebase(on, (WENT if each.went else CAME).format(share))
            level = max(0.0, level + gone - came)
            since = []
    return tuple(found[on] for on in sorted(found))


def _monthly(changes: Collection[Change], *, went: bool) -> float:
    return sum(each.monthly for each in changes if each.went is went)
