"""What a drawing has: its marks, its words, and whether the stylesheet knows its classes."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

STYLESHEET = Path(__file__).parents[3] / "services/reporting/static/spc.css"


def marks_of(root: ET.Element) -> Counter[str]:
    """How many marks of each kind, without the legend's."""
    kinds = [
        element.get("class", "").removeprefix("spc-mark spc-mark--")
        for element in root.iter()
        if element.get("class", "").startswith("spc-mark ")
    ]
    return Counter(kinds)


def words_of(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def classes_without_a_look(drawings: Sequence[str]) -> list[str]:
    stylesheet = STYLESHEET.read_text()
    named = {
        name
        for drawing in drawings
        for each in re.findall(r'class="([^"]+)"', drawing)
        for name in each.split()
    }
    return [name for name in sorted(named) if f".{name} " not in stylesheet]
