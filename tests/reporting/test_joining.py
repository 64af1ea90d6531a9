"""Since when the reports of a place tell something of care, and not of who takes part."""

from collections.abc import Mapping
from datetime import date
from math import exp
from random import Random

import pytest

from services.reporting.domain.joining import (
    NOBODY,
    Change,
    Member,
    alone,
    joining,
    regular_from,
)
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


def member(first: date, monthly: float, gone: date | None = None) -> Member:
    """Who reports often, from one month up to another."""
    came = Change(first, first, monthly, went=False)
    if gone is None:
        return Member(monthly, (came,), newest=round(12 * monthly))
    return Member(0.0, (came, Change(gone, gone, monthly, went=True)), newest=0)


def begun(*practices: Member) -> list[date]:
    found = joining(months(FIRST, *[90] * 24), practices, LAST_WHOLE)
    return [each.on for each in found.rebases]


LATE = plus(FIRST, 12)


def test_limits_begin_anew_where_many_joined() -> None:
    old = [member(FIRST, 10)] * 9
    assert begun(*old, member(LATE, 9)) == [], "a tenth may be new"
    assert begun(*old, member(LATE, 11)) == [LATE]
    assert begun(*old, member(LATE, 6), member(plus(LATE, 3), 6)) == [LATE]
    newest = [member(LATE, 50), member(plus(LATE, 3), 11)]
    assert begun(*old, *newest) == [LATE], "the newest are too few"
    assert begun() == []
    (reason,) = joining(
        months(FIRST, *[40] * 24), [member(FIRST, 30), member(LATE, 10)], LATE
    ).rebases
    assert (
        reason.reason
        == "practices that joined or came back from then on brought 25% of the reports"
    )


def test_limits_begin_anew_where_who_sent_much_fell_silent() -> None:
    old = [member(FIRST, 10)] * 9
    assert begun(*old, member(FIRST, 9, LATE)) == [], "a tenth may go"
    assert begun(*old, member(FIRST, 11, LATE)) == [LATE]
    assert begun(*old, member(FIRST, 6, LATE), member(FIRST, 6, plus(LATE, -2))) == [plus(LATE, -2)]
    assert begun(*old, member(FIRST, 50, FIRST)) == [], "before all of it"
    found = joining(months(FIRST, *[30] * 24), [member(FIRST, 30), member(FIRST, 10, LATE)], LATE)
    said = "practices that fell silent from then on had sent 25% of the reports"
    assert [each.reason for each in found.rebases] == [said]


def test_limits_begin_anew_each_time_that_many_come_or_go() -> None:
    old = [member(FIRST, 10)] * 9
    assert begun(*old, member(LATE, 50), member(plus(LATE, 3), 20)) == [LATE, plus(LATE, 3)]
    both = [member(plus(FIRST, 3), 50, LATE), member(plus(LATE, 3), 30)]
    assert begun(*old, *both) == [plus(FIRST, 3), LATE, plus(LATE, 3)]
    assert begun(member(FIRST, 90), member(FIRST, 30, LATE)) == [LATE]


def test_what_is_compared_goes_back_to_the_newest_new_limits_before_it() -> None:
    old = [member(FIRST, 10)] * 9
    found = joining(
        months(FIRST, *[90] * 24),
        [*old, member(LATE, 50), member(plus(LATE, 3), 20)],
        LAST_WHOLE,
    )
    assert found.comparable(LAST_WHOLE) == plus(LATE, 3)
    assert found.comparable(plus(LATE, 2)) == LATE
    assert found.comparable(plus(LATE, -1)) == FIRST


def test_those_of_whom_nothing_is_known_count_as_there_before() -> None:
    """An area has reports about its providers from practices of others, too."""
    assert begun(member(LATE, 1)) == [], "one of ninety"


def test_who_reports_rarely_may_have_joined_long_before_its_first_report() -> None:
    often = dict.fromkeys(months(FIRST, *range(24)), 3)
    rare = {plus(FIRST, 10): 2, LAST_WHOLE: 2}
    members = [Member.of(attendance(each), CURRENT) for each in (often, rare)]
    assert joining(months(FIRST, *[3] * 24), members, CURRENT).rebases == ()
    new = dict.fromkeys(months(plus(FIRST, 10), *range(14)), 1)
    members = [Member.of(attendance(each), CURRENT) for each in (often, new)]
    (found,) = joining(months(FIRST, *[3] * 24), members, CURRENT).rebases
    assert found.on == plus(FIRST, 10)


