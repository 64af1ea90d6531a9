"""Since when the reports of a place tell something of care, and not of who takes part."""

from collections.abc import Mapping
from datetime import date
from math import exp
from random import Random

from services.reporting.domain.joining import Joiner, joining, regular_from
from services.reporting.domain.months import apart, plus
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
    found = joining(months(FIRST, *[90] * 24), [Joiner(*each) for each in practices]).rebase
    return None if found is None else found.on


def test_limits_begin_anew_where_many_joined() -> None:
    old, late = [(FIRST, 10.0)] * 9, plus(FIRST, 12)
    assert joined(*old, (late, 9.0)) is None, "a tenth may be new"
    assert joined(*old, (late, 11.0)) == late
    assert joined(*old, (late, 6.0), (plus(late, 3), 6.0)) == late
    assert joined(*old, (late, 50.0), (plus(late, 3), 11.0)) == late, "the newest are too few"
    assert joined(*old, (late, 50.0), (plus(late, 3), 20.0)) == plus(late, 3)
    assert joined() is None
    reason = joining({FIRST: 1}, [Joiner(FIRST, 30.0), Joiner(late, 10.0)]).rebase
    assert reason is not None
    assert reason.reason == "practices that joined from November 2025 on send 25% of the reports"


def test_who_reports_rarely_may_have_joined_long_before_its_first_report() -> None:
    assert joined((FIRST, 1.0), (plus(FIRST, 10), 0.3)) is None
    assert joined((FIRST, 1.0), (plus(FIRST, 14), 0.3)) == plus(FIRST, 14)


def poisson(chance: Random, mean: float) -> int:
    number, left = 0, chance.random()
    while left > exp(-mean):
        left *= chance.random()
        number += 1
    return number


def area(seed: int, begins: Mapping[int, int]) -> tuple[dict[date, int], list[Joiner]]:
    """Practices that report once a month on average, so many from each of these months on: what they report together, and who joined."""
    chance = seeded(seed)
    total = dict.fromkeys(months(FIRST, *range(24)), 0)
    joiners = []
    for begin, practices in begins.items():
        for _ in range(practices):
            own = {
                month: number for month in list(total)[begin:] if (number := poisson(chance, 1.0))
            }
            for month, number in own.items():
                total[month] += number
            if not own:
                continue
            newest = max(min(own), plus(CURRENT, -11))
            recent = sum(number for month, number in own.items() if month >= newest)
            joiners.append(Joiner(min(own), recent / (apart(newest, CURRENT) + 1)))
    return total, joiners


def worse(begins: Mapping[int, int], *, known: bool = True) -> int:
    """In how many of 200 areas in which nothing changes but who takes part a signal for the worse is raised."""
    found = 0
    for seed in range(200):
        total, joiners = area(seed, begins)
        place = joining(total, joiners if known else ())
        charts = lines(counted({Tenet.SAFETY: total}, joined=place.rebase))
        raised = changes({}, signals_of(AREA, charts), TODAY).raised
        found += any(each.bearing is Bearing.WORSE for each in raised)
    return found


def test_practices_that_join_are_no_signal() -> None:
    assert worse({0: 10}) <= 8
    for begins in ({0: 10, 16: 5}, {0: 10, 20: 5}, {0: 10, 18: 2}):
        assert worse(begins) <= 8, begins
    assert worse({0: 10, 16: 5}, known=False) >= 60, "as it would be otherwise"
