"""Every version that reports can be classified by: a list of themes and a model that assigns them. Which one is in force is decided
by people and kept in the database; a published version is never edited, and stays for as long as verdicts name it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from services.classification.model.taxonomy import (
    Taxonomy,
    digest_of,
    load_lexicon,
    load_taxonomy,
)
from services.classification.model.trained import TrainedModel
from services.classification.model.verdict import Asked, CueModel, Verdict
from services.classification.model.weights import FOLDER, load_weights
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme, Hint, Span


class Classifier(Protocol):
    """A version, loaded. `classify` is pure, deterministic and never raises, whatever the text."""

    @property
    def taxonomy(self) -> Taxonomy: ...

    @property
    def version(self) -> str: ...

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict: ...

    def classify_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        """The same verdicts as one by one; many at once are sooner done."""

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        """The few themes that came near to being assigned, most confident first: for a person to add. As pure as `classify`."""

    def hinted(self, text: str, question: str | None = None) -> Mapping[Hint, tuple[Span, ...]]:
        """The words behind each hint that `classify` gives for them; the harm that was chosen has none."""


@dataclass(frozen=True)
class Version:
    name: str
    kind: Kind
    taxonomy: str
    model: str
    summary: str
    """What is new in it, for whoever decides on it."""
    lexicon: str | None = None
    """Of a trained model, the lexicon that its cues come from; other models are lexicons themselves."""


COMMENTS = Version(
    "feedback-2",
    Kind.FEEDBACK,
    "experience-1",
    "comments-1",
    "The same framework; themes and feeling are learnt from labelled comments, and how sure it is has been measured.",
    lexicon="cues-1",
)
NARRATIVES = Version(
    "events-2",
    Kind.EVENT,
    "care-interface-2",
    "narratives-1",
    "The same themes, with the national codes they fit; learnt from narratives beside the words chosen by hand, and measured.",
    lexicon="cues-2",
)
"""These two are what `insight themes` trains and measures."""

VERSIONS = (
    Version(
        "feedback-1",
        Kind.FEEDBACK,
        "experience-1",
        "cues-1",
        "The patient-experience framework; themes are found by words chosen by hand.",
    ),
    COMMENTS,
    Version(
        "events-1",
        Kind.EVENT,
        "care-interface-1",
        "cues-1",
        "The care-interface themes; found by words chosen by hand.",
    ),
    NARRATIVES,
)
"""Oldest first. A new release adds to the end."""


@cache
def load(name: str) -> Classifier:
    """The version of this name, loaded once for the process. Raises KeyError."""
    version = {each.name: each for each in VERSIONS}[name]
    taxonomy = load_taxonomy(version.taxonomy)
    if version.lexicon is None:
        return CueModel(taxonomy, load_lexicon(version.model))
    weights = load_weights(weights_file(version))
    return TrainedModel(taxonomy, load_lexicon(version.lexicon), version.model, weights)


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


def newest_classifier(kind: Kind) -> Classifier:
    """The newest version, whichever is in force in an estate."""
    return load(SHIPPED.newest(kind).name)


def described(version: Version) -> Mapping[str, object]:
    """The version as the history tells it. The digests tell when a published file was edited, which none should be."""
    return {
        "version": version.name,
        "taxonomy_version": version.taxonomy,
        "taxonomy_sha256": digest_of(version.taxonomy),
        "model_version": version.model,
        "model_sha256": _model_digest(version),
    }


def weights_file(version: Version) -> Path:
    """Where a trained version's numbers are."""
    return FOLDER / f"{version.model}.npz"


def _model_digest(version: Version) -> str:
    if version.lexicon is None:
        return digest_of(version.model)
    return sha256(weights_file(version).read_bytes()).hexdigest()
