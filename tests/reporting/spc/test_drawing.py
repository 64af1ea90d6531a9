"""Drawings of charts: what is in the numbers is in the picture and in its words, and nothing else is."""

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.drawing import (
    NARROW,
    SMALL,
    WIDE,
    Frame,
    Labels,
    assurance_icon,
    standalone,
    told,
    variation_icon,
    xmr_chart,
)
from services.reporting.domain.drawing.scales import axis_over
from services.reporting.domain.spc import (
    Assurance,
    Direction,
    Options,
    Rebase,
    Step,
    Variation,
    Xmr,
    xmr,
)
from tests.reporting.spc.drawn import STYLESHEET, classes_without_a_look, marks_of, words_of
from tests.reporting.spc.series import chart, month, monthly
from tests.reporting.spc.test_xmr import CALM, values_strategy

LABELS = Labels("Discharge summaries", Step.MONTH)
FRAMES = [WIDE, NARROW, SMALL]
RISEN = [*CALM, 40.0, None, -30.0, 5.0]


def drawn(of: Xmr, frame: Frame = WIDE, labels: Labels = LABELS) -> ET.Element:
    return ET.fromstring(xmr_chart("k", of, labels, frame).svg)  # noqa: S314 - our own text


@pytest.mark.parametrize("frame", FRAMES)
def test_each_value_has_a_mark_of_its_kind_and_what_is_missing_has_none(frame: Frame) -> None:
    root = drawn(chart(RISEN, Direction.DECREASE, fix=14), frame)
    legends = 1 if frame.legend else 0
    assert marks_of(root) == {
        "common": 15 + legends,
        "concern": 1 + legends,
        "improvement": 1 + legends,
    }


def test_kinds_differ_in_shape_and_not_only_in_colour() -> None:
    for direction, shapes in ((Direction.DECREASE, 3), (Direction.NEUTRAL, 2)):
        root = drawn(chart(RISEN, direction, fix=14))
        forms = {
            (element.get("class"), element.tag, len(element.get("points", "").split()))
            for element in root.iter()
            if element.get("class", "").startswith("spc-mark ")
        }
        assert len({form[1:] for form in forms}) == shapes


def test_lines_are_labelled_with_the_numbers_in_force() -> None:
    rebased = chart([*CALM, *[20.0, 30] * 7], target=12, rebase=[14])
    for frame in (WIDE, NARROW):
        words = " ".join(words_of(drawn(rebased, frame)))
        for number in ("Mean 25", "51.6", "Target 12"):
            assert number in words
    assert "below 0" in " ".join(words_of(drawn(rebased)))


def test_a_limit_below_zero_is_drawn_at_zero_where_no_value_is_below() -> None:
    def lowest_limit(values: list[float]) -> tuple[float, float]:
        root = drawn(chart(values))
        limits = [
            float(element.get("y1", 0))
            for element in root.iter()
            if element.get("class") == "spc-limit"
        ]
        axis = next(e for e in root.iter() if e.get("class") == "spc-axis")
        return max(limits[:2]), float(axis.get("y1", 0))

    limit, base = lowest_limit(CALM)
    assert limit == base
    limit, base = lowest_limit([value - 5 for value in CALM])
    assert limit < base


def test_a_file_of_its_own_begins_with_title_and_sentence() -> None:
    words = words_of(
        ET.fromstring(  # noqa: S314 - our own text
            xmr_chart("k", chart([*CALM, 40.0], fix=14), LABELS, NARROW, headed=True).svg
        )
    )
    assert words[0] == "Discharge summaries"
    assert " ".join(words[1:3]) == "Higher than expected in March 2025, likely a real change."


def test_labels_of_lines_do_not_cover_each_other_nor_the_dates_below() -> None:
    crowded = drawn(chart([*[4.0, 6] * 7, 1000], target=4))
    beside = sorted(
        float(element.get("y", 0))
        for element in crowded.iter("{http://www.w3.org/2000/svg}text")
        if float(element.get("x", 0)) > WIDE.end and float(element.get("y", 0)) < 300
    )
    assert len(beside) == 4
    assert all(other - one >= 14 for one, other in pairwise(beside))
    assert beside[-1] <= WIDE.base + 4


@pytest.mark.parametrize("frame", [WIDE, NARROW])
@pytest.mark.parametrize("months", [5, 14, 23, 24, 40, 60, 120])
def test_labels_below_stand_at_even_steps_that_end_with_the_latest_month(
    frame: Frame, months: int
) -> None:
    of = chart([float(at % 7) for at in range(months)])
    root = drawn(of, frame)
    names = {Step.MONTH.in_short(point.on): at for at, point in enumerate(of.points)}
    told_of = sorted(names[words] for words in words_of(root) if words in names)
    steps = {other - one for one, other in pairwise(told_of)}
    assert len(steps) == 1
    assert 12 % min(steps) == 0 or min(steps) % 12 == 0
    assert told_of[-1] == months - 1


