"""When an answer is due.

The clock starts when the report was accepted and counts hours that really pass, nights and weekends included. Over a change to
or from summer time the deadline's time of day therefore moves by an hour: 24 hours are always 24 hours, never 23 or 25. Days
until an unanswered outcome closes are counted alike, in periods of 24 hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.directory import ResponsePolicy

LOCAL_TIME = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class ResponseClock:
    """Both in UTC. `due_soon_at` is None when the policy wants no reminder, or one before the report itself."""

    due_at: datetime
    due_soon_at: datetime | None


def start_clock(reported_at: datetime, policy: ResponsePolicy) -> ResponseClock:
    # In UTC first: adding hours to a local time would count the clock's hands, not the hours.
    started = reported_at.astimezone(UTC)
    due_at = started + timedelta(hours=policy.acknowledge_within_hours)
    due_soon_at = due_at - timedelta(hours=policy.due_soon_hours)
    has_reminder = started < due_soon_at < due_at
    return ResponseClock(due_at=due_at, due_soon_at=due_soon_at if has_reminder else None)


def days_after(moment: datetime, days: int) -> datetime:
    return moment.astimezone(UTC) + timedelta(days=days)


def local_day(moment: datetime) -> date:
    """The day on the wall calendar of the people who use this."""
    return moment.astimezone(LOCAL_TIME).date()
