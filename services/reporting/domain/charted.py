"""A series of monthly counts as a page shows it: which chart it carries and why; its sentence, drawing and table, from the same numbers.

Only whole months are judged. A month is whole a week after its end: reports of its last days are still being written. Months that are
not are shown, and said to be unfinished.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property

from services.reporting.domain.drawing import (
    NARROW,
    SMALL,
    WIDE,
    Chart,
    Frame,
    Labels,
    assurance_icon,
    told,
    variation_icon,
    xmr_chart,
)
from services.reporting.domain.judging import Judging
from services.reporting.domain.months import Period, long_name, plus
from services.reporting.domain.numbers import Absent, Number, SmallNumbers
from services.reporting.domain.spc import (
    ASSURANCE,
    CAUSES,
    COUNTS,
    GAPS,
    VARIATION,
    Carried,
    Direction,
    Form,
    Gaps,
    Judged,
    Manner,
    Options,
    Point,
    Rebase,
    Step,
    Xmr,
    carried,
    days_between,
    sentence,
    starting_at,
    xmr,
)
from services.reporting.domain.spc.steps import QUARTER
from shared.contracts.reports import Kind

LATE_DAYS = 7
LONGEST_MONTHS = 60
"""So far back go charts of few reports where the reader did not say how far."""
MOST_DAYS = 250
"""Reports, the newest, that a chart of the days between them is made of."""
FEWEST_ROUNDED = 10
"""Times the step of rounding: the smallest mean that carries a chart of rounded numbers. Of 800 simulated charts on which nothing
changes, rounded to 5, the latest month signalled in 4.3% at a mean of 25 and in 2.5% at 50, as unrounded ones at a mean of 2 do."""


def last_whole(today: date) -> date:
    """The newest month that is taken as complete."""
    return plus((today - timedelta(days=LATE_DAYS)).replace(day=1), -1)


@dataclass(frozen=True)
class Window:
    """The months that are charted."""

    period: Period
    """As asked for, unfinished months included."""
    first: date | None
    """The first month with data: before it there is none, which is not zero."""
    today: date
    rule: SmallNumbers
    longest: date | None = None
    """Where the reader did not choose a period: the month to which charts of few reports may go back."""

    @cached_property
    def whole(self) -> date:
        """The newest whole month of the period; before its first month where none is whole."""
        return min(self.period.last, last_whole(self.today))

    @property
    def begins(self) -> date:
        """The first month whose counts a chart may need."""
        return self.period.first if self.longest is None else min(self.longest, self.period.first)

    def recent(self) -> "Window":
        return replace(self, longest=None)

    def longer(self) -> "Window":
        return replace(self, period=Period(self.begins, self.period.last), longest=None)

    @property
    def may_be_longer(self) -> bool:
        return self.begins < self.period.first

    def absent(self, month: date) -> bool:
        """Whether there is no data of the month. Who does not see exact numbers cannot tell such a month from one with few."""
        return self.rule.exact and (self.first is None or month < self.first)


@dataclass(frozen=True)
class Subject:
    """What is counted. `key` is unique on the page; months without a count have none."""

    key: str
    title: str
    counts: Mapping[date, int]
    direction: Direction = Direction.NEUTRAL
    address: Callable[[date, date], str | None] = lambda _first, _last: None
    """Where the reports of these months, both included, are listed."""
    parts: Mapping[date, Sequence[int]] = field(default_factory=dict)
    """Of a sum whose parts are shown beside it: these, by month. It is told by the rule for totals."""


def direction_of(by_kind: Mapping[str, int]) -> Direction:
    """Fewer events are better. Feedback is praise as well as complaint: its number says nothing about quality by itself."""
    return (
        Direction.DECREASE
        if 2 * by_kind.get(Kind.EVENT, 0) > sum(by_kind.values())
        else Direction.NEUTRAL
    )


class Rank(IntEnum):
    """In which order charts are shown."""

    CONCERN = 0
    IMPROVEMENT = 1
    CHANGE = 2
    CALM = 3
    NOT_YET = 4


@dataclass(frozen=True)
class Row:
    """A line of the table: a month, a quarter, or a report and the days since the one before it."""

    name: str
    number: Number
    judged: Judged | None
    note: str
    href: str | None

    @property
    def says(self) -> str:
        """What the rules say of it, or why they say nothing."""
        if self.note or self.judged is None:
            return self.note
        return CAUSES[self.judged.cause].capitalize() if self.judged.special else "As expected"

    @property
    def mean(self) -> str:
        mean = None if self.judged is None else self.judged.limits.mean
        return "none" if mean is None else told(mean)

    @property
    def limits(self) -> str:
        """Lower and upper limit, the lower one no lower than counts can be."""
        limits = None if self.judged is None else self.judged.limits
        if limits is None or limits.lower is None or limits.upper is None:
            return "none"
        return f"{'below 0' if limits.lower < 0 else told(limits.lower)} to {told(limits.upper)}"


@dataclass(frozen=True)
class Charted:
    """A chart, or why there is none yet."""

    subject: Subject
    form: Form
    why: str
    rows: tuple[Row, ...]
    total: Number
    """Of these months."""
    months: Period
    """Those of the period; where its chart goes further back, those of the chart."""
    chart: Xmr | None = None
    step: Step = Step.MONTH
    notes: tuple[str, ...] = ()

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
            unit=" days" if self.form is Form.DAYS_BETWEEN else "",
            evenly=self.form is Form.DAYS_BETWEEN,
            address=self._address,
        )

    def _address(self, point: Judged) -> str | None:
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
        return xmr_chart(
            f"{self.key}-small", self.chart, replace(self.labels, address=lambda _: None), SMALL
        )

    @property
    def icon(self) -> str:
        """The drawing of what the latest point says; empty where there is no chart."""
        return (
            "" if self.chart is None else variation_icon(f"{self.key}-icon", self.chart.variation)
        )

    @property
    def variation(self) -> str:
        """The icon in words."""
        return "" if self.chart is None else VARIATION[self.chart.variation]

    @property
    def assured(self) -> str:
        """The drawing of whether a target will be met; empty without one."""
        if self.chart is None or self.chart.assurance is None:
            return ""
        return assurance_icon(f"{self.key}-target", self.chart.assurance)

    @property
    def assurance(self) -> str:
        if self.chart is None or self.chart.assurance is None:
            return ""
        return ASSURANCE[self.chart.assurance]

    @property
    def rank(self) -> Rank:
        if self.chart is None:
            return Rank.NOT_YET
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
            (self.first_column, self.measure, "Mean", "Lower limit", "Upper limit", "What it says")
        ]
        for row in self.rows:
            limits = None if row.judged is None else row.judged.limits
            edges = (None,) * 3 if limits is None else (limits.mean, limits.lower, limits.upper)
            lines.append((row.name, row.number, *edges, row.says))
        return lines


def form_of(subject: Subject, window: Window) -> tuple[Carried, Window]:
    """Which chart the series can carry, and over which months: those of the period where these carry a chart by month, else all that
    the window allows."""
    recent = window.recent()
    held = _carried(subject, recent)
    if held.form is Form.MONTHS or not window.may_be_longer or not window.rule.exact:
        return held, recent
    longer = window.longer()
    further = _carried(subject, longer)
    return (further, longer) if further.form is not Form.NOT_YET else (held, recent)


def charted(
    subject: Subject, window: Window, judging: Judging, days: Sequence[date] = ()
) -> Charted:
    """The series as the page shows it. `days` are those on which the reports happened, one for each report (the newest `MOST_DAYS`
    will do), and needed where `form_of` says days between reports."""
    held, months = form_of(subject, window)
    rows = _months(subject, months)
    total = months.rule.added([row.number for row in rows])
    plain = Charted(subject, held.form, held.why, rows, total, months.period)
    if held.form is Form.NOT_YET:
        return plain
    if held.form is Form.DAYS_BETWEEN:
        known = [day for day in days if day <= window.today]
        if len(known) < 2:
            return replace(plain, form=Form.NOT_YET)
        return _gaps(plain, known, window, judging)
    chart = xmr(held.points, _options(held.points, subject, judging))
    step = held.step
    notes = _baseline_notes(chart, judging, step)
    return replace(
        plain, chart=chart, step=step, notes=notes, rows=_judged(subject, months, chart, step)
    )


def _carried(subject: Subject, window: Window) -> Carried:
    points = _points(subject, window)
    if window.rule.exact:
        return carried(points)
    told_ = [point.value for point in points]
    below = window.rule.below
    if None in told_ or sum(map(_or_zero, told_)) < FEWEST_ROUNDED * below * max(1, len(told_)):
        why = f"Not enough data to chart: numbers are rounded down to a multiple of {below}, and too small for that."
        return Carried(Form.NOT_YET, why)
    return carried(points)


def _or_zero(number: float | None) -> float:
    return 0 if number is None else number


def _points(subject: Subject, window: Window) -> list[Point]:
    """The whole months, as they are told: what a rounded number hides, its chart does not know."""
    points = []
    month = window.period.first
    while month <= window.whole:
        number = _number(subject, month, window)
        points.append(Point(month, number if isinstance(number, int) else None))
        month = plus(month, 1)
    return points


def _number(subject: Subject, month: date, window: Window) -> Number:
    if window.absent(month):
        return Absent.NO_DATA
    if parts := subject.parts.get(month):
        return window.rule.total(parts)
    return window.rule.shown(subject.counts.get(month, 0))


def _options(points: Sequence[Point], subject: Subject, judging: Judging) -> Options:
    options = judging.options(subject.direction)
    begins = [
        Rebase(on, each.reason)
        for each in options.rebase
        if (on := starting_at(each.on, points)) is not None
    ]
    return replace(options, rebase=tuple(begins))


def _baseline_notes(chart: Xmr, judging: Judging, step: Step) -> tuple[str, ...]:
    notes = []
    if judging.baseline is not None:
        notes.append(f"Limits come from the first {step.counted(judging.baseline)}.")
    if not judging.screen:
        notes.append("Outlying differences are kept in the limits.")
    if judging.rebase is not None and len(chart.groups) < 2:
        notes.append(
            f"Limits do not begin anew: there is no whole {step.value} both before and after {Step.DAY.in_words(judging.rebase.on)}."
        )
    return tuple(notes)


def _months(
    subject: Subject, window: Window, judged: Mapping[date, Judged] | None = None
) -> tuple[Row, ...]:
    """A row for each month of the window."""
    rows = []
    for month in window.period.months:
        number = _number(subject, month, window)
        href = (
            subject.address(month, month) if number != 0 and number is not Absent.NO_DATA else None
        )
        note = "Not finished" if month > window.whole else ""
        point = (judged or {}).get(month)
        rows.append(
            Row(long_name(month), number, point, note or ("" if point else "Not judged"), href)
        )
    return tuple(rows)


def _judged(subject: Subject, window: Window, chart: Xmr, step: Step) -> tuple[Row, ...]:
    by_date = {point.on: point for point in chart.points}
    if step is Step.MONTH:
        return _months(subject, window, by_date)
    rows: list[Row] = []
    inside: set[date] = set()
    for point in chart.points:
        inside |= {plus(point.on, at) for at in range(QUARTER)}
    single = dict(zip(window.period.months, _months(subject, window), strict=True))
    for month, row in single.items():
        if month in by_date:
            point = by_date[month]
            number: Number = Absent.NO_DATA if point.value is None else round(point.value)
            href = subject.address(month, plus(month, QUARTER - 1)) if number else None
            rows.append(Row(step.in_words(month), number, point, "", href))
        elif month not in inside:
            rows.append(
                replace(row, note=row.note if row.note == "Not finished" else "Not a whole quarter")
            )
    return tuple(rows)


def _gaps(plain: Charted, days: Sequence[date], window: Window, judging: Judging) -> Charted:
    subject = plain.subject
    newest = sorted(days)[-MOST_DAYS:]
    rebase = () if judging.rebase is None else (judging.rebase,)
    gaps = days_between(newest, window.today, subject.direction, rebase)
    rows = [
        Row(
            Step.DAY.in_words(newest[0]),
            Absent.NO_DATA,
            None,
            "The first one here",
            _month_address(subject, newest[0]),
        )
    ]
    for point in gaps.chart.points:
        number = round(point.value or 0)
        rows.append(
            Row(Step.DAY.in_words(point.on), number, point, "", _month_address(subject, point.on))
        )
    return replace(
        plain,
        chart=gaps.chart,
        step=Step.DAY,
        rows=tuple(rows),
        notes=_gap_notes(gaps, judging, cut=len(days) >= MOST_DAYS),
    )


def _month_address(subject: Subject, day: date) -> str | None:
    month = day.replace(day=1)
    return subject.address(month, month)


def _gap_notes(gaps: Gaps, judging: Judging, *, cut: bool) -> tuple[str, ...]:
    since = (
        f"{gaps.since_last:,} {'day' if gaps.since_last == 1 else 'days'} since the latest report"
    )
    notes = [f"{since}, longer than expected: likely a real change." if gaps.quiet else f"{since}."]
    if cut:
        notes.append(f"The newest {MOST_DAYS} reports are charted.")
    if judging.target is not None or judging.baseline is not None or not judging.screen:
        notes.append(
            "Target, baseline and screening are of charts by month or quarter, and do nothing here."
        )
    return tuple(notes)
