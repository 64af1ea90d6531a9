"""Every version that reports can be classified by: a list of themes and a model that assigns them. Which one is in force is decided
by people and kept in the database; a published version is never edited, and stays for as long as verdicts name it."""

from collections.abc import Mapping
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


class Classifier(Protocol):
    """A version, loaded. `classify` is pure, deterministic and never raises, whatever the text."""

    taxonomy: Taxonomy
    version: str

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict: ...


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


def versions_of(kind: Kind) -> list[Version]:
    """Oldest first."""
    return [version for version in VERSIONS if version.kind is kind]


def newest(kind: Kind) -> Version:
    """What a new installation begins with."""
    return versions_of(kind)[-1]


def find_version(name: str) -> Version:
    """Raises KeyError for a name that no version has."""
    return {version.name: version for version in VERSIONS}[name]


@cache
def load(name: str) -> Classifier:
    """The version of this name, loaded once for the process. Raises KeyError."""
    version = find_version(name)
    return CueModel(load_taxonomy(version.taxonomy), load_lexicon(version.model))


def described(version: Version) -> Mapping[str, object]:
    """The version as the history tells it. The digests tell when a published file was edited, which none should be."""
    return {
        "version": version.name,
        "taxonomy_version": version.taxonomy,
        "taxonomy_sha256": digest_of(version.taxonomy),
        "model_version": version.model,
        "model_sha256": digest_of(version.model),
    }
