"""Signals are what the chart says, each with an id of its own; and what there is to tell is the difference to what was told."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.months import plus
from services.reporting.domain.signals import (
    RECENT_MONTHS,
    Kept,
    Signals,
    Subject,
    changes,
    signals_of,
    subjects_of,
)
from services.reporting.domain.spc import GAPS, Step, sentence
from shared.contracts.reports import Tenet
from shared.contracts.signals import Bearing, Movement, PointOf, SignalRule, words_of
from tests.reporting.signals.worlds import (
    AREA,
    CURRENT,
    NORTHFIELD,
    TODAY,
    USUAL,
    before,
    counted,
    found,
    lines,
)

SAFETY, EFFECTIVENESS, EXPERIENCE = Tenet.SAFETY, Tenet.EFFECTIVENESS, Tenet.EXPERIENCE
HIGHER = (*USUAL, 14, 13, 15, 14, 13, 16, 15, 14)
MONTHS = st.lists(st.integers(0, 40), min_size=13, max_size=30)


def test_each_rule_and_point_is_a_signal_of_its_own() -> None:
    shift = [
        each for each in found(counted({SAFETY: before(HIGHER)})) if each.rule is SignalRule.SHIFT
    ]
    high = [each for each in shift if each.movement is Movement.HIGHER]
    assert [each.point for each in high] == [plus(CURRENT, at) for at in range(-8, 0)]
    assert {each.since for each in high} == {plus(CURRENT, -8)}
    assert len({each.signal_id for each in high}) == 8
    assert len({each.series_id for each in high}) == 1
    assert {each.bearing for each in high} == {Bearing.WORSE}


def same(words: str, sentence: str) -> bool:
    """Whether both tell the same state and beginning: a chart says `since March 2026` of what a signal says `from March to May 2026`."""
    state, began, since = sentence.partition(" since ")
    if not began:
        return words == sentence
    begin = since.removesuffix(", likely a real change")
    told = words.removeprefix(f"{state} from ")
    return told != words and told.startswith(begin.rpartition(" ")[0])


@given(MONTHS)
def test_the_newest_signal_says_what_the_chart_s_sentence_says(numbers: list[int]) -> None:
    for line in lines(counted({SAFETY: before(numbers)})):
        latest = line.chart.latest
        if line.point_of is PointOf.MONTH and latest.special and not latest.short_group:
            signals = signals_of(AREA, [line]).values()
            said = sentence("Letters", line.chart, Step.MONTH).removeprefix("Letters: ")
            assert any(same(each.words, said) for each in signals if each.point == latest.on)


def test_days_between_reports_are_told_in_the_chart_s_words_too() -> None:
    days = [date(2026, 11, 20 - n) for n in range(3)] + [
        plus(CURRENT, -2 * n).replace(day=3 + n % 5) for n in range(1, 25)
    ]
    counts: dict[date, int] = {}
    for day in days:
        counts[day.replace(day=1)] = counts.get(day.replace(day=1), 0) + 1
    [line] = lines(counted({SAFETY: counts}), {SAFETY: days})
    assert line.chart.latest.special
    said = sentence("Letters", line.chart, Step.DAY, GAPS).removeprefix("Letters: ")
    signals = signals_of(AREA, [line]).values()
    assert any(same(each.words, f"reports {said}") for each in signals)


@pytest.mark.parametrize(
    ("point_of", "since", "point", "when"),
    [
        (PointOf.MONTH, date(2026, 3, 1), date(2026, 3, 1), "in March 2026"),
        (PointOf.MONTH, date(2026, 3, 1), date(2026, 5, 1), "from March to May 2026"),
        (PointOf.MONTH, date(2025, 11, 1), date(2026, 2, 1), "from November 2025 to February 2026"),
        (PointOf.QUARTER, date(2026, 1, 1), date(2026, 1, 1), "from January to March 2026"),
        (
            PointOf.QUARTER,
            date(2025, 10, 1),
            date(2026, 7, 1),
            "from October 2025 to September 2026",
        ),
        (PointOf.REPORT, date(2026, 3, 4), date(2026, 3, 4), "on 4 March 2026"),
        (PointOf.REPORT, date(2026, 3, 4), date(2026, 5, 17), "from 4 March to 17 May 2026"),
    ],
)
def test_when_it_was_is_told_to_its_end(
    point_of: PointOf, since: date, point: date, when: str
) -> None:
    told = words_of(SignalRule.JOINT, Movement.HIGHER, point_of, since, point)
    assert told == f"worse together {when}, likely a real change"


def test_ids_do_not_depend_on_who_finds_them_and_when() -> None:
    one = {each.signal_id for each in found(counted({SAFETY: before(HIGHER)}))}
    later = found(counted({SAFETY: before((9, *HIGHER))}), today=date(2026, 11, 28))
    assert one & {each.signal_id for each in later}
    # As they stand in the database of everybody who has run this before.
    assert AREA.subject_id == UUID("2dc7dd4a-1abc-5d35-9e59-5ea9ac25b70d")


def test_series_of_other_places_themes_and_tenets_have_other_ids() -> None:
    subjects = [
        Subject(area, provider, theme)
        for area in ("", "Q9A")
        for provider in ("", "RZ1")
        for theme in ("letters", "referrals")
    ]
    tenets: list[tuple[Tenet, ...]] = [(), (SAFETY,), (EFFECTIVENESS,), (SAFETY, EFFECTIVENESS)]
    ids = {each.series_id(some) for each in subjects for some in tenets}
    assert len(ids) == len(subjects) * len(tenets)


def test_a_report_counts_in_its_areas_their_provider_and_everywhere() -> None:
    assert set(subjects_of({"Q9A"}, "RZ1", ["letters"])) == {
        Subject("", "", "letters"),
        Subject("Q9A", "", "letters"),
        Subject("Q9A", "RZ1", "letters"),
    }


def peak(at: int, height: int = 40) -> dict[date, int]:
    """A usual series with a month beyond the limit so many months ago."""
    return before(USUAL) | {plus(CURRENT, -at): height}


@pytest.mark.parametrize(
    ("safety", "effectiveness", "joint"),
    [(1, 1, 1), (1, 2, 1), (2, 1, 1), (1, 3, 0), (5, 5, 1)],
)
def test_tenets_that_become_worse_in_the_same_or_neighbouring_months_are_a_joint_signal(
    safety: int, effectiveness: int, joint: int
) -> None:
    known = counted({SAFETY: peak(safety), EFFECTIVENESS: peak(effectiveness)})
    signals = [each for each in found(known, NORTHFIELD) if each.rule is SignalRule.JOINT]
    assert len(signals) == joint
    for each in signals:
        assert each.tenets == (EFFECTIVENESS, SAFETY)
        assert each.point == plus(CURRENT, -min(safety, effectiveness))
        assert each.words.startswith("worse together in")


def test_three_tenets_make_one_joint_signal() -> None:
    known = counted({SAFETY: peak(1), EFFECTIVENESS: peak(1), EXPERIENCE: peak(2)})
    [signal] = [each for each in found(known, NORTHFIELD) if each.rule is SignalRule.JOINT]
    assert signal.tenets == (EXPERIENCE, EFFECTIVENESS, SAFETY)


def test_a_running_month_can_complete_a_joint_signal() -> None:
    known = counted({SAFETY: peak(0), EFFECTIVENESS: peak(1)})
    [signal] = [each for each in found(known, NORTHFIELD) if each.rule is SignalRule.JOINT]
    assert signal.point == CURRENT


def test_what_became_better_and_whole_areas_make_no_joint_signal() -> None:
    quiet = before(USUAL) | {plus(CURRENT, -1): 0}
    assert {
        each.rule for each in found(counted({SAFETY: quiet, EFFECTIVENESS: quiet}), NORTHFIELD)
    } == {SignalRule.BEYOND_LIMITS}
    both = counted({SAFETY: peak(1), EFFECTIVENESS: peak(1)})
    assert SignalRule.JOINT not in {each.rule for each in found(both, AREA)}


def told(kept: dict[UUID, Kept], signals: Signals, today: date = TODAY) -> tuple[int, int]:
    """Tell the difference, as the service does; how many were raised and withdrawn."""
    news = changes(kept, signals, today)
    for each, raised in [
        *((one, True) for one in news.raised),
        *((one, False) for one in news.withdrawn),
    ]:
        revision = kept[each.signal_id].revision + 1 if each.signal_id in kept else 1
        kept[each.signal_id] = Kept(each, revision, raised)
    for each in news.revised:
        kept[each.signal_id] = Kept(each, kept[each.signal_id].revision, True)
    return len(news.raised), len(news.withdrawn)


def test_only_the_newest_months_raise_signals_however_long_the_history() -> None:
    kept: dict[UUID, Kept] = {}
    signals = signals_of(AREA, lines(counted({SAFETY: before(HIGHER)})))
    told(kept, signals)
    newest = {plus(CURRENT, -at) for at in range(1, RECENT_MONTHS + 1)}
    assert {each.signal.point for each in kept.values()} == newest
    assert len({each.point for each in signals.values()}) == 8


def test_what_later_data_remove_is_withdrawn_and_may_be_raised_again() -> None:
    kept: dict[UUID, Kept] = {}
    high, usual = peak(1), before(USUAL)
    assert told(kept, signals_of(AREA, lines(counted({SAFETY: high})))) == (1, 0)
    assert told(kept, signals_of(AREA, lines(counted({SAFETY: high})))) == (0, 0)
    assert told(kept, signals_of(AREA, lines(counted({SAFETY: usual})))) == (0, 1)
    assert told(kept, signals_of(AREA, lines(counted({SAFETY: usual})))) == (0, 0)
    assert told(kept, signals_of(AREA, lines(counted({SAFETY: high})))) == (1, 0)
    [only] = kept.values()
    assert (only.revision, only.raised) == (3, True)


def test_a_signal_that_grows_older_stays_as_it_was_told() -> None:
    kept: dict[UUID, Kept] = {}
    told(kept, signals_of(AREA, lines(counted({SAFETY: peak(1)}))))
    for later in (date(2027, 2, 20), date(2028, 9, 20), date(2029, 9, 20)):
        months = peak(1) | {
            plus(CURRENT, at): USUAL[at % len(USUAL)]
            for at in range((later.year - 2026) * 12 + later.month - 11)
        }
        signals = signals_of(AREA, lines(counted({SAFETY: months}), today=later))
        assert told(kept, signals, later)[1] == 0


@given(st.lists(MONTHS, min_size=2, max_size=4))
def test_after_any_history_the_same_data_have_nothing_more_to_tell(
    histories: list[list[int]],
) -> None:
    """And what is raised of the newest months is what a start from nothing would raise."""
    kept: dict[UUID, Kept] = {}
    signals: Signals = {}
    for numbers in histories:
        signals = signals_of(AREA, lines(counted({SAFETY: before(numbers)})))
        told(kept, signals)
    assert told(kept, signals) == (0, 0)
    afresh: dict[UUID, Kept] = {}
    told(afresh, signals)
    assert {key for key, each in kept.items() if each.raised} == set(afresh)
    assert all((each.revision % 2 == 1) == each.raised for each in kept.values())
