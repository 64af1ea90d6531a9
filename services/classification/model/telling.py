"""Which words of a text speak for a label."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from services.classification.model.comments import Comment
from services.classification.model.scoring import Parts
from services.classification.model.weights import Floats

_TELLING, _LEAST_PUSH = 0.4, 0.15
"""A word is shown from this share of the strongest word's push on, if it moves the logit by at least so much."""
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Said:
    """One comment, and what its words say."""

    comment: Comment
    stems: Parts
    pairs: Parts
    by_phrases: Callable[[int], list[float]]
    """Of a label, what each word of the comment's line adds with its neighbours."""
    confidences: Floats

    def telling(self, label: int) -> Iterator[tuple[int, int]]:
        """Where the few words stand that spoke most for a label."""
        pushes = self._pushes(label)
        least = max(_LEAST_PUSH, _TELLING * max(pushes.values(), default=0.0))
        told = [(push, word) for word, push in pushes.items() if push >= least]
        words = self.comment.words
        for _, word in sorted(told, reverse=True)[:_MOST_WORDS]:
            first, _, second = word.partition(" ")
            place = _place(self.comment.line, first, second)
            yield words.starts[place], words.ends[place + bool(second)]

    def _pushes(self, label: int) -> dict[str, float]:
        """By known stem and pair."""
        pushes = {
            word: push
            for part in (self.stems, self.pairs)
            for word, push in zip(part.words, part.pushes[:, label].tolist(), strict=True)
        }
        for stem, push in zip(self.comment.line, self.by_phrases(label), strict=False):
            if stem in pushes:
                pushes[stem] += push
        return pushes


def _place(stems: list[str], first: str, second: str) -> int:
    """Where a stem, or a pair of neighbours, stands first."""
    if not second:
        return stems.index(first)
    return next(place for place, pair in enumerate(pairwise(stems)) if pair == (first, second))
