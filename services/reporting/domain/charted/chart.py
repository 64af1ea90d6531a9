"""A chart with its sentence, drawing and table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import ClassVar

from services.reporting.domain.charted import remembered
from services.reporting.domain.charted.series import Subject
from services.reporting.domain.drawing import (
    NARROW,
    SMALL,
    WIDE,
    Chart,
    Frame,
    Labels,
    Quantity,
    assurance_icon,
    variation_icon,
    xmr_chart,
)
from services.reporting.domain.months import Period, plus
from services.reporting.domain.numbers import Number
from services.reporting.domain.spc import (
    CAUSES,
    COUNTS,
    GAPS,
    Form,
    Judged,
    Manner,
    Step,
    Xmr,
    assurance_words,
    sentence,
)
from services.reporting.domain.spc.steps import QUARTER


def _nowhere(_point: Judged) -> None:
    return None


class Rank(IntEnum):
    """In which order charts are shown."""

    CONCERN = 0
    IMPROVEMENT = 1
    CHANGE = 2
    CALM = 3
    UNSAID = 4
    """There is a chart, and nothing to judge its latest point by."""
    NOT_YET = 5


@dataclass(frozen=True)
class Row:
    """A line of the table: a month or a quarter."""

    name: str
    number: Number
    judged: Judged | None
    note: str
    href: str | None
    quantity: ClassVar[Quantity] = Quantity.NUMBER

    @property
    def says(self) -> str:
        """What the rules say of it, early where its limits rest on few points, or why they say nothing."""
        if self.note or self.judged is None:
            return self.note
        if self.judged.value is None or self.judged.limits.upper is None:
            return "Not judged"
        said = CAUSES[self.judged.cause].capitalize() if self.judged.special else "As expected"
        return f"{said} (early)" if self.judged.short_group else said

    @property
    def mean(self) -> str:
        mean = None if self.judged is None else self.judged.limits.mean
        return "none" if mean is None else self.quantity.told(mean)

    @property
    def limits(self) -> str:
        """Lower and upper limit, neither beyond what can be."""
        limits = None if self.judged is None else self.judged.limits
        if limits is None or limits.lower is None or limits.upper is None:
            return "none"
        lower = f"below {self.quantity.told(0)}"
        if limits.lower >= 0:
            lower = self.quantity.told(limits.lower)
        return f"{lower} to {self.quantity.upper_told(limits.upper)}"

    @property
    def edges(self) -> tuple[float | None, float | None, float | None]:
        """Mean, lower and upper limit, in full."""
        if self.judged is None:
            return None, None, None
        mean, lower, upper = (
            None if edge is None else self.quantity.rounded(edge) for edge in self.judged.limits[:3]
        )
        return mean, lower, upper


@dataclass(frozen=True)
class GapRow(Row):
    """A report and the days since the one before it."""

    quantity: ClassVar[Quantity] = Quantity.DAYS


@dataclass(frozen=True)
class Charted:
    """A chart, or why there is none yet."""

    subject: Subject
    form: Form
    why: str
    make_rows: Callable[[], tuple[Row, ...]]
    """Makes the rows of the table. Most charts of a page are shown without theirs."""
    total: Number
    """Of these months."""
    months: Period
    """Those of the period; where its chart goes further back, those of the chart."""
    chart: Xmr | None = None
    step: Step = Step.MONTH
    notes: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return self.make_rows()

    @property
    def key(self) -> str:
        return self.subject.key

    @property
    def title(self) -> str:
        return self.subject.title

    @property
    def manner(self) -> Manner:
        return GAPS if self.form is Form.DAYS_BETWEEN else COUNTS

    @property
    def quantity(self) -> Quantity:
        return Quantity.DAYS if self.form is Form.DAYS_BETWEEN else Quantity.NUMBER

    @property
    def measure(self) -> str:
        """What the values are."""
        return "Days since the report before" if self.form is Form.DAYS_BETWEEN else "Reports"

    @cached_property
    def sentence(self) -> str:
        if self.chart is None:
            return f"{self.title}: not enough data yet."
        return f"{sentence(self.title, self.chart, self.step, self.manner)}."

    @property
    def said(self) -> str:
        """The sentence without the title that it begins with."""
        return self.sentence.removeprefix(self.title)

    @property
    def heading(self) -> str:
        """What the chart is of."""
        return {
            Form.MONTHS: "Reports each month",
            Form.QUARTERS: "Reports each quarter",
            Form.DAYS_BETWEEN: "Days between reports",
        }.get(self.form, "Reports")

    @property
    def labels(self) -> Labels:
        return Labels(
            title=self.title,
            step=self.step,
            manner=self.manner,
            quantity=self.quantity,
            evenly=self.form is Form.DAYS_BETWEEN,
            address=self._address,
        )

    def _address(self, point: Judged) -> str | None:
        """As from the table: no reports have no list. No days between two of them have."""
        if self.step is Step.DAY:
            return self.subject.address_of(point.on)
        if not point.value:
            return None
        month = point.on.replace(day=1)
        return self.subject.address(
            month, plus(month, QUARTER - 1) if self.step is Step.QUARTER else month
        )

    def drawn(self, frame: Frame, key: str) -> Chart | None:
        """The drawing and its words; none where there is no chart."""
        return (
            None
            if self.chart is None
            else xmr_chart(f"{self.key}-{key}", self.chart, self.labels, frame)
        )

    @cached_property
    def wide(self) -> Chart | None:
        return self.drawn(WIDE, "wide")

    @cached_property
    def narrow(self) -> Chart | None:
        return self.drawn(NARROW, "narrow")

    @cached_property
    def small(self) -> Chart | None:
        """One of several side by side. Its points are no links: fingers could not tell them apart."""
        if self.chart is None:
            return None
        labels = replace(self.labels, address=_nowhere)
        return remembered.xmr_chart(f"{self.key}-small", self.chart, labels, SMALL)

    @property
    def icon(self) -> str:
        """The drawing of what the latest point says; empty where there is no chart, or it says nothing."""
        if self.chart is None or not self.chart.says:
            return ""
        return variation_icon(f"{self.key}-icon", self.chart.variation)

    @property
    def assured(self) -> str:
        """The drawing of whether a target will be met; empty without one, or where that cannot be said."""
        if self.chart is None or self.chart.assurance is None or not self.chart.has_limits:
            return ""
        return assurance_icon(f"{self.key}-target", self.chart.assurance)

    @property
    def assurance(self) -> str:
        return "" if self.chart is None else assurance_words(self.chart)

    @property
    def rank(self) -> Rank:
        if self.chart is None:
            return Rank.NOT_YET
        if not self.chart.says:
            return Rank.UNSAID
        kind = self.chart.variation.value.partition("_")[0]
        ranks = {"concern": Rank.CONCERN, "improvement": Rank.IMPROVEMENT, "neutral": Rank.CHANGE}
        return ranks.get(kind, Rank.CALM)

    @property
    def order(self) -> tuple[Rank, str]:
        """Concerns first, then improvements and other changes, then the rest by name."""
        return self.rank, self.title

    @property
    def first_column(self) -> str:
        return {Step.MONTH: "Month", Step.QUARTER: "Period", Step.DAY: "Report of"}[self.step]

    @property
    def table(self) -> list[tuple[object, ...]]:
        """Heading and rows for a file, with every figure: what the page's table says."""
        lines: list[tuple[object, ...]] = [
            (
                self.first_column,
                self.measure,
                self.quantity.centre,
                "Lower limit",
                "Upper limit",
                "What it says",
            )
        ]
        lines += [(row.name, row.number, *row.edges, row.says) for row in self.rows]
        return lines
