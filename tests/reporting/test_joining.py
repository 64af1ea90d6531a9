"""Since when the reports of a place tell something of care, and not of who takes part."""

from collections.abc import Mapping
from datetime import date
from math import exp
from random import Random

from services.reporting.domain.joining import Member, joining, regular_from
from services.reporting.domain.months import plus
from services.reporting.domain.participation import Attendance
from services.reporting.domain.signals import changes, signals_of
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing
from tests.reporting.histories import seeded
from tests.reporting.signals.worlds import AREA, CURRENT, LAST_WHOLE, TODAY, counted, lines

FIRST = plus(LAST_WHOLE, -23)
JULY = date(2025, 7, 1)


def months(first: date, *numbers: int) -> dict[date, int]:
    return {plus(first, at): number for at, number in enumerate(numbers)}


def test_one_old_report_long_before_is_no_beginning() -> None:
    regular = months(JULY, 20, 25, 22, 30)
    assert regular_from(regular) == JULY
    assert regular_from({date(2022, 5, 1): 1} | regular) == JULY
    assert regular_from({plus(JULY, -2): 1} | regular) == JULY


def test_who_reports_rarely_has_begun_before_its_gaps() -> None:
    rare = {plus(JULY, 5 * at): 1 for at in range(4)}
    assert regular_from(rare) == JULY
    assert regular_from({date(2019, 1, 1): 1} | rare) == JULY
    assert regular_from(months(JULY, 1)) == JULY
    assert regular_from({}) is None


def test_growth_is_a_beginning_and_a_first_trial_is_none() -> None:
    assert regular_from(months(JULY, 1, 2, 3, 9, 27)) == JULY
    assert regular_from(months(JULY, 2, 0, 0, 0, 9, 27)) == plus(JULY, 4)


def joined(*practices: tuple[date, float]) -> date | None:
    found = joining(months(FIRST, *[90] * 24), [Member(*each) for each in practices]).rebase
    return None if found is None else found.on


def test_limits_begin_anew_where_many_joined() -> None:
    old, late = [(FIRST, 10.0)] * 9, plus(FIRST, 12)
    assert joined(*old, (late, 9.0)) is None, "a tenth may be new"
    assert joined(*old, (late, 11.0)) == late
    assert joined(*old, (late, 6.0), (plus(late, 3), 6.0)) == late
    assert joined(*old, (late, 50.0), (plus(late, 3), 11.0)) == late, "the newest are too few"
    assert joined(*old, (late, 50.0), (plus(late, 3), 20.0)) == plus(late, 3)
    assert joined() is None
    reason = joining({FIRST: 1}, [Member(FIRST, 30.0), Member(late, 10.0)]).rebase
    assert reason is not None
    assert reason.reason == "practices that joined from November 2025 on send 25% of the reports"


def test_who_reports_rarely_may_have_joined_long_before_its_first_report() -> None:
    assert joined((FIRST, 1.0), (plus(FIRST, 10), 0.3)) is None
    assert joined((FIRST, 1.0), (plus(FIRST, 14), 0.3)) == plus(FIRST, 14)


def silent(*practices: tuple[date, float, date | None]) -> date | None:
    found = joining(months(FIRST, *[90] * 24), [Member(*each) for each in practices]).rebase
    return None if found is None else found.on


def test_limits_begin_anew_where_who_sent_much_fell_silent() -> None:
    old, later = [(FIRST, 10.0, None)] * 9, plus(FIRST, 12)
    assert silent(*old, (FIRST, 9.0, later)) is None, "a tenth may go"
    assert silent(*old, (FIRST, 11.0, later)) == later
    assert silent(*old, (FIRST, 6.0, later), (FIRST, 6.0, plus(later, -2))) == plus(later, -2)
    assert silent(*old, (FIRST, 50.0, FIRST)) is None, "before all of it"
    assert silent(*old, (plus(FIRST, 3), 50.0, later)) == later, "it has joined meanwhile"
    assert silent((FIRST, 10.0, later)) == later, "nobody is left"
    assert silent(*old, (FIRST, 30.0, later), (plus(later, 3), 30.0, None)) == plus(later, 3)
    reason = joining({FIRST: 1}, [Member(FIRST, 30.0), Member(FIRST, 10.0, later)]).rebase
    assert reason is not None
    said = "practices that fell silent from November 2025 on had sent 25% of the reports"
    assert reason.reason == said


