"""The filters of a trend page: what there is to choose from, what was chosen, and what of it stands in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.reporting.domain.filters import NAMES
from services.reporting.pages.views import View

LABELS = {
    "tenet": ("Tenet", "All 3 tenets"),
    "kind": ("Kind of report", "Events and feedback"),
    "theme": ("Theme", "All themes"),
    "sub_theme": ("Sub-theme", "All sub-themes"),
    "provider": ("Provider", "All providers"),
    "practice": ("Practice", "All practices"),
    "harm": ("Harm", "Whatever the harm"),
    "rating": ("Rating", "Whatever the rating"),
    "source": ("Source", "Whatever the source"),
    "months": ("Period", ""),
}
"""What each filter is called, and what leaving it open means."""
ALWAYS = ("tenet", "kind", "provider", "practice", "months")
"""The filters that are shown at once; the others are unfolded."""


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    blank: str
    choices: Iterable[tuple[str, str]]


@dataclass(frozen=True)
class FilterForm:
    """`first` and `more` fields, the values shown in them, and whether any of `more` is in use."""

    action: str
    first: list[Field]
    more: list[Field]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    any_months: bool

    @property
    def unfolded(self) -> bool:
        names = {field.name for field in self.more} | {"since", "until"}
        return any(self.values.get(name) or self.errors.get(name) for name in names)


def filter_form(view: View, action: str, *names: str) -> FilterForm:
    """The form of a page at `action` with these filters, or with all but a theme's; those without choices are left out."""
    fields = [
        Field(name, label, blank, [*view.choices.of(name).items()])
        for name, (label, blank) in LABELS.items()
        if name in (names or LABELS) and view.choices.of(name)
    ]
    values = {
        **view.asked,
        **view.address.pairs,
        "months": "" if view.address.since else str(view.address.month_count),
    }
    return FilterForm(
        action,
        [field for field in fields if field.name in ALWAYS],
        [field for field in fields if field.name not in ALWAYS],
        values,
        view.errors,
        view.choices.any_months,
    )


def chosen(view: View) -> list[tuple[str, str]]:
    """The filters in use, by label, as words: for pages that are of something chosen elsewhere."""
    found = [
        (LABELS[name][0], view.choices.of(name)[value])
        for name in NAMES
        if name != "months" and (value := getattr(view.filters, name))
    ]
    return [*found, ("Period", view.question.period.words)]
