"""What may be said of a difference: between a year and the one before, and between before an action and after it."""

from datetime import date

import pytest

from services.reporting.domain.judging import PLAIN
from services.reporting.domain.months import Period, plus
from services.reporting.domain.numbers import EXACT, SmallNumbers
from services.reporting.domain.spc import Rebase
from services.reporting.domain.worked import Verdict, Worked, begins_anew, worked
from services.reporting.domain.yearly import year_on_year, years_of
from tests.reporting.series import LAST, NOVEMBER, STEADY, series, shown_of, window


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (9, 9, "Too few to compare"),
        (100, 100, "The same"),
        (100, 110, "10% more, which can be chance"),
        (100, 60, "40% fewer, likely a real change"),
        (0, 25, "25 more, likely a real change"),
        (1_000, 1_001, "Slightly more, which can be chance"),
    ],
)
def test_a_year_is_compared_with_the_one_before(before: int, after: int, words: str) -> None:
    years = years_of(Period(plus(LAST, -11), LAST), date(2020, 1, 1))
    assert years is not None
    assert years.before == Period(plus(LAST, -23), plus(LAST, -12))
    counts = {plus(LAST, -12): before, LAST: after, NOVEMBER: 7}
    found = year_on_year(counts, years, EXACT)
    assert (found.now, found.before, found.words) == (after, before, words)


def test_only_months_with_data_a_year_before_are_compared() -> None:
    years = years_of(Period(plus(LAST, -23), LAST), plus(LAST, -13))
    assert years is not None
    assert years.now == Period(plus(LAST, -1), LAST)
    assert years_of(Period(plus(LAST, -23), LAST), plus(LAST, -11)) is None
    assert years_of(None, LAST) is None
    shown = year_on_year({LAST: 24, plus(LAST, -12): 34}, years, SmallNumbers(5))
    assert (shown.now, shown.before) == (20, 30)


def tried(values: list[int], completed_on: date) -> tuple[Verdict, str]:
    judging = PLAIN.beginning(Rebase(completed_on, "action completed"))
    found = worked(shown_of(series(values), window(len(values)), judging), completed_on)
    return found.verdict, found.words


def test_an_action_worked_where_what_came_after_is_lower_by_more_than_chance() -> None:
    done = date(2026, 1, 15)  # 9 whole months after it, to October
    before = [10, 12, 9, 11, 10, 13, 9, 10, 12, 11, 9, 12, 10, 11, 10]
    assert tried([*before, *[5] * 9], done) == (
        Verdict.BETTER,
        "Better: lower than before, likely a real change.",
    )
    assert tried([*before, *[17] * 9], done)[0] is Verdict.WORSE
    assert tried([*before, *[10, 12, 9] * 3], done) == (
        Verdict.SAME,
        "No sign of a change in 9 months since.",
    )


def test_it_is_too_early_to_tell_until_seven_points_after() -> None:
    steady = STEADY[:20]
    assert tried([*steady, 9, 11, 9, 9], date(2026, 6, 20)) == (
        Verdict.EARLY,
        "Too early to tell: 3 months more will be enough, after January 2027.",
    )
    assert tried(STEADY, date(2026, 11, 2)) == (
        Verdict.EARLY,
        "Too early to tell: 7 months more will be enough, after June 2027.",
    )
    judging = PLAIN.beginning(Rebase(date(2026, 11, 2), "action completed"))
    shown = shown_of(series(STEADY), window(), judging)
    early = worked(shown, date(2026, 11, 2))
    assert (early.before, early.after) == ("10 a month", "too early")
    assert not begins_anew(shown, date(2026, 11, 2))
    assert tried(STEADY[:15], date(2026, 3, 10))[0] is Verdict.UNKNOWN
    assert tried(STEADY, date(2024, 3, 10))[0] is Verdict.UNKNOWN


def test_other_reasons_for_new_limits_are_no_part_of_what_an_action_did() -> None:
    """Twice as many come once more practices have joined."""
    done = date(2025, 12, 10)
    values = [*STEADY[:18], *(2 * number for number in STEADY[:6])]

    def found(months_later: int) -> Worked:
        joined = Rebase(plus(done.replace(day=1), months_later), "practices that joined")
        judging = PLAIN.beginning(Rebase(done, "action completed"))
        shown = shown_of(
            series(values), window(rebases=() if joined is None else (joined,)), judging
        )
        assert begins_anew(shown, done)
        return worked(shown, done)

    assert found(5).words == "Cannot be told: limits begin anew again 4 months after it."
    assert "only 8 months of data before it" in found(-7).words