def test_who_has_missed_no_more_than_by_chance_is_not_silent() -> None:
    year = months(plus(CURRENT, -15), *[2] * 12)
    assert (told := Member.of(attendance(year), CURRENT)) is not None
    assert (told.silent_from, told.monthly) == (plus(CURRENT, -3), 2.0)
    assert (told := Member.of(attendance(year), plus(CURRENT, -1))) is not None
    assert told.silent_from is None, "two whole months"
    rare = {plus(CURRENT, -15): 1, plus(CURRENT, -9): 1}
    assert (told := Member.of(attendance(rare), CURRENT)) is not None
    assert (told.silent_from, told.monthly) == (None, 1 / 12)
    once = {plus(CURRENT, -15): 1}
    assert (told := Member.of(attendance(once), CURRENT)) is not None
    assert told.silent_from is None, "one report tells no rate"
    assert Member.of(attendance({}), CURRENT) is None


def attendance(own: Mapping[date, int]) -> Attendance:
    return Attendance(min(own, default=None), max(own, default=None), own)


def poisson(chance: Random, mean: float) -> int:
    number, left = 0, chance.random()
    while left > exp(-mean):
        left *= chance.random()
        number += 1
    return number


Stays = Mapping[tuple[int, int], int]
"""How many practices take part from one month up to another, each of which reports once a month on average."""


def area(seed: int, stays: Stays) -> tuple[dict[date, int], list[Member]]:
    """What the practices report together, and who of them joined and fell silent."""
    chance = seeded(seed)
    total = dict.fromkeys(months(FIRST, *range(24)), 0)
    members = []
    for (begin, end), practices in stays.items():
        for _ in range(practices):
            own = {
                month: number
                for month in list(total)[begin:end]
                if (number := poisson(chance, 1.0))
            }
            for month, number in own.items():
                total[month] += number
            members.append(Member.of(attendance(own), CURRENT))
    return total, [each for each in members if each is not None]


def raised(bearing: Bearing, stays: Stays, *, known: bool = True) -> int:
    """In how many of 200 areas in which nothing changes but who takes part such a signal is raised."""
    found = 0
    for seed in range(200):
        total, members = area(seed, stays)
        place = joining(total, members if known else ())
        charts = lines(counted({Tenet.SAFETY: total}, joined=place.rebase))
        told = changes({}, signals_of(AREA, charts), TODAY).raised
        found += any(each.bearing is bearing for each in told)
    return found


STAY = {(0, 24): 10}


def test_practices_that_join_are_no_signal() -> None:
    assert raised(Bearing.WORSE, STAY) <= 8
    for stays in ({(16, 24): 5}, {(20, 24): 5}, {(18, 24): 2}):
        assert raised(Bearing.WORSE, STAY | stays) <= 8, stays
    assert raised(Bearing.WORSE, STAY | {(16, 24): 5}, known=False) >= 60, (
        "as it would be otherwise"
    )


def test_practices_that_fall_silent_are_no_signal() -> None:
    assert raised(Bearing.BETTER, STAY) <= 8
    for stays in ({(0, 12): 5}, {(0, 17): 5}, {(0, 17): 2}, {(0, 12): 5, (14, 24): 5}):
        assert raised(Bearing.BETTER, STAY | stays) <= 8, stays
    assert raised(Bearing.BETTER, STAY | {(0, 17): 5}, known=False) >= 40, (
        "as it would be otherwise"
    )
