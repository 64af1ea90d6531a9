"""Labelled texts, and which of them are too alike to be told apart."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.classification.model.taxonomy import Taxonomy
from services.classification.model.weights import HINT
from shared.contracts.reports import Kind

NOT_POSSIBLE = "Labelling not possible"
ALIKE = 0.6
"""Texts that share this part of their word triples, or more, count as the same."""
_COMMON_TRIPLE = 200
_READERS, _NOTHING = ("second_reader", "third_reader"), "-"
_COLUMNS = {
    Kind.FEEDBACK: ("text", "question", "sentiment", "sub_themes"),
    Kind.EVENT: ("text", "themes"),
}


class UnusableRows(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True)
class Row:
    text: str
    question: str | None
    labels: frozenset[str]
    """Keys: `theme/sub-theme` of feedback, `theme` of events."""
    sentiment: int | None
    """1 very positive to 5 very negative."""
    hints: frozenset[str] = frozenset()
    author: str = ""
    """Who wrote the text, where that is known."""
    readings: tuple[frozenset[str], ...] = ()
    """What each who read it labelled it with, without sight of the others' labels, its author first; `labels` are what most gave."""

    @property
    def taught(self) -> frozenset[str]:
        """All that a model can learn from it: a hint is one more label."""
        return self.labels | {f"{HINT}{hint}" for hint in self.hints}


def read_rows(paths: Iterable[Path], taxonomy: Taxonomy) -> list[Row]:
    """Rows of the taxonomy's kind in the files' order; those labelled only "Labelling not possible", or by one reader and not at all, are
    left out.

    Files are CSV with titles separated by a bar. Of feedback: the columns text, question, sentiment and sub_themes, as the published
    labelled comments have them. Of events: text and themes, and where there are some, hints, author, second_reader and third_reader (their themes, a dash for none, nothing where there was
    no such reader). `/verdicts/corrections.csv` has what both need. Raises UnusableRows.
    """
    keys = _keys(taxonomy)
    rows: list[Row] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source)
            if missing := set(_COLUMNS[taxonomy.kind]) - set(reader.fieldnames or ()):
                raise UnusableRows(f"{path.name} has no column {', '.join(sorted(missing))}.")
            for number, one in enumerate(reader, start=2):
                if one.get("kind", taxonomy.kind) != taxonomy.kind:
                    continue
                readings = _readings(one, _COLUMNS[taxonomy.kind][-1])
                if unknown := frozenset().union(*readings) - keys.keys() - {NOT_POSSIBLE}:
                    raise UnusableRows(
                        f"{path.name}, row {number}: {min(unknown)!r} is not in {taxonomy.version}."
                    )
                if len(readings) > 1 or readings[0] - {NOT_POSSIBLE}:
                    rows.append(_row(one, [_keyed(each, keys) for each in readings]))
    if not rows:
        raise UnusableRows("There is no labelled text.")
    return rows


def _keys(taxonomy: Taxonomy) -> dict[str, str]:
    """By title. Feedback is labelled by sub-theme, events by theme."""
    if taxonomy.kind is Kind.EVENT:
        return {theme.title: theme.slug for theme in taxonomy.themes}
    return {
        sub_theme.title: f"{theme.slug}/{sub_theme.slug}"
        for theme in taxonomy.themes
        for sub_theme in theme.sub_themes
    }


def _row(one: Mapping[str, str], readings: Sequence[frozenset[str]]) -> Row:
    sentiment = one.get("sentiment")
    return Row(
        text=one["text"],
        question=one.get("question") or None,
        labels=given_by_most(readings),
        sentiment=int(sentiment) if sentiment else None,
        hints=_bars(one.get("hints", "")),
        author=one.get("author", ""),
        readings=tuple(readings),
    )


def given_by_most(readings: Sequence[frozenset[str]]) -> frozenset[str]:
    """What more than half of the readers gave: of two, both."""
    counts = Counter(label for reading in readings for label in reading)
    return frozenset(label for label, count in counts.items() if 2 * count > len(readings))


def _readings(one: Mapping[str, str], first: str) -> list[frozenset[str]]:
    others = [one.get(column, "") for column in _READERS]
    return [_bars(one[first]), *(_bars(each) - {_NOTHING} for each in others if each)]


def _keyed(titles: frozenset[str], keys: Mapping[str, str]) -> frozenset[str]:
    return frozenset(keys[each] for each in titles - {NOT_POSSIBLE})


def _bars(value: str) -> frozenset[str]:
    return frozenset(part for part in value.split("|") if part)


def alike(texts: Sequence[str]) -> NDArray[np.int64]:
    """For each text the number of its group: those that are the same but for case, punctuation and a few words."""
    words = [re.sub(r"[^a-z0-9]+", " ", text.lower()).split() for text in texts]
    triples = [_triples(of_one) for of_one in words]
    groups = list(range(len(texts)))

    def root(place: int) -> int:
        while groups[place] != place:
            groups[place] = groups[groups[place]]
            place = groups[place]
        return place

    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, mine in enumerate(triples):
        shared = Counter(
            other
            for triple in mine
            if len(seen[triple]) < _COMMON_TRIPLE or len(mine) == 1
            for other in seen[triple]
        )
        for other, common in shared.items():
            if common / len(mine | triples[other]) >= ALIKE:
                groups[root(place)] = root(other)
        for triple in mine:
            seen[triple].append(place)
    return np.array([root(place) for place in range(len(texts))])


def by_author(rows: Sequence[Row], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each author's rows are one group; those that nobody signed keep theirs."""
    first: dict[str, int] = {}
    return np.array(
        [
            first.setdefault(row.author, int(group)) if row.author else int(group)
            for row, group in zip(rows, groups, strict=True)
        ]
    )


def _triples(words: list[str]) -> set[tuple[str, ...]]:
    """A text of fewer than four words is one piece: it is only like itself."""
    if len(words) < 4:
        return {tuple(words)}
    return set(zip(words, words[1:], words[2:], strict=False))


def folds(groups: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """For each row the number of its part, 0 to `count - 1`. A group stays together."""
    each = np.unique(groups)
    np.random.default_rng(seed).shuffle(each)
    part = {group: place % count for place, group in enumerate(each.tolist())}
    return np.array([part[group] for group in groups.tolist()])
