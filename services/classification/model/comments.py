"""Comments as the trained model sees them, the same in training and in use: stems, pairs of neighbours, and the cues found."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from services.classification.model.cues import Hit
from services.classification.model.taxonomy import Lexicon, Taxonomy
from services.classification.model.verdict import FEELING, CueModel, confidence_of
from services.classification.model.words import Words

MOST_WORDS = 2_000
"""Stems of a text that are looked at: a bound for very long ones. Cues are looked for everywhere."""
NOT = "not-"
_NEGATIONS = frozenset({"not", "isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt"})
"""Those that turn round what comes next; "cannot" and "couldn't" mostly praise ("could not fault")."""
_REACH = 2
"""Stems after a negation that it turns round, within its sentence."""
_FEELING_SCALE, _MOST_FEELING = 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Comment:
    """A text as the model sees it, the same in training and in use."""

    words: Words
    blank: bool
    hits: dict[int, list[Hit]]
    line: list[str]
    """Aligned with `words`, up to MOST_WORDS: stems, those after a negation turned round."""
    stems: tuple[str, ...]
    """Each once, in the order of the text."""
    pairs: tuple[str, ...]
    cues: tuple[tuple[int, float], ...]
    """Place among `cue_names` and confidence, of those found."""


class CommentReader:
    """Reads texts into comments; knows the cues of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, lexicon: Lexicon) -> None:
        self.cue_model = CueModel(taxonomy, lexicon)
        targets = enumerate(self.cue_model.targets)
        told = [(label, one.key) for label, one in targets if one.sub_theme or one.theme.cues.any]
        self.cue_names = [key for _, key in told]
        """Keys of the taxonomy's sub-themes, and of the themes that have cues of their own, in its order."""
        self.cue_labels = [label for label, _ in told]
        """The cue model's label of each."""
        self._places = {label: place for place, label in enumerate(self.cue_labels)}

    def read(self, text: str, question: str | None) -> Comment:
        """Never raises, whatever the text holds."""
        words, blank, hits = self.cue_model.read(text, question)
        stems = _negated(words.stems[:MOST_WORDS])
        pairs = [f"{first} {second}" for first, second in pairwise(stems) if first and second]
        return Comment(
            words=words,
            blank=blank,
            hits=hits,
            line=stems,
            stems=tuple(stem for stem in dict.fromkeys(stems) if stem),  # a break is empty
            pairs=tuple(dict.fromkeys(pairs)),
            cues=tuple(self._cues(hits)),
        )

    def _cues(self, hits: dict[int, list[Hit]]) -> Iterable[tuple[int, float]]:
        for label, of_label in hits.items():
            if label == FEELING:
                feeling = sum(hit.cue.weight for hit in of_label) / _FEELING_SCALE
                yield len(self.cue_names), max(-_MOST_FEELING, min(_MOST_FEELING, feeling))
            elif (place := self._places.get(label)) is not None:
                yield place, confidence_of(of_label)


def _negated(stems: list[str]) -> list[str]:
    """Stems in which those just after a negation are others: "not happy" does not speak of being happy."""
    if _NEGATIONS.isdisjoint(stems):
        return stems
    read: list[str] = []
    left = 0
    for stem in stems:
        if stem in _NEGATIONS or not stem:
            left = _REACH if stem else 0
            read.append(stem)
        else:
            read.append(f"{NOT}{stem}" if left else stem)
            left = max(0, left - 1)
    return read
