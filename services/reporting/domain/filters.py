"""What a reader asks to see, as it stands in the page's address, so that a view can be sent to a colleague."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from urllib.parse import urlencode

from services.reporting.domain.cubes import UNTHEMED, Facet
from services.reporting.domain.months import plus
from shared.contracts.reports import Harm, Kind, Rating, Source, Tenet

PERIODS = {
    "6": "6 months",
    "12": "12 months",
    "24": "2 years",
    "36": "3 years",
    "60": "5 years",
    "120": "10 years",
}
DEFAULT_MONTHS = "24"
"""As many as Making Data Count asks for, and a few more."""
MOST_MONTHS = 240
OLDEST = date(1948, 7, 1)
"""No report is older than the service it is about."""


@dataclass(frozen=True)
class Choices:
    """What can be asked for, by the value in the address: the title shown. A filter the reader may not use has no choices."""

    themes: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, str] = field(default_factory=dict)
    practices: Mapping[str, str] = field(default_factory=dict)
    sub_themes: Mapping[str, str] = field(default_factory=dict)
    """Of one theme: where there is one."""
    commissioners: Mapping[str, str] = field(default_factory=dict)
    """Those in the records of the area's practices."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Of one provider: where there is one."""
    any_months: bool = False
    """Whether months can be chosen one by one; else by stretches that lie end to end."""

    def of(self, name: str) -> Mapping[str, str]:
        return {
            "theme": self.themes,
            "sub_theme": self.sub_themes,
            "provider": self.providers,
            "practice": self.practices,
            "commissioner": self.commissioners,
            "service": self.services,
        }.get(name) or _ALWAYS.get(name, {})


def _titled(values: Collection[Harm | Rating | Source | Tenet]) -> dict[str, str]:
    return {
        each.value: each.value.replace("-", " ").replace("_", " ").capitalize() for each in values
    }


_ALWAYS: Mapping[str, Mapping[str, str]] = {
    "tenet": _titled(list(Tenet)),
    "kind": {Kind.EVENT.value: "Events", Kind.FEEDBACK.value: "Feedback"},
    "harm": _titled(list(Harm)),
    "rating": _titled(list(Rating)),
    "source": _titled(list(Source)),
    "months": PERIODS,
}
NAMES = {
    "tenet": "tenet",
    "kind": "kind of report",
    "theme": "theme",
    "sub_theme": "sub-theme",
    "provider": "provider",
    "practice": "practice",
    "commissioner": "commissioner",
    "harm": "harm",
    "rating": "rating",
    "source": "source",
    "service": "service",
    "months": "period",
}
UNKNOWN = "The address asks for something that this page does not know"
EVERY_FILTER = frozenset(NAMES)
OF_PERIOD = frozenset({"months", "since", "until"})


@dataclass(frozen=True)
class Filters:
    """None everywhere means everything; `since` none means so many months, `until` none means up to now. At most one `Facet`."""

    tenet: str | None = None
    kind: str | None = None
    theme: str | None = None
    sub_theme: str | None = None
    provider: str | None = None
    practice: str | None = None
    commissioner: str | None = None
    """In the records of the practices that reported."""
    harm: str | None = None
    rating: str | None = None
    source: str | None = None
    service: str | None = None
    """Of the provider, or of the reader's own."""
    months: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def month_count(self) -> int:
        return int(self.months or DEFAULT_MONTHS)

    @property
    def facet(self) -> tuple[Facet, str] | None:
        """What these reports have in common that is counted apart from the rest."""
        for facet in Facet:
            if value := getattr(self, facet):
                return facet, value
        return None

    @property
    def unthemed(self) -> Facet | None:
        """What is asked for that is counted for all themes together only."""
        return next((facet for facet in UNTHEMED if getattr(self, facet)), None)

    @property
    def pairs(self) -> dict[str, str]:
        """As in an address."""
        asked = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value:
                asked[each.name] = f"{value:%Y-%m}" if isinstance(value, date) else value
        return asked

    @property
    def query(self) -> str:
        """As in an address, with its question mark; empty when nothing is asked for."""
        return query_of(self.pairs)

    @property
    def elsewhere_query(self) -> str:
        """The same without the theme: for a theme's own page, whose address says which."""
        return replace(self, theme=None, sub_theme=None).query

    def ending(self, until: date | None) -> "Filters":
        return replace(self, since=None, until=until)


