"""Finds cues in words: one pass over the text, whatever the number of cues."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.classification.model.words import BREAK, NUMBER, Words

GAP = "…"
_WIDEST_GAP = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks for a label, or against it when its weight is negative."""

    label: int
    """Whatever the cues of one index are about, numbered by who made it."""
    weight: float
    phrase: tuple[str, ...]


class Hit(NamedTuple):
    """A cue found at characters `start` to `end` (exclusive)."""

    cue: Cue
    start: int
    end: int


_Continued = list[tuple[tuple[str, ...], Cue]]


class CueIndex:
    """All cues by their first two words, longest phrase first."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        by_first: dict[str, _Continued] = {}
        for cue in sorted(cues, key=lambda cue: -len(cue.phrase)):
            by_first.setdefault(cue.phrase[0], []).append((cue.phrase[1:], cue))
        self._by_first = {first: _by_second(found) for first, found in by_first.items()}

    def hits(self, words: Words) -> Iterator[Hit]:
        """In the text's order; where several begin at one word, the longest first. A hit inside another of its label is left
        out, so that "not happy" is not also read as "happy"."""
        stems, starts, ends = words.stems, words.starts, words.ends
        find = self._by_first.get
        reached: dict[int, int] = {}
        count = len(stems)
        for place, stem in enumerate(stems):
            if (by_second := find(stem)) is None:
                continue
            second = stems[place + 1] if place + 1 < count else BREAK
            for rest, cue in by_second.get(second) or by_second[GAP]:
                # Of up to two words, those that are looked up by are the whole phrase.
                last = place + len(rest) if len(rest) < 2 else _follow(stems, place, rest)
                if last < 0 or ends[last] <= reached.get(cue.label, 0):
                    continue
                reached[cue.label] = ends[last]
                yield Hit(cue, starts[place], ends[last])


def _by_second(found: _Continued) -> dict[str, _Continued]:
    """What may begin where this word comes next; under the gap, what may begin whatever comes next. All in the order given."""
    anyway = [(rest, cue) for rest, cue in found if not rest or rest[0] == GAP]
    seconds = {rest[0] for rest, _ in found if rest} - {GAP}
    by_second = {
        second: [(rest, cue) for rest, cue in found if not rest or rest[0] in (GAP, second)]
        for second in seconds
    }
    return {**by_second, GAP: anyway}


def phrase_of(text: str, read: Callable[[str], Words]) -> tuple[str, ...]:
    """A cue as written, as the stems to look for. Raises ValueError for one that could never be found."""
    found: list[str] = []
    for part in text.split(" "):
        found.extend([part] if part in (GAP, NUMBER) else read(part).stems)
    if not found or GAP in (found[0], found[-1]) or BREAK in found:
        raise ValueError(f"not a cue that can be found: {text!r}")
    return tuple(found)


def _follow(stems: list[str], place: int, rest: tuple[str, ...]) -> int:
    """Where the phrase that began at `place` ends, or -1."""
    for offset, wanted in enumerate(rest):
        if wanted == GAP:
            return _across(stems, place, rest[offset + 1 :])
        place += 1
        if place >= len(stems) or stems[place] != wanted:
            return -1
    return place


def _across(stems: list[str], place: int, rest: tuple[str, ...]) -> int:
    """The phrase goes on with `rest` after up to four words of the same sentence."""
    for skipped in range(place + 1, min(place + 2 + _WIDEST_GAP, len(stems))):
        if stems[skipped] == BREAK:
            return -1
        if stems[skipped] == rest[0] and (last := _follow(stems, skipped, rest[1:])) >= 0:
            return last
    return -1
