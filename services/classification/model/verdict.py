"""`CueModel.classify`: the first model. Each cue speaks for its theme with its weight; several together by noisy-or, so a
confidence is the chance that at least one of them is right. Everything it says can be traced to words in the text."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import NamedTuple

from services.classification.model.cues import Cue, CueIndex, Hit, phrase_of
from services.classification.model.taxonomy import (
    Lexicon,
    SubTheme,
    Taxonomy,
    Theme,
)
from services.classification.model.words import BREAK, Reader, Words
from shared.contracts.reports import Harm, Kind, Tenet
from shared.contracts.themes import AssignedTheme, Hint, Span

THRESHOLD = 0.5
"""A theme is assigned from this confidence on."""
CONSIDERED, MOST_CONSIDERED = 0.2, 3
"""Below the threshold, from this confidence on, it is worth a person's look; the best so many."""
MOST_SPANS = 12
"""Words shown for one theme: enough to see why, and a bound for very long texts."""


class Asked(NamedTuple):
    """A text to classify, as `classify` takes it."""

    text: str
    tenet: Tenet | None = None
    question: str | None = None
    service: str | None = None
    """The slug of the provider's service that the reporter chose."""
    harm: Harm | None = None
    """As the reporter graded it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model says about a report. No themes: there was nothing to classify, and a person should look."""

    tenet: Tenet
    themes: tuple[AssignedTheme, ...]
    """Most confident first."""
    sentiment: int | None
    """1 very positive to 5 very negative; feedback only."""
    hints: tuple[Hint, ...]
    taxonomy_version: str
    model_version: str


@dataclass(frozen=True, slots=True)
class Target:
    theme: Theme
    sub_theme: SubTheme | None

    @property
    def key(self) -> str:
        """What people and files call it: `theme` or `theme/sub-theme`."""
        return f"{self.theme.slug}/{self.sub_theme.slug}" if self.sub_theme else self.theme.slug


_STEPS = (("very_positive", 2.0), ("positive", 1.0), ("negative", -1.0), ("very_negative", -2.0))
HINTS = tuple(Hint)
_HARMED = frozenset({Harm.LOW, Harm.MODERATE, Harm.SEVERE, Harm.FATAL})
FEELING = -1  # cue labels from 0 on are targets; hints lie below this one


