"""The filters of a trend page: what there is to choose from, what was chosen, and what of it stands in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.reporting.domain.filters import DEFAULT_MONTHS, NAMES, PERIODS
from services.reporting.pages.view import View

LABELS = {
    "tenet": ("Tenet", "All 3 tenets"),
    "kind": ("Kind of report", "Both kinds"),
    "theme": ("Theme", "All themes"),
    "sub_theme": ("Sub-theme", "All sub-themes"),
    "provider": ("Provider", "All providers"),
    "practice": ("Practice", "All practices"),
    "commissioner": ("Commissioner", "All commissioners"),
    "harm": ("Harm", "Any harm"),
    "rating": ("Rating", "Any rating"),
    "source": ("Source", "Any source"),
    "service": ("Service", "All services"),
    "months": ("Period", ""),
}
"""What each filter is called, and what leaving it open means."""


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    blank: str
    choices: Iterable[tuple[str, str]]


@dataclass(frozen=True)
class FilterForm:
    """Its fields, the values shown in them, what is wrong with these, and in words what is shown now."""

    action: str
    fields: list[Field]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    chosen: list[tuple[str, str]]
    any_months: bool


def filter_form(view: View, action: str) -> FilterForm:
    """The form of a page at `action` with the filters that it answers; those without choices are left out."""
    fields = [
        Field(name, label, blank or _unchosen(view), [*view.choices.of(name).items()])
        for name, (label, blank) in LABELS.items()
        if name in view.answers and view.choices.of(name)
    ]
    values = {**view.asked, **view.address.pairs}
    any_months = view.choices.any_months and "months" in view.answers
    return FilterForm(action, fields, values, view.errors, chosen(view), any_months)


def _unchosen(view: View) -> str:
    """The period where none is chosen: then charts of few reports go back further, but for who sees rounded numbers."""
    usual = PERIODS[DEFAULT_MONTHS]
    return f"{usual}, longer for charts of few" if view.rule.exact else usual


def chosen(view: View) -> list[tuple[str, str]]:
    """The period, where the page can be of another one, and the filters in use, by label, as words; not those that the page itself is of."""
    period = [("Period", view.question.period.words)] if "months" in view.answers else []
    found = [
        (LABELS[name][0], view.choices.of(name)[value])
        for name in NAMES
        if name != "months" and (value := getattr(view.address, name))
    ]
    return [*period, *found]