def query_of(pairs: Mapping[str, str]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


def parse(
    asked: Mapping[str, str],
    choices: Choices,
    current: date,
    also: Collection[str] = (),
    *,
    of_any_length: bool = False,
) -> tuple[Filters, dict[str, str]]:
    """The filters, and by field what is wrong with those that cannot be used, which are left out. Empty values ask for nothing;
    `also` are the other parameters that the page knows. `of_any_length`: its period is; charts have an end."""
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, title in NAMES.items():
        value = asked.get(name, "").strip()
        if value and value in choices.of(name):
            found[name] = value
        elif value:
            errors[name] = f"Choose a {title} from the list: the one in the address is not there"
    if "service" in errors and "provider" not in found and choices.providers:
        del errors["service"]
        errors.setdefault(
            "provider", "Choose a provider first: each provider has services of its own"
        )
    since, until = _months(asked, current, errors)
    filters = replace(Filters(**found), since=since, until=until)  # type: ignore[arg-type]  # of NAMES
    errors = _together(filters, choices, current, of_any_length=of_any_length) | errors
    if asked.keys() - {*NAMES, "since", "until", *also}:
        errors.setdefault("filters", f"{UNKNOWN}: it was left out")
    # Half a period is another one.
    wrong = errors.keys() | ({"until"} if "since" in errors else set())
    return replace(filters, **dict.fromkeys(filters.pairs.keys() & wrong)), errors


def refused(asked: Mapping[str, str], answers: Collection[str]) -> dict[str, str]:
    """By parameter, the filters of an address that a page cannot answer, with what they are called: `answers` are the names of those
    that its numbers heed. One that was shown as chosen, and changed nothing, would be believed."""
    titles = {**NAMES, **dict.fromkeys(OF_PERIOD, NAMES["months"])}
    answered = {*answers, *(OF_PERIOD if "months" in answers else ())}
    return {
        name: title
        for name, title in titles.items()
        if asked.get(name, "").strip() and name not in answered
    }


def refusal(titles: Collection[str]) -> str:
    """`This page cannot be narrowed by harm or source. Take them out of the address.`"""
    *others, last = dict.fromkeys(titles)
    told = f"{', '.join(others)} or {last}" if others else last
    return f"This page cannot be narrowed by {told}. Take {'them' if others else 'it'} out of the address"


def _months(
    asked: Mapping[str, str], current: date, errors: dict[str, str]
) -> tuple[date | None, date | None]:
    found: list[date | None] = []
    for name, title in (("since", "first"), ("until", "last")):
        written = asked.get(name, "").strip()
        month = month_written(written)
        if written and (month is None or not OLDEST <= month <= current):
            errors[name] = f"The {title} month must be a past month, such as 2026-03"
            month = None
        found.append(month)
    return found[0], found[1]


def _together(
    filters: Filters, choices: Choices, current: date, *, of_any_length: bool
) -> dict[str, str]:
    """What cannot be asked for at once."""
    if filters.since is not None:
        if not choices.any_months:
            return {"since": "Choose a period from the list: you see totals of whole periods only"}
        last = filters.until or current
        if filters.since > last:
            return {"since": "The first month must not be after the last month"}
        if not of_any_length and plus(filters.since, MOST_MONTHS) <= last:
            return {"since": f"A period can be {MOST_MONTHS // 12} years at most"}
    facets = [facet for facet in Facet if getattr(filters, facet)]
    if len(facets) > 1:
        return {
            facets[
                -1
            ]: "Choose one of harm, rating, source and service: reports are counted by each of them alone"
        }
    if (unthemed := filters.unthemed) and filters.theme:
        return {
            unthemed: f"Choose a {unthemed} or a theme: reports are counted by {unthemed} for all themes together"
        }
    if facets and filters.sub_theme:
        return {
            facets[
                0
            ]: f"Choose a {facets[0]} or a sub-theme: reports are counted by {facets[0]} for whole themes"
        }
    return {}


def month_written(written: str) -> date | None:
    """`2026-03`, or none when it is not a month."""
    if len(written) != len("2026-03"):
        return None
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
