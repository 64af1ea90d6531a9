"""A small set of labelled comments, all of them made up, and an encoder that knows nothing."""

import csv
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from deploy.training import fitting
from deploy.training.rows import Row, alike, read_rows
from deploy.training.vectors import Meaning
from services.classification.model.comments import CommentReader
from services.classification.model.taxonomy import Taxonomy, load_lexicon, load_taxonomy

TAXONOMY, LEXICON = load_taxonomy("experience-1"), load_lexicon("cues-1")
MANNER = "staff/staff-manner-and-personal-attributes"
WAITING = "access-to-medical-care-and-support/timeliness-of-care"
FOOD = "environment-equipment-and-catering/food-and-drink-provision-and-facilities"
TITLES = {
    MANNER: "Staff manner & personal attributes",
    WAITING: "Timeliness of care",
    FOOD: "Food & drink provision & facilities",
}
_SAID = {
    MANNER: ["polite", "gentle", "warm", "abrupt", "sharp", "smiling", "patient with me"],
    WAITING: ["late", "hours behind", "slow", "overdue", "ages", "prompt", "quicker than told"],
    FOOD: ["soup", "tea trolley", "sandwiches", "supper", "a cold pudding", "porridge", "toast"],
}
_FRAMES = [
    "{} today",
    "it was {} again",
    "I noticed {} on the ward",
    "my mother spoke of {}",
    "{} once more",
    "mostly {}",
]


def labelled() -> list[dict[str, str]]:
    """42 comments for each of three sub-themes."""
    return [
        {
            "text": frame.format(word),
            "question": "What was good?" if place % 2 else "How could we improve?",
            "sentiment": "2" if label == MANNER else "4",
            "sub_themes": TITLES[label],
        }
        for label, words in _SAID.items()
        for place, word in enumerate(words)
        for frame in _FRAMES
    ]


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


class KnowsNothing(dict[str, np.ndarray]):
    """Any word's encoding: always the same for a word, and like no other word's."""

    def __missing__(self, word: str) -> np.ndarray:
        found = np.random.default_rng(crc32(word.encode())).normal(size=384)
        return (found / np.linalg.norm(found)).astype(np.float32)


def corpus_of(rows: Sequence[Row], taxonomy: Taxonomy = TAXONOMY) -> fitting.Corpus:
    meaning = Meaning(KnowsNothing(), np.zeros((len(rows), 384), np.float32))
    reader = CommentReader(taxonomy, LEXICON)
    return fitting.read(rows, alike([row.text for row in rows]), reader, meaning)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> fitting.Corpus:
    file = write(tmp_path_factory.mktemp("labelled") / "comments.csv", labelled())
    return corpus_of(read_rows([file], TAXONOMY))
