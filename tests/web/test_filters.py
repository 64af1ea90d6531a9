from datetime import UTC, date, datetime, timedelta

import pytest

from shared.web.filters import date_text, date_time, duration, number, plural, time_text


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 24, 17, 30, tzinfo=UTC), "5:30pm on 24 November 2026"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "9am on 1 July 2026"),
        # The clocks go back at 2am on 25 October 2026, so 1:30am comes twice, and forward at 1am on 29 March.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "1:30am on 25 October 2026"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1:30am on 25 October 2026"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "12:59am on 29 March 2026"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2am on 29 March 2026"),
    ],
)
def test_a_moment_is_written_in_the_time_of_the_united_kingdom(
    moment: datetime, written: str
) -> None:
    assert date_time(moment) == written


def test_a_summer_evening_in_utc_is_already_the_next_day_in_london() -> None:
    assert date_text(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
    assert date_text(date(2026, 6, 30)) == "30 June 2026"


def test_midday_and_midnight_are_words() -> None:
    assert time_text(datetime(2026, 1, 1, 12, tzinfo=UTC)) == "midday"
    assert time_text(datetime(2026, 1, 1, 0, tzinfo=UTC)) == "midnight"
    assert time_text(datetime(2026, 1, 1, 0, 5, tzinfo=UTC)) == "12:05am"


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(hours=6, minutes=30), "6 hours 30 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(days=2, hours=3, minutes=59), "2 days 3 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=-2, minutes=-24), "2 hours 24 minutes"),
    ],
)
def test_a_duration_is_written_in_its_two_greatest_units(length: timedelta, written: str) -> None:
    assert duration(length) == written


def test_numbers_have_thousands_separated_and_one_decimal_at_most() -> None:
    assert [number(1000), number(12.5), number(12.04), number(0), number(-1500)] == [
        "1,000",
        "12.5",
        "12",
        "0",
        "-1,500",
    ]


def test_words_agree_with_their_count() -> None:
    assert plural(1, "report") == "1 report"
    assert plural(3978, "report") == "3,978 reports"
    assert plural(0, "person", "people") == "0 people"


def test_what_is_not_known_is_written_as_nothing() -> None:
    assert [date_text(None), date_time(None), duration(None), number(None)] == ["", "", "", ""]
