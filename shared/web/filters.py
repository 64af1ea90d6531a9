"""How times, durations and numbers are written: the way the NHS content guide writes them, in the time of the United Kingdom."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def date_text(value: date | datetime | None) -> str:
    """`24 November 2026`; a moment is taken as the day it is in London."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON)
    return f"{value.day} {value:%B} {value.year}"


def time_text(value: datetime | None) -> str:
    """`5:30pm`, `9am`, `midday`, `midnight`."""
    if value is None:
        return ""
    local = value.astimezone(LONDON)
    if local.minute == 0 and local.hour in {0, 12}:
        return "midday" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'pm' if local.hour >= 12 else 'am'}"


def date_time(value: datetime | None) -> str:
    """`5:30pm on 24 November 2026`."""
    return f"{time_text(value)} on {date_text(value)}" if value else ""


def number(value: float | None) -> str:
    """`1,000`; at most one decimal: `12.5`."""
    if value is None:
        return ""
    text = f"{value:,.1f}"
    return text.removesuffix(".0")


def plural(count: int, singular: str, several: str | None = None) -> str:
    """`1 report`, `1,000 reports`, `2 people`."""
    return f"{number(count)} {singular if count == 1 else several or singular + 's'}"


def duration(value: timedelta | None) -> str:
    """The two greatest units, without sign: `6 hours 30 minutes`, `2 days 3 hours`, `less than a minute`."""
    if value is None:
        return ""
    minutes = int(abs(value).total_seconds()) // 60
    if minutes == 0:
        return "less than a minute"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    units = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes, "minute")]
    return " ".join(plural(count, unit) for count, unit in units if count)