def test_who_has_missed_no_more_than_by_chance_is_not_silent() -> None:
    year = months(plus(CURRENT, -15), *[2] * 12)
    told = Member.of(attendance(year), CURRENT)
    assert told.monthly == 0
    assert [(each.on, each.monthly) for each in told.changes if each.went] == [
        (plus(CURRENT, -3), 23 / 12)
    ]
    assert not _went(year, plus(CURRENT, -1)), "two whole months"
    assert not _went({plus(CURRENT, -15): 1, plus(CURRENT, -9): 1}, CURRENT)
    assert not _went({plus(CURRENT, -15): 1}, CURRENT), "one report tells no rate"
    assert Member.of(attendance({}), CURRENT) == Member(0.0, (), newest=0)


def test_who_was_silent_for_long_and_is_back_went_and_came() -> None:
    own = months(FIRST, *[4] * 8) | months(plus(FIRST, 16), *[4] * 8)
    told = Member.of(attendance(own), CURRENT)
    assert [(each.on, each.went) for each in told.changes] == [
        (FIRST, False),
        (plus(FIRST, 8), True),
        (plus(FIRST, 16), False),
    ]
    assert told.monthly > 0


def test_one_practice_that_fell_silent_has_no_data_since() -> None:
    assert alone(months(FIRST, *[2] * 12), CURRENT).silent
    assert not alone(months(FIRST, *[2] * 23), CURRENT).silent
    assert alone({}, CURRENT) == NOBODY
    assert not alone({plus(CURRENT, 1): 1}, CURRENT).silent, "what happened last is reported later"


def _went(own: Mapping[date, int], current: date) -> bool:
    return any(each.went for each in Member.of(attendance(own), current).changes)


def attendance(own: Mapping[date, int]) -> Attendance:
    return Attendance(min(own, default=None), max(own, default=None), own)


def poisson(chance: Random, mean: float) -> int:
    number, left = 0, chance.random()
    while left > exp(-mean):
        left *= chance.random()
        number += 1
    return number


Stays = dict[tuple[tuple[int, int], ...], int]
"""How many practices take part from one month up to another, or several times, each of which reports once a month on average."""


def area(seed: int, stays: Stays) -> tuple[dict[date, int], list[Member]]:
    """What the practices report together, and when they came and went."""
    chance = seeded(seed)
    total = dict.fromkeys(months(FIRST, *range(24)), 0)
    members = []
    for times, practices in stays.items():
        there = [month for begin, end in times for month in list(total)[begin:end]]
        for _ in range(practices):
            own = {month: number for month in there if (number := poisson(chance, 1.0))}
            for month, number in own.items():
                total[month] += number
            members.append(Member.of(attendance(own), CURRENT))
    return total, members


def raised(bearing: Bearing, stays: Stays, *, known: bool = True) -> int:
    """In how many of 200 areas in which nothing changes but who takes part such a signal is raised."""
    found = 0
    for seed in range(200):
        total, members = area(seed, stays)
        place = joining(total, members, CURRENT) if known else NOBODY
        charts = lines(counted({Tenet.SAFETY: total}, joined=place.rebases))
        told = changes({}, signals_of(AREA, charts), TODAY).raised
        found += any(each.bearing is bearing for each in told)
    return found


STAY: Stays = {((0, 24),): 10}


def test_practices_that_join_are_no_signal() -> None:
    assert raised(Bearing.WORSE, STAY) <= 8
    some: list[Stays] = [{((16, 24),): 5}, {((20, 24),): 5}, {((18, 24),): 2}]
    for stays in some:
        assert raised(Bearing.WORSE, STAY | stays) <= 8, stays
    assert raised(Bearing.WORSE, STAY | {((16, 24),): 5}, known=False) >= 60, (
        "as it would be otherwise"
    )


def test_practices_that_fall_silent_are_no_signal() -> None:
    assert raised(Bearing.BETTER, STAY) <= 8
    some: list[Stays] = [{((0, 12),): 5}, {((0, 17),): 5}, {((0, 17),): 2}]
    for stays in some:
        assert raised(Bearing.BETTER, STAY | stays) <= 8, stays
    assert raised(Bearing.BETTER, STAY | {((0, 17),): 5}, known=False) >= 40, (
        "as it would be otherwise"
    )


@pytest.mark.parametrize(
    "stays",
    [
        {((12, 24),): 8, ((22, 24),): 4},
        {((0, 12),): 8, ((22, 24),): 4},
        {((0, 12),): 5, ((14, 24),): 5},
        {((0, 6), (16, 24)): 5},
    ],
    ids=str,
)
def test_practices_that_come_and_go_several_times_are_no_signal(stays: Stays) -> None:
    for bearing in (Bearing.WORSE, Bearing.BETTER):
        assert raised(bearing, STAY | stays) <= 8, bearing