def test_a_rebase_is_a_line_with_a_letter_and_its_reason_and_breaks_the_other_lines() -> None:
    options = Options(rebase=(Rebase(month(7), 'New "letter" <sent>'),))
    made = xmr_chart("k", xmr(monthly(CALM), options), LABELS, WIDE)
    root = ET.fromstring(made.svg)  # noqa: S314 - our own text
    kinds = Counter(element.get("class") for element in root.iter())
    assert kinds["spc-rebase"] == 1
    assert kinds["spc-values"] == 2
    assert "A" in words_of(root)
    assert 'August 2024, New "letter" <sent>' in words_of(root)
    assert 'Limits begin anew with August 2024 (New "letter" <sent>).' in made.words


def test_the_words_have_the_numbers_of_the_drawing() -> None:
    made = xmr_chart("k", chart([*CALM, 40], Direction.DECREASE, target=3, fix=14), LABELS, WIDE)
    assert made.words == (
        "Discharge summaries: higher than expected in March 2025, likely a real change. "
        "15 months, January 2024 to March 2025. Latest: 40. Mean 5. Limits below 0 to 10.3. Target 3. "
        "More than chance: 40 in March 2025 (above the upper limit)."
    )
    root = ET.fromstring(made.svg)  # noqa: S314 - our own text
    assert root.findtext("{http://www.w3.org/2000/svg}desc") == made.words
    assert root.get("aria-labelledby") == "k-title k-words"
    assert root.get("role") == "img"


def test_points_that_lead_somewhere_are_named_links_for_the_mouse() -> None:
    labels = Labels("X", Step.MONTH, address=lambda point: f"/reports?month={point.on:%Y-%m}&a=b")
    root = drawn(chart([*CALM, 40], fix=14), WIDE, labels)
    links = list(root.iter("{http://www.w3.org/2000/svg}a"))
    assert len(links) == 15
    assert links[-1].get("href") == "/reports?month=2025-03&a=b"
    assert links[-1].get("aria-label") == "March 2025: 40, above the upper limit"
    assert {link.get("tabindex") for link in links} == {"-1"}
    assert root.get("role") == "group"


@given(
    values_strategy,
    st.sampled_from(FRAMES),
    st.sampled_from(Direction),
    st.none() | st.floats(-1e9, 1e9),
    st.sets(st.integers(0, 40), max_size=4),
)
def test_any_series_is_drawn_within_its_frame_and_without_styles(
    values: list[float | None],
    frame: Frame,
    direction: Direction,
    target: float | None,
    rebase: set[int],
) -> None:
    made = xmr_chart(
        "k", chart(values, direction, target=target, rebase=sorted(rebase)), LABELS, frame
    )
    root = ET.fromstring(made.svg)  # noqa: S314 - our own text
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for element in root.iter():
        assert "style" not in element.attrib
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.get(name, 0)) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.get(name, 0)) <= height + 1
    assert "nan" not in made.svg
    assert "None" not in made.words


def test_ten_thousand_points_are_a_line_and_their_signals() -> None:
    many = [float((at * 7919) % 101) for at in range(10_000)]
    made = xmr_chart("k", chart(many), LABELS, WIDE)
    assert len(made.svg) < 400_000
    assert len(made.words) < 2_000


@pytest.mark.parametrize("variation", Variation)
def test_each_variation_has_an_icon_that_says_itself_in_words(variation: Variation) -> None:
    root = ET.fromstring(variation_icon("k", variation))  # noqa: S314 - our own text
    letter = {"high": ["H"], "low": ["L"]}.get(variation.value.rpartition("_")[2], [])
    assert words_of(root) == letter
    assert root.findtext("{http://www.w3.org/2000/svg}desc")


def test_each_assurance_has_an_icon_with_a_letter() -> None:
    letters = [
        words_of(ET.fromstring(assurance_icon("k", each)))  # noqa: S314 - our own text
        for each in Assurance
    ]
    assert letters == [["P"], ["F"], ["?"]]


def test_a_file_of_its_own_has_the_stylesheet_inside_and_every_class_has_a_look() -> None:
    stylesheet = STYLESHEET.read_text()
    parts = [
        xmr_chart("k", made, LABELS, WIDE, headed=True).svg
        for direction in Direction
        for made in [chart(RISEN, direction, target=3, fix=12, rebase=[7])]
    ]
    parts += [variation_icon("k", each) for each in Variation]
    assert ET.fromstring(standalone(parts[0], stylesheet))[0].text == stylesheet  # noqa: S314 - our own text
    assert classes_without_a_look(parts) == []


@given(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15))
def test_an_axis_has_room_for_both_ends_in_few_round_steps(one: float, other: float) -> None:
    axis = axis_over(min(one, other), max(one, other))
    slack = abs(axis.high - axis.low) * 1e-6
    assert axis.low - slack <= min(one, other)
    assert max(one, other) <= axis.high + slack
    assert 2 <= len(axis.ticks) <= 8


@pytest.mark.parametrize(
    ("ends", "low"), [((26, 79), 0), ((90, 98), 90), ((-3, 2), -3), ((5, 5), 0)]
)
def test_an_axis_begins_at_zero_unless_half_of_it_would_be_empty(
    ends: tuple[float, float], low: float
) -> None:
    assert axis_over(*ends).low == low


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.0001, "-0.0001"),
        (12.34, "12.3"),
        (9.999, "10"),
        (1234.5, "1,234"),
        (0.05, "0.05"),
        (-3, "-3"),
    ],
)
def test_numbers_are_told_in_three_figures(value: float, words: str) -> None:
    assert told(value) == words
