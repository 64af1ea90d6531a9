"""The response clock: hours that pass, whatever the clocks on the wall do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.actions.domain.clock import days_after, local_day, start_clock
from shared.contracts.directory import ResponsePolicy

LONDON = ZoneInfo("Europe/London")

policies = st.builds(
    ResponsePolicy,
    acknowledge_within_hours=st.integers(1, 24 * 90),
    due_soon_hours=st.integers(0, 24 * 30),
)
moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([UTC, LONDON, ZoneInfo("Asia/Kathmandu")]),
)


def test_the_answer_is_due_24_hours_after_the_report_by_default() -> None:
    clock = start_clock(datetime(2026, 11, 23, 17, 30, tzinfo=UTC), ResponsePolicy())
    assert clock.due_at == datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert clock.due_soon_at == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        # Clocks go back on 25 October 2026, at 1am in UTC: 24 hours end an hour earlier by the wall.
        (datetime(2026, 10, 24, 12, tzinfo=LONDON), datetime(2026, 10, 25, 11, tzinfo=LONDON)),
        # Clocks go forward on 29 March 2026: they end an hour later by the wall.
        (datetime(2026, 3, 28, 12, tzinfo=LONDON), datetime(2026, 3, 29, 13, tzinfo=LONDON)),
    ],
)
def test_24_hours_are_24_hours_over_a_change_of_the_clocks(
    reported: datetime, due: datetime
) -> None:
    due_at = start_clock(reported, ResponsePolicy()).due_at
    assert due_at == due
    assert due_at.astimezone(UTC) - reported.astimezone(UTC) == timedelta(hours=24)


def test_an_unanswered_outcome_closes_after_28_times_24_hours_over_a_change_of_the_clocks() -> None:
    answered = datetime(2026, 10, 20, 12, tzinfo=LONDON)
    assert days_after(answered, 28) == datetime(2026, 11, 17, 11, tzinfo=LONDON)


@pytest.mark.parametrize("due_soon_hours", [0, 24, 30])
def test_a_reminder_at_the_deadline_or_before_the_report_is_none(due_soon_hours: int) -> None:
    policy = ResponsePolicy(acknowledge_within_hours=24, due_soon_hours=due_soon_hours)
    assert start_clock(datetime(2026, 11, 23, tzinfo=UTC), policy).due_soon_at is None


@given(moments, policies)
def test_exactly_the_policys_hours_pass_between_report_and_deadline(
    reported: datetime, policy: ResponsePolicy
) -> None:
    clock = start_clock(reported, policy)
    passed = clock.due_at.astimezone(UTC) - reported.astimezone(UTC)
    assert passed == timedelta(hours=policy.acknowledge_within_hours)
    if clock.due_soon_at is not None:
        assert reported.astimezone(UTC) < clock.due_soon_at < clock.due_at
        assert clock.due_at - clock.due_soon_at == timedelta(hours=policy.due_soon_hours)


def test_an_action_completed_after_midnight_in_summer_is_completed_on_the_new_day() -> None:
    assert local_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
