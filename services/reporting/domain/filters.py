"""What a reader asks to see, as it stands in the page's address, so that a view can be sent to a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from shared.contracts.reports import Kind, Tenet

PERIODS = {"6": "6 months", "12": "12 months", "24": "2 years", "36": "3 years", "60": "5 years"}
DEFAULT_MONTHS = "12"
OLDEST = date(1948, 7, 1)
"""No report is older than the service it is about."""


@dataclass(frozen=True)
class Choices:
    """What can be asked for, by the value in the address: the title shown. A filter the reader may not use has no choices."""

    themes: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, str] = field(default_factory=dict)
    practices: Mapping[str, str] = field(default_factory=dict)

    tenets = {tenet.value: tenet.value.capitalize() for tenet in Tenet}  # noqa: RUF012 - a constant, as the enumeration is
    kinds = {Kind.EVENT.value: "Events", Kind.FEEDBACK.value: "Feedback"}  # noqa: RUF012

    def of(self, name: str) -> Mapping[str, str]:
        return {
            "tenet": self.tenets,
            "kind": self.kinds,
            "theme": self.themes,
            "provider": self.providers,
            "practice": self.practices,
            "months": PERIODS,
        }[name]


NAMES = {
    "tenet": "tenet",
    "kind": "kind of report",
    "theme": "theme",
    "provider": "provider",
    "practice": "practice",
    "months": "period",
}


@dataclass(frozen=True)
class Filters:
    """None everywhere means everything; `until` none means up to now."""

    tenet: str | None = None
    kind: str | None = None
    theme: str | None = None
    provider: str | None = None
    practice: str | None = None
    months: str | None = None
    until: date | None = None

    @property
    def month_count(self) -> int:
        return int(self.months or DEFAULT_MONTHS)

    @property
    def query(self) -> str:
        """As in an address, with its question mark; empty when nothing is asked for."""
        asked = {name: value for name in NAMES if (value := getattr(self, name))}
        if self.until is not None:
            asked["until"] = f"{self.until:%Y-%m}"
        return f"?{urlencode(asked)}" if asked else ""

    @property
    def elsewhere_query(self) -> str:
        """The same without the theme: for a theme's own page, whose address says which."""
        return replace(self, theme=None).query

    def ending(self, until: date | None) -> "Filters":
        return replace(self, until=until)


def parse(
    asked: Mapping[str, str], choices: Choices, current: date
) -> tuple[Filters, dict[str, str]]:
    """The filters, and by field what is wrong with those that cannot be used, which are left out. Empty values ask for nothing;
    parameters not known here are somebody else's."""
    errors: dict[str, str] = {}
    found: dict[str, str] = {}
    for name, title in NAMES.items():
        value = asked.get(name, "").strip()
        if value and value in choices.of(name):
            found[name] = value
        elif value:
            errors[name] = f"Choose a {title} from the list: the one in the address is not there"
    until = None
    if written := asked.get("until", "").strip():
        until = _month(written)
        if until is None or not OLDEST <= until <= current:
            errors["until"] = "The last month must be a past month, such as 2026-03"
            until = None
    return Filters(**found, until=until), errors


def _month(written: str) -> date | None:
    """`2026-03`, or none when it is not a month."""
    if len(written) != len("2026-03"):
        return None
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
