"""Where the three tenets of a theme at a provider meet: what each one's chart says, and whether two or more move together.

The charts are those that are watched for signals (`domain.signals`), so that page, list of signals and mail say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.reporting.domain.charted import last_whole
from services.reporting.domain.charted.remembered import remembered
from services.reporting.domain.drawing import variation_icon
from services.reporting.domain.months import Period, plus
from services.reporting.domain.signals import (
    RECENT_MONTHS,
    Counted,
    Days,
    Forms,
    Line,
    Signal,
    Subject,
    forms_of,
    joint_signals,
    lines_of,
)
from services.reporting.domain.signals.lines import ALL, CHART_MONTHS
from services.reporting.domain.spc import COUNTS, GAPS, VARIATION, Form, Step, Variation, sentence
from shared.contracts.reports import Tenet
from shared.contracts.signals import PointOf

_STEPS = {
    PointOf.MONTH: Step.MONTH,
    PointOf.QUARTER: Step.QUARTER,
    PointOf.REPORT: Step.DAY,
}


@dataclass(frozen=True)
class TenetSays:
    """One of the three cells: its reports in the months shown, and what its chart says."""

    key: str
    """Unique on the page."""
    tenet: Tenet
    number: int
    words: str
    variation: Variation | None
    """None where there is no chart, or it says nothing."""

    @cached_property
    def icon(self) -> str:
        """The drawing of what the chart says; empty without one."""
        return "" if self.variation is None else variation_icon(self.key, self.variation)

    @property
    def concern(self) -> bool:
        return self.variation in (Variation.CONCERN_HIGH, Variation.CONCERN_LOW)


@dataclass(frozen=True)
class Meeting:
    """A theme at a provider: its three tenets, and the joint signal there is now."""

    theme: str
    provider: str
    tenets: tuple[TenetSays, ...]
    joint: Signal | None

    @property
    def number(self) -> int:
        return sum(each.number for each in self.tenets)

    @property
    def charted(self) -> list[TenetSays]:
        """Those that have a chart."""
        return [each for each in self.tenets if each.variation is not None]

    @property
    def together(self) -> str:
        """What the three say together."""
        if self.joint is not None:
            names = " and ".join(tenet.value for tenet in self.joint.tenets).capitalize()
            return f"{names} {self.joint.words}."
        changed = sum(each.variation is not Variation.COMMON_CAUSE for each in self.charted)
        if changed:
            return "One moves by itself." if changed == 1 else "They move, but not worse together."
        if len(self.charted) < 2:
            return "Not enough data yet to see two together."
        names = " and ".join(each.tenet.value for each in self.charted).capitalize()
        return f"{names}: no sign of a real change."

    @property
    def order(self) -> tuple[bool, int, int, str]:
        """Joint signals first, then those with most concerns, then with most reports; always in the same order."""
        concerns = sum(each.concern for each in self.tenets)
        return self.joint is None, -concerns, -self.number, self.theme


def shown_months(today: date) -> Period:
    """The newest whole months that charts are made of, where these carry one."""
    last = last_whole(today)
    return Period(plus(last, 1 - CHART_MONTHS), last)


@remembered
def charts_in(counted: Counted, today: date) -> Forms:
    """Which charts there are: without that of all tenets together, unless it is the only one, and so one tenet's."""
    return forms_of(counted, today, [tenets for tenets in counted.lines if tenets != ALL] or [ALL])


def meeting_of(subject: Subject, counted: Counted, days: Days, today: date) -> Meeting:
    """`days` are needed where one of the counts' charts is of days between reports."""
    told = tuple((tenet, tuple(sorted(days[tenet]))) for tenet in Tenet if tenet in days)
    return _meeting(subject, counted, told, today)


@remembered
def _meeting(
    subject: Subject,
    counted: Counted,
    days: tuple[tuple[Tenet, tuple[date, ...]], ...],
    today: date,
) -> Meeting:
    forms, months = charts_in(counted, today), shown_months(today)
    lines = lines_of(counted, forms, dict(days), today)
    return Meeting(
        subject.theme,
        subject.provider,
        tuple(
            _says(
                f"{subject.provider}-{subject.theme}-{tenet}", tenet, counted, lines, forms, months
            )
            for tenet in Tenet
        ),
        _joint(subject, lines, today),
    )


def _says(
    key: str, tenet: Tenet, counted: Counted, lines: Sequence[Line], forms: Forms, months: Period
) -> TenetSays:
    by_month = counted.by_month((tenet,))
    number = sum(n for month, n in by_month.items() if months.first <= month <= months.last)
    name = tenet.value.capitalize()
    if not sum(by_month.values()):
        return TenetSays(key, tenet, number, "No reports.", None)
    # A tenet that has all the reports is charted as all of them.
    alone = (tenet,) if (tenet,) in forms else ALL
    line = next((each for each in lines if each.tenets == alone), None)
    if line is None:
        held = forms[alone]
        why = held.why if held.form is Form.NOT_YET else "Not enough data yet."
        return TenetSays(key, tenet, number, why, None)
    manner = GAPS if line.point_of is PointOf.REPORT else COUNTS
    said = sentence(name, line.chart, _STEPS[line.point_of], manner).removeprefix(f"{name}: ")
    variation = line.chart.variation if line.chart.says else None
    return TenetSays(key, tenet, number, f"{said[:1].upper()}{said[1:]}.", variation)


def _joint(subject: Subject, lines: Sequence[Line], today: date) -> Signal | None:
    """The newest one, if it is still of the newest months."""
    oldest = plus(last_whole(today), 1 - RECENT_MONTHS)
    recent = [each for each in joint_signals(subject, lines) if each.last_month >= oldest]
    return max(recent, key=lambda each: each.point, default=None)


def in_words(variation: Variation | None) -> str:
    """The icon for a file, which has no drawings."""
    return "" if variation is None else VARIATION[variation]
