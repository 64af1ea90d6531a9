"""A part of what a page shows, as a row of a table: its reports in the period, and this year against the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from services.reporting.domain.filters import Filters
from services.reporting.domain.numbers import Number
from services.reporting.domain.yearly import YearOnYear, Years, year_on_year
from services.reporting.pages.files import Row
from services.reporting.pages.lines import years_listed
from services.reporting.pages.view import View


@dataclass(frozen=True)
class Part:
    """Reports of a provider, a harm, a rating or a service."""

    title: str
    page: str | None
    number: Number
    listed: str | None
    years: YearOnYear | None
    listed_now: str | None
    listed_before: str | None
    """The reports of the years that are compared."""


def part_of(
    view: View,
    title: str,
    page: str,
    counts: Mapping[date, int],
    filters: Filters,
    years: Years | None,
) -> Part:
    """The reports of these filters. It leads nowhere where the reader cannot narrow a page down to its provider."""
    period = view.question.period
    number = view.rule.total([counts.get(month, 0) for month in period.months])
    narrowed = filters.provider is None or filters.provider in view.choices.providers
    now, before = years_listed(view, filters, years) if narrowed else (None, None)
    return Part(
        title,
        page if narrowed else None,
        number,
        view.listed(filters, period.first, period.last) if narrowed else None,
        None if years is None else year_on_year(counts, years, view.rule),
        now,
        before,
    )


def most_first(parts: list[Part]) -> list[Part]:
    """Those with reports in the period; of those with few nobody can say whether they have any, so they are left out."""
    told = [part for part in parts if isinstance(part.number, int) and part.number]
    return sorted(told, key=lambda part: (-cast("int", part.number), part.title))


def compared_as(years: Years | None) -> tuple[str, str, str]:
    """What a file calls the comparison of a part."""
    if years is None:
        return "This year", "The year before", "Difference"
    return years.now.words, years.before.words, "Difference"


def compared(years: YearOnYear | None) -> Row:
    """The cells below that."""
    return (None, None, None) if years is None else (years.now, years.before, years.words)


def by_month(counts: Mapping[tuple[str, date], int]) -> dict[str, dict[date, int]]:
    """Counts by something and month: for each something, by month."""
    found: dict[str, dict[date, int]] = {}
    for (name, month), number in counts.items():
        found.setdefault(name, {})[month] = number
    return found
