"""Which chart a series carries, and why; or why there is none yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from services.reporting.domain.charted.chart import Charted, GapRow, Row
from services.reporting.domain.charted.remembered import (
    carried,
    carried_by_month,
    days_between,
    xmr,
)
from services.reporting.domain.charted.series import (
    LONGEST_MONTHS,
    Subject,
    Window,
    last_whole,
    numbers_in,
)
from services.reporting.domain.judging import Judging
from services.reporting.domain.months import long_name, plus
from services.reporting.domain.numbers import Absent, Number
from services.reporting.domain.spc import (
    Carried,
    Form,
    Gaps,
    Judged,
    Options,
    Point,
    Reach,
    Rebase,
    Step,
    Xmr,
    in_bursts,
    starting_at,
)
from services.reporting.domain.spc.carrying import FEWEST_EVENTS, SMALLEST_MEAN, TOO_SHORT
from services.reporting.domain.spc.series import FEWEST_POINTS
from services.reporting.domain.spc.steps import QUARTER

MOST_DAYS = 250
"""Reports, the newest, that a chart of the days between them is made of."""
FEWEST_ROUNDED = 10
"""Times the step of rounding: the smallest mean that carries a chart of rounded numbers. Of 800 simulated charts on which nothing
changes, rounded to 5, the latest month signalled in 4.3% at a mean of 25 and in 2.5% at 50, as unrounded ones at a mean of 2 do."""

IN_BURSTS = Carried(
    Form.NOT_YET,
    "Not enough data to chart: the reports come in bursts, half of them or more on the day of the one before.",
)


def form_of(subject: Subject, window: Window) -> tuple[Carried, Window]:
    """Which chart the series can carry, and over which months: those of the period where these carry a chart by month, else all that
    the window allows."""
    recent, longer = window.recent, window.longer
    points = _points(subject, recent)
    if not window.may_be_longer or not window.rule.exact:
        return _running(subject, window) or _carried(points, window), recent
    if (held := carried_by_month(points)) is not None:
        return held, recent
    reach = Reach(LONGEST_MONTHS, len(recent.whole_months), ended=_ended(window))
    further = carried(_points(subject, longer), reach)
    if further.form is not Form.NOT_YET:
        return further, longer
    return _running(subject, longer) or further, recent


def charted(
    subject: Subject,
    form: tuple[Carried, Window],
    window: Window,
    judging: Judging,
    days: Sequence[date] = (),
) -> Charted:
    """The series as the page shows it, in the form that `form_of` found. `days` are those on which the reports happened, one for each
    report (the newest `MOST_DAYS` will do), and needed where that is days between reports."""
    held, months = form
    total = months.rule.added(numbers_in(subject, months.period.months, months))
    make_rows = partial(_months, subject, months)
    plain = Charted(subject, held.form, held.why, make_rows, total, months.period)
    if held.form is Form.NOT_YET:
        return plain
    if held.form is Form.DAYS_BETWEEN:
        known = [day for day in days if (window.first or date.max) <= day <= window.today]
        if len(known) < 2:
            return replace(plain, form=Form.NOT_YET)
        if in_bursts(known):
            return charted(subject, (IN_BURSTS, window.recent), window, judging)
        return _gaps(plain, known, window, judging)
    chart = xmr(held.points, _options(held.points, subject, judging, window.rebases))
    step = held.step
    notes = _baseline_notes(chart, judging, step)
    make_rows = partial(_judged, subject, months, chart, step)
    return replace(plain, chart=chart, step=step, notes=notes, make_rows=make_rows)


def _carried(points: tuple[Point, ...], window: Window) -> Carried:
    reach = reach_of(window)
    if window.rule.exact:
        return carried(points, reach)
    told_ = [point.value for point in points]
    below = window.rule.below
    if None in told_ or sum(map(_or_zero, told_)) < FEWEST_ROUNDED * below * max(1, len(told_)):
        why = f"Not enough data to chart: numbers are rounded down to a multiple of {below}, and too small for that."
        return Carried(Form.NOT_YET, why)
    return carried(points, reach)


def reach_of(window: Window) -> Reach:
    """Of charts of this period alone."""
    months, ended = len(window.whole_months), _ended(window)
    short = months < LONGEST_MONTHS or ended != window.ended
    return Reach(months, chosen=short and window.longest is None, ended=ended)


def _ended(window: Window) -> date | None:
    """The month after which nothing more comes: data have ended, or the period is over."""
    if window.ended is not None:
        return window.ended
    return window.whole if window.whole < last_whole(window.today) else None


def _running(subject: Subject, window: Window) -> Carried | None:
    """Why there is no chart where nothing was reported but in months that still run, or no other month is there. Who sees rounded numbers
    is not told whether there is anything."""
    reported, whole = subject.counts.get, window.whole_months
    begins = max(window.first or date.min, window.period.first)
    running = any(reported(month) for month in window.period.months if month > window.whole)
    judged = any(reported(month) for month in whole if month >= begins)
    if not window.rule.exact or judged or (whole and not running):
        return None
    so_far = "Not enough data yet: what was reported is of a month that is not finished"
    if window.ended is not None:
        so_far = "Not enough data yet: what was reported is of the month in which data end"
        return Carried(Form.NOT_YET, f"{so_far}, which may not be whole.")
    if begins <= window.whole:
        return Carried(Form.NOT_YET, f"{so_far}. A chart needs {FEWEST_EVENTS} reports or more.")
    if 0 < len(whole) < FEWEST_POINTS:
        return Carried(Form.NOT_YET, f"{so_far}. {TOO_SHORT}")
    month = plus(begins, FEWEST_POINTS - 1)
    when = f"there will be enough after {long_name(month)} if {SMALLEST_MEAN:.0f} or more reports come each month"
    if not whole:
        so_far = "Not enough data yet: no month of the chosen period is finished"
        when = f"from {long_name(begins)} on {when}"
        if begins != window.first:
            when += ". A longer period may have enough now"
    return Carried(Form.NOT_YET, f"{so_far}. {when[0].upper()}{when[1:]}.", enough_from=month)


def _or_zero(number: float | None) -> float:
    return 0 if number is None else number


def _points(subject: Subject, window: Window) -> tuple[Point, ...]:
    """The whole months, as they are told: what a rounded number hides, its chart does not know."""
    first = window.first or date.max
    months = [month for month in window.whole_months if month >= first]
    return tuple(
        Point(month, number if isinstance(number, int) else None)
        for month, number in zip(months, numbers_in(subject, months, window), strict=True)
    )


def _options(
    points: Sequence[Point], subject: Subject, judging: Judging, joined: Sequence[Rebase]
) -> Options:
    options = judging.options(subject.direction)
    begins = {
        on: Rebase(on, each.reason)
        for each in _begins(judging, joined)
        if (on := starting_at(each.on, points)) is not None
    }
    return replace(options, rebase=tuple(begins.values()))


def _begins(judging: Judging, joined: Sequence[Rebase]) -> list[Rebase]:
    """Where limits begin anew: what the reader asks for comes last, and says why where both are one."""
    return [*joined, *([] if judging.rebase is None else [judging.rebase])]


def _baseline_notes(chart: Xmr, judging: Judging, step: Step) -> tuple[str, ...]:
    notes = []
    if judging.baseline is not None:
        notes.append(f"Limits come from the first {step.counted(judging.baseline)}.")
    if not judging.screen:
        notes.append("Outlying differences are kept in the limits.")
    if judging.rebase is not None and not _begins_anew(chart, judging.rebase.on):
        notes.append(
            f"Limits do not begin anew: there is no whole {step.value} both before and after {Step.DAY.in_words(judging.rebase.on)}."
        )
    return tuple(notes)


def _begins_anew(chart: Xmr, change: date) -> bool:
    """Whether limits do at the first point from this day on."""
    on = min((point.on for point in chart.points if point.on >= change), default=None)
    return on in [group[0].on for group in chart.groups[1:]]


def _months(
    subject: Subject, window: Window, judged: Mapping[date, Judged] | None = None
) -> tuple[Row, ...]:
    """A row for each month of the window."""
    rows = []
    months = window.period.months
    for month, number in zip(months, numbers_in(subject, months, window), strict=True):
        href = (
            subject.address(month, month) if number != 0 and number is not Absent.NO_DATA else None
        )
        note = window.unfinished(month)
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
            rows.append(replace(row, note=window.unfinished(month) or "Not a whole quarter"))
    return tuple(rows)


def _gaps(plain: Charted, days: Sequence[date], window: Window, judging: Judging) -> Charted:
    subject = plain.subject
    newest = tuple(sorted(days)[-MOST_DAYS:])
    rebase = tuple(_begins(judging, window.rebases))
    gaps = days_between(newest, window.today, subject.direction, rebase)
    return replace(
        plain,
        chart=gaps.chart,
        step=Step.DAY,
        make_rows=partial(_gap_rows, subject, newest[0], gaps),
        notes=_gap_notes(
            gaps, judging, over=_ended(window) is not None, cut=len(days) >= MOST_DAYS
        ),
    )


def _gap_rows(subject: Subject, first: date, gaps: Gaps) -> tuple[Row, ...]:
    rows: list[Row] = [
        Row(
            Step.DAY.in_words(first),
            Absent.NO_DATA,
            None,
            "The first one here",
            subject.address_of(first),
        )
    ]
    for point in gaps.chart.points:
        number = round(point.value or 0)
        rows.append(
            GapRow(Step.DAY.in_words(point.on), number, point, "", subject.address_of(point.on))
        )
    return tuple(rows)


def _gap_notes(gaps: Gaps, judging: Judging, *, over: bool, cut: bool) -> tuple[str, ...]:
    """`over`: the time that is charted is, so that nothing is known of the days since."""
    days = f"{gaps.since_last:,} {'day' if gaps.since_last == 1 else 'days'}"
    since = f"{days} since the latest report"
    if gaps.quiet:
        since += ", longer than expected: likely a real change"
    notes = [] if over else [f"{since}."]
    if cut:
        notes.append(f"The newest {MOST_DAYS} reports are charted.")
    if judging.target is not None or judging.baseline is not None or not judging.screen:
        notes.append(
            "Target, baseline and screening are of charts by month or quarter, and do nothing here."
        )
    return tuple(notes)