class CueModel:
    """One taxonomy's model. Made once; `classify` is pure, deterministic and never raises."""

    def __init__(self, taxonomy: Taxonomy, lexicon: Lexicon) -> None:
        self.taxonomy = taxonomy
        self.version = lexicon.version
        self.lexicon = lexicon
        self._reader = Reader(lexicon.abbreviations)
        read = self._reader.read
        self._blank = {BREAK, *(stem for word in lexicon.blank for stem in read(word).stems)}
        self.targets = [
            Target(theme, sub_theme)
            for theme in taxonomy.themes
            for sub_theme in (None, *theme.sub_themes)
        ]
        self._index = CueIndex(self._cues())

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict:
        """`tenet` is the reporter's choice, which stands; without one it is the likeliest theme's first. `question` is what
        the person was asked. Evidence is in characters of `text`."""
        return self._classify(Asked(text, tenet, question))

    def classify_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        """Many at once, with what else their reporters chose."""
        return [self._classify(one) for one in asked]

    def _classify(self, asked: Asked) -> Verdict:
        text, tenet, question, _, harm = asked
        _, blank, hits = self.read(text, question)
        themes = self._themes(hits)
        return Verdict(
            tenet=tenet or self.tenet_of(themes),
            themes=themes,
            sentiment=None
            if blank and not hits
            else self._sentiment(hits.get(FEELING, ()), question),
            hints=hints_of(hits, harm),
            taxonomy_version=self.taxonomy.version,
            model_version=self.version,
        )

    def themes_named(self, service: str) -> frozenset[str]:
        """Slugs of the themes that a service's own name speaks for, such as maternity's."""
        hits = self.read(service.replace("-", " "), None)[2]
        return frozenset(theme.theme for theme in self._themes(hits))

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        """What came near to being assigned, most confident first, with the words that spoke for it."""
        _, _, hits = self.read(text, question)
        given = {theme.theme for theme in self._themes(hits)}
        near = self._themes(hits, least=CONSIDERED, below=THRESHOLD)
        return tuple(theme for theme in near if theme.sub_theme or theme.theme not in given)[
            :MOST_CONSIDERED
        ]

    def read(self, text: str, question: str | None) -> tuple[Words, bool, dict[int, list[Hit]]]:
        """The words, whether they say nothing at all, and what was found in them, by label."""
        words = self._reader.read(text)
        if self._blank.issuperset(words.stems):
            return words, True, self._hits_of_nothing(words, question)
        hits: dict[int, list[Hit]] = {}
        for hit in self._index.hits(words):
            hits.setdefault(hit.cue.label, []).append(hit)
        return words, False, hits

    def hinted(self, text: str, question: str | None = None) -> Mapping[Hint, tuple[Span, ...]]:
        """The words behind each hint, by which a person sees what to look at."""
        _, _, hits = self.read(text, question)
        return {hint: evidence_of(hits[label_of(hint)]) for hint in HINTS if label_of(hint) in hits}

    def _cues(self) -> Iterator[Cue]:
        read = self._reader.read
        for label, target in enumerate(self.targets):
            cues = (target.sub_theme or target.theme).cues
            for phrase, weight in cues.weighted(self.taxonomy.weights):
                yield Cue(label, weight, phrase_of(phrase, read))
        if self.taxonomy.kind is Kind.FEEDBACK:
            for name, step in _STEPS:
                for phrase in getattr(self.lexicon.sentiment, name):
                    yield Cue(FEELING, step, phrase_of(phrase, read))
        for hint, phrases in self.lexicon.hints.items():
            for phrase in phrases:
                yield Cue(label_of(hint), 1.0, phrase_of(phrase, read))

    def _hits_of_nothing(self, words: Words, question: str | None) -> dict[int, list[Hit]]:
        """ "N/A" is an answer only to a question: to "how could we improve?" it is praise, to "what was good?" it is none."""
        spoken = [place for place, stem in enumerate(words.stems) if stem]
        if not spoken or question is None or self._asks(question, for_praise=True):
            return {}
        whole = (words.starts[spoken[0]], words.ends[spoken[-1]])
        praise = {
            label: [Hit(Cue(label, self.taxonomy.weights.strong, ()), *whole)]
            for label, target in enumerate(self.targets)
            if (target.sub_theme or target.theme).slug == self.taxonomy.empty_answer
        }
        return praise | {FEELING: [Hit(Cue(FEELING, 2.0, ()), *whole)]}

    def _asks(self, question: str | None, *, for_praise: bool) -> bool:
        feelings = self.lexicon.sentiment
        asked = (question or "").casefold()
        phrases = feelings.asks_for_praise if for_praise else feelings.asks_for_faults
        return any(phrase in asked for phrase in phrases)

    def _themes(
        self, hits: dict[int, list[Hit]], least: float = THRESHOLD, below: float = inf
    ) -> tuple[AssignedTheme, ...]:
        """Most confident first. A theme beside one of its own sub-themes says nothing more, and is left out."""
        found: list[AssignedTheme] = []
        for label, of_label in hits.items():
            if label >= 0 and least <= (confidence := confidence_of(of_label)) < below:
                found.append(assigned(self.targets[label], confidence, of_label))
        divided = {theme.theme for theme in found if theme.sub_theme}
        found = [theme for theme in found if theme.sub_theme or theme.theme not in divided]
        return tuple(sorted(found, key=lambda t: (-t.confidence, t.theme, t.sub_theme or "")))

    def tenet_of(self, themes: tuple[AssignedTheme, ...]) -> Tenet:
        for target in self.targets:
            if themes and target.theme.slug == themes[0].theme:
                chosen = next(
                    (s for s in target.theme.sub_themes if s.slug == themes[0].sub_theme),
                    target.theme,
                )
                return chosen.tenets[0]
        return Tenet.EXPERIENCE if self.taxonomy.kind is Kind.FEEDBACK else Tenet.EFFECTIVENESS

    def _sentiment(self, hits: Iterable[Hit], question: str | None) -> int | None:
        if self.taxonomy.kind is not Kind.FEEDBACK:
            return None
        feeling = sum(hit.cue.weight for hit in hits)
        if self._asks(question, for_praise=True):
            feeling += 1
        elif self._asks(question, for_praise=False):
            feeling -= 1
        for sentiment, least in ((1, 3.0), (2, 0.5), (3, -0.5)):
            if feeling >= least:
                return sentiment
        return 4 if feeling > -6 else 5


def hints_of(
    hits: Mapping[int, object], harm: Harm | None, learnt: Collection[Hint] = ()
) -> tuple[Hint, ...]:
    """What the words hint at, by cues or as was `learnt`; harm that the reporter graded is possible harm, whatever the words."""
    return tuple(
        hint
        for hint in HINTS
        if label_of(hint) in hits
        or hint in learnt
        or (hint is Hint.POSSIBLE_HARM and harm in _HARMED)
    )


def label_of(hint: Hint) -> int:
    return FEELING - 1 - HINTS.index(hint)


def confidence_of(hits: list[Hit]) -> float:
    """Each cue counts once, however often it stands there."""
    doubt = 1.0
    against = 1.0
    for weight in {hit.cue.phrase: hit.cue.weight for hit in hits}.values():
        if weight > 0:
            doubt *= 1 - weight
        else:
            against *= 1 + weight
    return round((1 - doubt) * against, 4)


def assigned(
    target: Target, confidence: float, hits: list[Hit], also: Iterable[tuple[int, int]] = ()
) -> AssignedTheme:
    """The theme with the words that led there."""
    sub_theme = target.sub_theme
    return AssignedTheme(
        theme=target.theme.slug,
        title=target.theme.title,
        sub_theme=sub_theme.slug if sub_theme else None,
        sub_theme_title=sub_theme.title if sub_theme else None,
        confidence=confidence,
        evidence=evidence_of(hits, also),
    )


def evidence_of(hits: list[Hit], also: Iterable[tuple[int, int]] = ()) -> tuple[Span, ...]:
    """The words of the hits, and `also` what stands at these characters."""
    telling = sorted((hit for hit in hits if hit.cue.weight > 0), key=lambda hit: -hit.cue.weight)
    places = {*((hit.start, hit.end) for hit in telling[:MOST_SPANS]), *also}
    return tuple(_span(*place) for place in sorted(places)[:MOST_SPANS])


@lru_cache(20_000)
def _span(start: int, end: int) -> Span:
    """Checking each anew took a twelfth of all the time, and most texts are short."""
    return Span(start=start, end=end)
