"""This year against the same months a year before, and what may be said of the difference.

Where nothing changed, each report of the two years together falls in either with the same chance, so that the count of one is binomial.
A difference is called likely to be real where chance makes one so great, either way, once in 100 times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.months import Period, plus
from services.reporting.domain.numbers import Number, SmallNumbers
from services.reporting.domain.spc.quantiles import binomial_quantiles

YEAR = 12
FEWEST = 20
"""Reports of both years together; with fewer even a doubling is chance."""
_BOUNDS = (0.005, 0.995)


@dataclass(frozen=True)
class Years:
    """The months compared: the newest whole ones of a period, 12 at most, for which there is data a year before, too."""

    now: Period
    before: Period


@dataclass(frozen=True)
class YearOnYear:
    """Reports of the later and of the earlier months, as the reader may see them, and the difference in words."""

    now: Number
    before: Number
    words: str


def years_of(whole: Period | None, first: date | None) -> Years | None:
    """None where there is no data of a year before. `whole` are the whole months shown, `first` is the first month that can be compared:
    with data, and of about the same practices."""
    if whole is None or first is None:
        return None
    months = [month for month in whole.months[-YEAR:] if plus(month, -YEAR) >= first]
    if not months:
        return None
    return Years(
        Period(months[0], months[-1]), Period(plus(months[0], -YEAR), plus(months[-1], -YEAR))
    )


def year_on_year(counts: Mapping[date, int], years: Years, rule: SmallNumbers) -> YearOnYear:
    """Of counts by month. What a rounded number hides, the words do not know either."""
    now, before = (
        rule.total([counts.get(month, 0) for month in each.months])
        for each in (years.now, years.before)
    )
    return YearOnYear(now, before, _words(now, before))


def _words(now: Number, before: Number) -> str:
    if not isinstance(now, int) or not isinstance(before, int) or now + before < FEWEST:
        return "Too few to compare"
    if now == before:
        return "The same"
    lower, upper = binomial_quantiles(now + before, 0.5, _BOUNDS)
    real = not lower <= now <= upper
    return (
        f"{_difference(now, before)}, {'likely a real change' if real else 'which can be chance'}"
    )


def _difference(now: int, before: int) -> str:
    if not before:
        return f"{now:,} more"
    share = round(100 * abs(now - before) / before)
    way = "more" if now > before else "fewer"
    return f"{share:,}% {way}" if share else f"Slightly {way}"
