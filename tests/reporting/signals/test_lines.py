"""Which charts are watched, and what may be said of months that are not whole."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.charted import (
    LONGEST_MONTHS,
    Subject,
    Window,
    charted,
    direction_of,
    form_of,
    last_whole,
)
from services.reporting.domain.filters import DEFAULT_MONTHS
from services.reporting.domain.judging import PLAIN
from services.reporting.domain.months import period, plus
from services.reporting.domain.numbers import EXACT
from services.reporting.domain.signals import Counted, forms_of, needs_days, watched_from
from services.reporting.domain.spc import Form, Rebase
from shared.contracts.reports import Kind, Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule
from tests.reporting.signals.worlds import (
    CURRENT,
    TODAY,
    USUAL,
    before,
    counted,
    found,
    lines,
)

SAFETY, EFFECTIVENESS, EXPERIENCE = Tenet.SAFETY, Tenet.EFFECTIVENESS, Tenet.EXPERIENCE


def test_a_subject_has_a_chart_of_all_its_reports_and_of_each_tenet() -> None:
    known = counted({SAFETY: before(USUAL), EFFECTIVENESS: before(USUAL[::-1])})
    assert [line.tenets for line in lines(known)] == [(), (EFFECTIVENESS,), (SAFETY,)]


def test_a_tenet_that_has_all_the_reports_says_nothing_twice() -> None:
    assert [line.tenets for line in lines(counted({SAFETY: before(USUAL)}))] == [()]


def test_charts_go_back_two_years_where_these_carry_one() -> None:
    [line] = lines(counted({SAFETY: before(USUAL * 3)}))
    assert len(line.chart.points) == 24
    assert line.chart.latest.on == plus(CURRENT, -1)


def test_what_two_years_do_not_carry_is_pooled_over_five() -> None:
    [line] = lines(counted({SAFETY: before((0, 2, 1, 3, 0, 1) * 10)}))
    assert line.point_of is PointOf.QUARTER
    assert len(line.chart.points) >= 19


def test_a_running_month_says_nothing_until_it_is_beyond_the_upper_limit() -> None:
    for number, signals in ((0, 0), (10, 0), (15, 0), (17, 1)):
        running = {**before(USUAL), CURRENT: number}
        assert len(found(counted({SAFETY: running}))) == signals, number
    [signal] = found(counted({SAFETY: {**before(USUAL), CURRENT: 30}}))
    assert (signal.rule, signal.movement) == (SignalRule.BEYOND_LIMITS, Movement.HIGHER)
    assert (signal.point, signal.since, signal.bearing) == (CURRENT, CURRENT, Bearing.WORSE)


def test_a_month_is_whole_a_week_after_its_end_since_reports_of_it_still_come_in() -> None:
    quiet = {**before(USUAL, date(2026, 9, 1)), date(2026, 10, 1): 1}
    known = counted({SAFETY: quiet})
    assert found(known, today=date(2026, 11, 7)) == []
    [signal] = found(known, today=date(2026, 11, 8))
    assert (signal.point, signal.movement) == (date(2026, 10, 1), Movement.LOWER)


def test_a_running_quarter_is_told_when_it_is_already_beyond() -> None:
    months = before((0, 2, 1, 3, 0, 1) * 10, date(2026, 9, 1))
    assert found(counted({SAFETY: {**months, date(2026, 10, 1): 4}})) == []
    [signal] = found(counted({SAFETY: {**months, date(2026, 10, 1): 4, CURRENT: 7}}))
    assert (signal.point_of, signal.point) == (PointOf.QUARTER, date(2026, 10, 1))


def test_months_before_anything_was_reported_are_no_data_and_not_zero() -> None:
    twelve = before(USUAL[:12])
    assert lines(counted({SAFETY: twelve})) == []
    earlier = plus(CURRENT, -15)
    [line] = lines(counted({SAFETY: twelve}, started=earlier))
    assert [point.value for point in line.chart.points[:3]] == [0, 0, 0]


def test_rare_reports_are_charted_as_the_days_between_them() -> None:
    days = [TODAY - timedelta(days=40 * n + n % 3) for n in range(25)]
    counts: dict[date, int] = {}
    for day in days:
        counts[day.replace(day=1)] = counts.get(day.replace(day=1), 0) + 1
    known = counted({SAFETY: counts})
    assert needs_days(forms_of(known, TODAY))
    [line] = lines(known, {SAFETY: days})
    assert line.point_of is PointOf.REPORT
    assert len(line.chart.points) == 24
    burst = [*days, *(TODAY - timedelta(days=n) for n in range(3))]
    signals = [each for each in found(known, days={SAFETY: burst}) if each.point == TODAY]
    assert {each.movement for each in signals} == {Movement.LOWER}
    assert {each.bearing for each in signals} == {Bearing.WORSE}


def test_rare_reports_that_come_in_bursts_are_watched_by_no_chart() -> None:
    days = [TODAY - timedelta(days=100 * (at // 5)) for at in range(30)]
    known = counted({SAFETY: Counter(day.replace(day=1) for day in days)})
    assert needs_days(forms_of(known, TODAY))
    assert lines(known, {SAFETY: days}) == []


def test_what_has_no_chart_yet_raises_nothing() -> None:
    known = counted({SAFETY: {CURRENT: 3, plus(CURRENT, -9): 2}})
    assert {each.form for each in forms_of(known, TODAY).values()} == {Form.NOT_YET}
    assert found(known) == []


def test_the_number_of_feedback_is_neither_better_nor_worse() -> None:
    known = counted({SAFETY: {**before(USUAL), CURRENT: 40}}, kind=Kind.FEEDBACK)
    assert [each.bearing for each in found(known)] == [Bearing.NEITHER]


def test_a_line_is_judged_by_its_own_reports_and_not_by_most_of_the_theme() -> None:
    events = counted({SAFETY: {**before(USUAL), CURRENT: 40}, EFFECTIVENESS: before(USUAL)})
    praise = counted({EXPERIENCE: {**before(USUAL), CURRENT: 60}}, kind=Kind.FEEDBACK)
    more = counted({EXPERIENCE: before([10 * n for n in USUAL])}, kind=Kind.FEEDBACK)
    for feedback in (praise, more):
        both = Counted(events.joining, events.counts + feedback.counts)
        bearings = {each.tenets: each.bearing for each in found(both) if each.tenets}
        assert bearings.pop((SAFETY,)) is Bearing.WORSE
        assert set(bearings.values()) <= {Bearing.NEITHER}


def test_nothing_older_than_five_years_is_looked_at() -> None:
    first = watched_from(TODAY)
    assert first == date(2021, 11, 1)
    [line] = lines(counted({SAFETY: before((0, 2, 1, 3, 0, 1) * 30)}))
    assert line.chart.points[0].on >= first


MONTHS = st.lists(st.integers(0, 12), min_size=1, max_size=70)


BACK = st.integers(0, 40).map(lambda months: plus(CURRENT, -months))


@given(
    MONTHS,
    st.sampled_from(list(Kind)),
    st.integers(0, 3),
    st.none() | BACK,
    st.lists(BACK, max_size=3),
)
def test_the_watched_chart_is_the_page_s(
    numbers: list[int], kind: Kind, running: int, started: date | None, joined: list[date]
) -> None:
    """To the point and rule, for who sees exact numbers and chooses no period."""
    counts = {**before(numbers), CURRENT: running}
    days = [month + timedelta(days=at % 28) for month, n in counts.items() for at in range(n)]
    rebases = tuple(Rebase(each, "many joined") for each in sorted(joined))
    known = counted({SAFETY: counts}, kind, started, rebases)
    whole = last_whole(TODAY)
    months = period(int(DEFAULT_MONTHS), None, None, newest=CURRENT, current=CURRENT, whole=whole)
    oldest = plus(whole, 1 - LONGEST_MONTHS)
    window = Window(months, known.joining.first, TODAY, EXACT, oldest, rebases)
    subject = Subject("key", "Letters", counts, direction_of({kind: sum(counts.values())}))
    since = watched_from(TODAY)
    shown = [day for day in days if since <= day <= TODAY]
    page = charted(subject, form_of(subject, window), window, PLAIN, shown)
    chart = next((line.chart for line in lines(known, {SAFETY: days})), None)
    assert (page.chart is None) == (chart is None)
    if chart is not None and page.chart is not None:
        assert page.chart.points == chart.points
        assert page.chart.options.direction == chart.options.direction
