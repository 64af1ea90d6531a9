"""Which words of a text speak for a label."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

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
        by_stem = dict(zip(self.stems.words, self.stems.pushes[:, label].tolist(), strict=True))
        for stem, push in zip(self.comment.line, self.by_phrases(label), strict=False):
            if stem in by_stem:
                by_stem[stem] += push
        by_pair = self.pairs.pushes[:, label].tolist()
        least = max(_LEAST_PUSH, _TELLING * max(chain(by_stem.values(), by_pair), default=0.0))
        told = [(push, stem) for stem, push in by_stem.items() if push >= least]
        told += [
            (push, self.pairs.vocabulary[place])
            for push, place in zip(by_pair, self.pairs.places, strict=True)
            if push >= least
        ]
        words = self.comment.words
        for _, word in sorted(told, reverse=True)[:_MOST_WORDS]:
            first, _, second = word.partition(" ")
            place = _place(self.comment.line, first, second)
            yield words.starts[place], words.ends[place + bool(second)]


def _place(stems: list[str], first: str, second: str) -> int:
    """Where a stem, or a pair of neighbours, stands first."""
    if not second:
        return stems.index(first)
    return next(place for place, pair in enumerate(pairwise(stems)) if pair == (first, second))
