"""From counts to charts: what the trend pages ask for in one go, so that each page reads few statements however many charts it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.charted import (
    MOST_DAYS,
    Charted,
    Subject,
    Window,
    charted,
    direction_of,
    form_of,
)
from services.reporting.domain.cubes import EVERY
from services.reporting.domain.filters import Filters
from services.reporting.domain.judging import PLAIN, Judging
from services.reporting.domain.questions import Question
from services.reporting.domain.spc import Carried, Form
from services.reporting.pages.view import View
from services.reporting.repository import series
from services.reporting.repository.records import Behind
from services.reporting.repository.series import ByMonth


@dataclass(frozen=True)
class Series:
    """What a page wants to chart: reports of these filters, theme and sub-theme included. `key` is unique on the page."""

    key: str
    title: str
    filters: Filters
    counts: ByMonth
    parts: Mapping[date, Sequence[int]] = field(default_factory=dict)
    """Of a sum whose parts the page shows, too: these, by month."""


def subject_of(view: View, wanted: Series) -> Subject:
    """The subject of a chart, whose points lead to the reports behind them."""
    by_month: dict[date, int] = {}
    by_kind: dict[str, int] = {}
    for (month, kind), number in wanted.counts.items():
        by_month[month] = by_month.get(month, 0) + number
        by_kind[kind] = by_kind.get(kind, 0) + number
    return Subject(
        wanted.key,
        wanted.title,
        by_month,
        direction_of(by_kind),
        view.lists_of(wanted.filters),
        wanted.parts,
    )


async def charts(
    connection: AsyncConnection, view: View, wanted: Sequence[Series], judging: Judging = PLAIN
) -> list[Charted]:
    """Each series with its chart, or why there is none yet. Counts must begin with `view.window.begins`."""
    subjects = [subject_of(view, each) for each in wanted]
    forms = [form_of(subject, view.window) for subject in subjects]
    days = await _days(connection, view, wanted, subjects, forms)
    return [
        charted(subject, form, view.window, judging, days.get(subject.key, ()))
        for subject, form in zip(subjects, forms, strict=True)
    ]


async def variants(
    connection: AsyncConnection, view: View, wanted: Series, judgings: Sequence[Judging]
) -> list[Charted]:
    """One series, judged in several ways."""
    if not judgings:
        return []
    subject = subject_of(view, wanted)
    form = form_of(subject, view.window)
    days = await _days(connection, view, [wanted], [subject], [form])
    return [
        charted(subject, form, view.window, judging, days.get(subject.key, ()))
        for judging in judgings
    ]


async def by_month_and_kind(
    connection: AsyncConnection, question: Question, *, theme: str = EVERY, sub_theme: str = EVERY
) -> dict[tuple[date, str], int]:
    found = await series.counts(
        connection, question, "month", "kind", theme=theme, sub_theme=sub_theme
    )
    return {(month, str(kind)): n for (month, kind), n in found.items() if isinstance(month, date)}


async def _days(
    connection: AsyncConnection,
    view: View,
    wanted: Sequence[Series],
    subjects: Sequence[Subject],
    forms: Sequence[tuple[Carried, Window]],
) -> dict[str, list[date]]:
    """By key, for those whose chart is made of days; those that differ in their theme alone are read together."""
    together: dict[Filters, list[tuple[Series, date]]] = {}
    for one, subject, (held, window) in zip(wanted, subjects, forms, strict=True):
        if held.form is Form.DAYS_BETWEEN:
            since = _newest(subject.counts, window.period.first)
            theme = one.filters.theme if one.filters.sub_theme else None
            together.setdefault(replace(one.filters, theme=theme), []).append((one, since))
    found: dict[str, list[date]] = {}
    for filters, group in together.items():
        question = replace(view.question, filters=filters)
        behind = Behind(filters.theme or EVERY, filters.sub_theme or EVERY, facet=filters.facet)
        since_by_theme = {one.filters.theme or EVERY: since for one, since in group}
        by_theme = await series.days(connection, question, since_by_theme, behind)
        found |= {one.key: by_theme[one.filters.theme or EVERY] for one, _ in group}
    return found


def _newest(counts: Mapping[date, int], first: date) -> date:
    """The month from which on there are as many reports as a chart of days is made of."""
    total = 0
    for month in sorted(counts, reverse=True):
        total += counts[month]
        if total >= MOST_DAYS or month <= first:
            return max(month, first)
    return first
