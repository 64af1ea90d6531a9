"""What became of the reports of each commissioner's practices: the table that a reporting system is judged by."""

from dataclasses import dataclass
from datetime import date

from services.reporting.domain.months import long_name
from services.reporting.domain.numbers import Absent, Number, SmallNumbers


@dataclass(frozen=True)
class Impact:
    """What became of one kind of reports, ever. `commissioner` is the one in the practices' records, whether or not it has been
    succeeded; none: they name none."""

    commissioner: str | None
    kind: str
    reports: int
    first: date
    """The day that the first of them happened on."""
    last: date
    actions: int
    outcomes: int


@dataclass(frozen=True)
class Part:
    """How many of the reports, and which share of them."""

    number: Number
    share: float | str
    """In %; in words where numbers are rounded, which hides the number itself."""

    def __str__(self) -> str:
        """`532 (65.4%)`, or the share alone."""
        if isinstance(self.share, str):
            return self.share
        return f"{self.number:,} ({self.share:.1f}%)"


@dataclass(frozen=True)
class Line:
    """The same as a reader may see it."""

    commissioner: str | None
    kind: str
    reports: Number
    first: date | str
    """The month alone, in words, where numbers are rounded: a day would be one report's."""
    last: date | str
    actions: Part
    outcomes: Part


def told(impact: Impact, rule: SmallNumbers) -> Line:
    reports = rule.shown(impact.reports)

    def end(day: date) -> date | str:
        if rule.exact:
            return day
        return long_name(day) if isinstance(reports, int) else Absent.HIDDEN.value

    return Line(
        impact.commissioner,
        impact.kind,
        reports,
        end(impact.first),
        end(impact.last),
        _part(impact.actions, impact.reports, rule),
        _part(impact.outcomes, impact.reports, rule),
    )


def _part(part: int, whole: int, rule: SmallNumbers) -> Part:
    if rule.exact:
        return Part(part, round(100 * part / whole, 1))
    return Part(Absent.HIDDEN, rule.share(part, whole))
