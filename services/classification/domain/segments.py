"""A report's text, cut where the words that led to its themes begin and end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.classification.domain.decision import title_of
from shared.contracts.themes import AssignedTheme


@dataclass(frozen=True)
class Segment:
    """A stretch of the text, and the titles of what its words led to: none for ordinary words."""

    text: str
    titles: tuple[str, ...] = ()


def segments(text: str, themes: Sequence[AssignedTheme]) -> list[Segment]:
    """The whole text in order, cut where evidence begins and ends; overlapping evidence is one stretch with all its titles."""
    spans = sorted(
        (span.start, min(span.end, len(text)), title_of(theme))
        for theme in themes
        for span in theme.evidence
        if span.start < len(text)
    )
    merged: list[tuple[int, int, dict[str, None]]] = []
    for start, end, title in spans:
        if merged and start < merged[-1][1]:
            begun, reached, titles = merged[-1]
            merged[-1] = (begun, max(reached, end), titles | {title: None})
        else:
            merged.append((start, end, {title: None}))
    found: list[Segment] = []
    place = 0
    for start, end, titles in merged:
        if start > place:
            found.append(Segment(text[place:start]))
        found.append(Segment(text[start:end], tuple(titles)))
        place = end
    if place < len(text):
        found.append(Segment(text[place:]))
    return found
