"""Who takes part, and who has fallen silent."""

from datetime import date

from services.reporting.domain.months import Period, plus
from services.reporting.domain.participation import (
    Attendance,
    Standing,
    as_one,
    by_standing,
    practices_of,
    shares,
)

NOW = date(2026, 11, 1)
PERIOD = Period(date(2025, 12, 1), NOW)


def every_month(first: date, last: date, number: int = 2) -> Attendance:
    months = dict.fromkeys(Period(first, last).months, number)
    return Attendance(first, last, {m: n for m, n in months.items() if m >= PERIOD.first})


def standing(attendance: Attendance, *, closed: bool = False) -> Standing:
    (found,) = practices_of({"Y1": attendance}, {"Y1"} if closed else (), PERIOD, NOW)
    return found.standing


def test_months_before_a_practice_joined_are_no_data() -> None:
    old, new = every_month(date(2020, 1, 1), NOW), every_month(date(2026, 6, 1), NOW)
    found = practices_of({"Y1": old, "Y2": new, "Y3": Attendance(None, None)}, (), PERIOD, NOW)
    told = {share.on: (share.part, share.whole) for share in shares(found, PERIOD)}
    assert told[date(2026, 5, 1)] == (1, 1)
    assert told[date(2026, 6, 1)] == (2, 2)
    assert found[1].reported(date(2026, 5, 1)) is None
    assert found[2].reported(NOW) is None


def test_a_month_without_a_report_counts_once_a_practice_has_joined() -> None:
    gap = Attendance(date(2026, 1, 1), NOW, {date(2026, 1, 1): 3, NOW: 1})
    (share,) = shares(practices_of({"Y1": gap}, (), PERIOD, NOW), Period(*[date(2026, 3, 1)] * 2))
    assert (share.part, share.whole) == (0, 1)


def test_silence_is_told_once_three_reports_would_have_come() -> None:
    assert standing(every_month(date(2026, 1, 1), NOW)) is Standing.REPORTING
    assert standing(every_month(date(2026, 1, 1), date(2026, 8, 1))) is Standing.REPORTING
    assert standing(every_month(date(2026, 1, 1), date(2026, 7, 1), 1)) is Standing.SILENT
    rare = Attendance(date(2025, 12, 1), date(2026, 7, 1), {plus(NOW, -11): 1, plus(NOW, -4): 1})
    assert standing(rare) is Standing.QUIET
    assert standing(every_month(date(2020, 1, 1), date(2021, 1, 1))) is Standing.SILENT
    assert standing(Attendance(None, None)) is Standing.NEVER


def test_a_closed_practice_counts_to_its_last_report_and_is_not_called_silent() -> None:
    gone = every_month(date(2025, 12, 1), date(2026, 2, 1))
    assert standing(gone, closed=True) is Standing.CLOSED
    (practice,) = practices_of({"Y1": gone}, {"Y1"}, PERIOD, NOW)
    assert practice.reported(date(2026, 2, 1)) == 2
    assert practice.reported(date(2026, 3, 1)) is None


def test_who_was_succeeded_goes_on_as_the_successor() -> None:
    before = every_month(date(2020, 1, 1), date(2026, 2, 1), 1)
    after = every_month(date(2026, 2, 1), NOW, 2)
    found = as_one({"OLD": before, "NEW": after}, {"OLD": "NEW"})
    assert set(found) == {"NEW"}
    assert found["NEW"].first == date(2020, 1, 1)
    assert found["NEW"].months[date(2026, 2, 1)] == 3
    assert standing(found["NEW"]) is Standing.REPORTING


def test_who_is_silent_longest_comes_first() -> None:
    found = practices_of(
        {
            "A": every_month(date(2020, 1, 1), date(2026, 6, 1)),
            "B": every_month(date(2020, 1, 1), date(2026, 2, 1)),
            "C": every_month(date(2020, 1, 1), NOW),
        },
        (),
        PERIOD,
        NOW,
    )
    told = [(standing, [p.code for p in each]) for standing, each in by_standing(found).items()]
    assert told == [(Standing.SILENT, ["B", "A"]), (Standing.REPORTING, ["C"])]
