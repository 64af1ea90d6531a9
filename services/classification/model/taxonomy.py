"""Taxonomies and the lexicon: versioned data files beside the code, checked when they are loaded."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contracts.base import ShortText, Slug
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import Hint

FOLDER = Path(__file__).parent.parent / "taxonomies"

Phrase = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^\S+( \S+)*$")]
"""Words in any form of theirs. `#` stands for any number, `…` for up to four words between."""


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(Data):
    """How convincing one cue of each strength is, as the share of texts with it that are about the theme."""

    strong: float = Field(gt=0, lt=1)
    fair: float = Field(gt=0, lt=1)
    weak: float = Field(gt=0, lt=1)
    against: float = Field(gt=-1, lt=0)


class Cues(Data):
    strong: tuple[Phrase, ...] = ()
    fair: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    against: tuple[Phrase, ...] = ()
    """Phrases that make the theme less likely, and take the place of the shorter cues inside them."""

    @property
    def any(self) -> bool:
        return bool(self.strong or self.fair or self.weak)

    def weighted(self, weights: Weights) -> Iterator[tuple[str, float]]:
        for phrases, weight in (
            (self.strong, weights.strong),
            (self.fair, weights.fair),
            (self.weak, weights.weak),
            (self.against, weights.against),
        ):
            yield from ((phrase, weight) for phrase in phrases)

    @property
    def count(self) -> int:
        return len(self.strong) + len(self.fair) + len(self.weak) + len(self.against)


class CodeLists(Data):
    """Where the codes that themes are mapped to come from."""

    title: ShortText
    source: ShortText
    licence: ShortText


class Mapping(Data):
    """A code of a national list that says about the same as the theme."""

    code_list: Slug
    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    display: ShortText
    """The list's own words for it."""


class SubTheme(Data):
    slug: Slug
    title: ShortText
    description: ShortText
    tenets: tuple[Tenet, ...] = Field(min_length=1)
    cues: Cues = Cues()


class Theme(Data):
    slug: Slug
    title: ShortText
    description: ShortText
    tenets: tuple[Tenet, ...] = Field(min_length=1)
    """Those it serves, the likeliest first."""
    mappings: tuple[Mapping, ...] = ()
    """None where no code fits."""
    cues: Cues = Cues()
    sub_themes: tuple[SubTheme, ...] = ()


class Taxonomy(Data):
    """Themes for one kind of report. A slug never changes its meaning and is never used again for another."""

    version: Slug
    kind: Kind
    empty_answer: Slug | None = None
    """The sub-theme of an answer that names nothing, to a question that did not ask for praise."""
    weights: Weights
    code_lists: CodeLists | None = None
    themes: tuple[Theme, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_slug_once(self) -> Self:
        slugs = [theme.slug for theme in self.themes]
        slugs += [sub_theme.slug for theme in self.themes for sub_theme in theme.sub_themes]
        if repeated := [slug for slug, times in Counter(slugs).items() if times > 1]:
            raise ValueError(f"slugs used more than once: {', '.join(repeated)}")
        if self.empty_answer and self.empty_answer not in slugs:
            raise ValueError("empty_answer is not a theme of this taxonomy")
        return self

    @model_validator(mode="after")
    def _codes_have_a_source(self) -> Self:
        if self.code_lists is None and any(theme.mappings for theme in self.themes):
            raise ValueError("mappings need code_lists, which says where the codes come from")
        return self


class Feelings(Data):
    """Words that move sentiment, and questions that already lean one way."""

    very_positive: tuple[Phrase, ...]
    positive: tuple[Phrase, ...]
    negative: tuple[Phrase, ...]
    very_negative: tuple[Phrase, ...]
    asks_for_praise: tuple[str, ...]
    asks_for_faults: tuple[str, ...]


class Lexicon(Data):
    version: Slug
    blank: frozenset[str]
    abbreviations: dict[str, str]
    sentiment: Feelings
    hints: dict[Hint, tuple[Phrase, ...]]


@cache
def load_taxonomy(version: str) -> Taxonomy:
    """Raises FileNotFoundError for a version that does not exist, ValidationError for a broken file."""
    return Taxonomy.model_validate(_read(version))


@cache
def load_lexicon(version: str) -> Lexicon:
    return Lexicon.model_validate(_read(version))


def published_taxonomies() -> Iterator[Taxonomy]:
    """Every one in the release, the lexicons beside them left out, by name."""
    for path in sorted(FOLDER.glob("*.toml")):
        if not path.stem.startswith("cues-"):
            yield load_taxonomy(path.stem)


def digest_of(version: str) -> str:
    """SHA-256 of a version's file."""
    return sha256((FOLDER / f"{version}.toml").read_bytes()).hexdigest()


def _read(version: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / f"{version}.toml").read_text(encoding="utf-8"))
