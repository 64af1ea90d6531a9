"""Every version that reports can be classified by: a list of themes and a model that assigns them. Which one is in force is decided
by people and kept in the database; a published version is never edited, and stays for as long as verdicts name it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from services.classification.model.taxonomy import (
    Taxonomy,
    digest_of,
    load_lexicon,
    load_taxonomy,
)
from services.classification.model.verdict import CueModel, Verdict
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme


class Classifier(Protocol):
    """A version, loaded. `classify` is pure, deterministic and never raises, whatever the text."""

    @property
    def taxonomy(self) -> Taxonomy: ...

    @property
    def version(self) -> str: ...

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict: ...

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        """The few themes that came near to being assigned, most confident first: for a person to add. As pure as `classify`."""


@dataclass(frozen=True)
class Version:
    name: str
    kind: Kind
    taxonomy: str
    model: str
    summary: str
    """What is new in it, for whoever decides on it."""


VERSIONS = (
    Version(
        "feedback-1",
        Kind.FEEDBACK,
        "experience-1",
        "cues-1",
        "The patient-experience framework; themes are found by words chosen by hand.",
    ),
    Version(
        "events-1",
        Kind.EVENT,
        "care-interface-1",
        "cues-1",
        "The care-interface themes; found by words chosen by hand.",
    ),
    Version(
        "events-2",
        Kind.EVENT,
        "care-interface-2",
        "cues-2",
        "The same themes, found more often: more of the words, abbreviations and misspellings that practices use.",
    ),
)
"""Oldest first. A new release adds to the end."""


@cache
def load(name: str) -> Classifier:
    """The version of this name, loaded once for the process. Raises KeyError."""
    version = {each.name: each for each in VERSIONS}[name]
    return CueModel(load_taxonomy(version.taxonomy), load_lexicon(version.model))


@dataclass(frozen=True)
class Versions:
    """The versions that a process has, and how each is loaded."""

    listed: tuple[Version, ...] = VERSIONS
    load: Callable[[str], Classifier] = load
    """By name. Raises KeyError."""

    def of(self, kind: Kind) -> list[Version]:
        """Oldest first."""
        return [version for version in self.listed if version.kind is kind]

    def newest(self, kind: Kind) -> Version:
        """What a new installation begins with."""
        return self.of(kind)[-1]

    def find(self, name: str) -> Version | None:
        return next((version for version in self.listed if version.name == name), None)


SHIPPED = Versions()
"""Those of this release."""


def classify(
    text: str, kind: Kind, tenet: Tenet | None = None, question: str | None = None
) -> Verdict:
    """What the newest version says, whichever is in force in an estate. Never raises, whatever the text."""
    return load(SHIPPED.newest(kind).name).classify(text, tenet, question)


def described(version: Version) -> Mapping[str, object]:
    """The version as the history tells it. The digests tell when a published file was edited, which none should be."""
    return {
        "version": version.name,
        "taxonomy_version": version.taxonomy,
        "taxonomy_sha256": digest_of(version.taxonomy),
        "model_version": version.model,
        "model_sha256": digest_of(version.model),
    }
