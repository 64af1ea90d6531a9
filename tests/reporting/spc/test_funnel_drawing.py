"""Drawings of funnels: who is named, how marks differ, and what is claimed."""

import re
import xml.etree.ElementTree as ET

import pytest

from services.reporting.domain.drawing import NARROW, WIDE, FunnelLabels, funnel_chart
from services.reporting.domain.spc import Direction, Measure, Unit, funnel
from tests.reporting.spc.drawn import STYLESHEET, classes_without_a_look, marks_of, words_of

units = [Unit(f"R{at}", 20 + at % 3, 100 + at) for at in range(20)] + [Unit("RX", 60, 100)]
FUNNEL = funnel(units, Measure.PROPORTION)


@pytest.mark.parametrize(
    ("direction", "kind"),
    [
        (Direction.INCREASE, "improvement"),
        (Direction.DECREASE, "concern"),
        (Direction.NEUTRAL, "neutral"),
    ],
)
def test_a_funnel_marks_who_is_beyond_the_limits(direction: Direction, kind: str) -> None:
    labels = FunnelLabels("Closed in time", "Cases", {"RX": "Northfield"}, direction=direction)
    made = funnel_chart("k", FUNNEL, labels, WIDE)
    assert marks_of(ET.fromstring(made.svg)) == {"common": 21, kind: 2}  # noqa: S314 - our own text
    assert "Above the 99.8% limit, likely more than chance: Northfield (60%)." in made.words
    assert "As expected: 20." in made.words


def test_a_funnel_makes_no_claim_about_who_is_beyond_the_inner_limits_only() -> None:
    rest = [Unit(f"R{at}", 20_000, 100_000) for at in range(4)]
    few = funnel([*rest, Unit("RX", 30, 100)], Measure.PROPORTION)
    for direction in Direction:
        labels = FunnelLabels("Late", "Cases", {"RX": "Northfield"}, direction=direction)
        made = funnel_chart("k", few, labels, WIDE)
        root = ET.fromstring(made.svg)  # noqa: S314 - our own text
        assert marks_of(root) == {"common": 5, "unusual": 2}
        assert "Above the 95% limit only, a little unusual: Northfield (30%)." in made.words
        assert "Northfield" not in words_of(root)


def test_names_in_a_funnel_keep_clear_of_its_lines() -> None:
    made = funnel_chart("k", FUNNEL, FunnelLabels("X", "Y", {"RX": "Northfield"}), NARROW)
    assert 'class="spc-name"' in made.svg
    look = re.search(r"\.spc-name {([^}]*)}", STYLESHEET.read_text())
    assert look is not None
    assert "paint-order: stroke; stroke: #fff" in look[1]


def test_organisations_without_a_name_stay_without_one() -> None:
    labels = FunnelLabels("Closed in time", "Cases", {"R3": "Eastbrook"}, own="R3")
    made = funnel_chart("k", FUNNEL, labels, NARROW)
    assert "Above the 99.8% limit, likely more than chance: 1 without a name here." in made.words
    assert "Eastbrook (19.4%): as expected." in made.words
    assert not re.search(r"R\d", made.svg)
    assert made.svg.count("spc-own") == 2


def test_every_class_of_a_funnel_has_a_look() -> None:
    made = funnel_chart("k", FUNNEL, FunnelLabels("X", "Y", {"RX": "N"}, own="RX"), WIDE)
    assert classes_without_a_look([made.svg]) == []
