"""Two small versions for events that differ in what a test can count on, and an estate that begins with the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classification import domain, use_cases
from services.classification.model import versions as shipped
from services.classification.model.taxonomy import Taxonomy, load_taxonomy
from services.classification.model.verdict import Asked, Verdict
from services.classification.model.versions import Classifier, Version, Versions
from services.classification.repository import Scope
from shared.contracts.directory import Role
from shared.contracts.reports import Kind, ReportSubmitted, Tenet
from shared.contracts.themes import AssignedTheme, Hint, Span
from tests.support.apps import Running
from tests.support.directory import member

ONE = Version("plain-1", Kind.EVENT, "care-interface-1", "cues-1", "Medicines and rude people.")
TWO = Version("plain-2", Kind.EVENT, "care-interface-1", "experience-1", "Medicines and letters.")
"""Its model only borrows a name, so that there is a file for its digest."""
WORDS = {
    ONE.name: {"medicine": "medications", "rude": "staff-attitude"},
    TWO.name: {"medicine": "medications", "letter": "clinic-letters"},
}
"""Which word leads to which theme."""
GONE = "staff-attitude"
"""A theme that the second's list has no more."""


@dataclass(frozen=True)
class Plain:
    """Finds a theme where its word stands."""

    taxonomy: Taxonomy
    version: str
    words: Mapping[str, str]

    def classify(
        self, text: str, tenet: Tenet | None = None, question: str | None = None
    ) -> Verdict:
        titles = {theme.slug: theme.title for theme in load_taxonomy("care-interface-1").themes}
        found = tuple(
            AssignedTheme(
                theme=slug,
                title=titles[slug],
                confidence=0.8,
                evidence=(Span(start=text.index(word), end=text.index(word) + len(word)),),
            )
            for word, slug in self.words.items()
            if word in text
        )
        return Verdict(tenet or Tenet.SAFETY, found, None, (), self.taxonomy.version, self.version)

    def classify_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        return [self.classify(*one[:3]) for one in asked]

    def considered(self, text: str, question: str | None = None) -> tuple[AssignedTheme, ...]:
        return ()

    def hinted(self, text: str, question: str | None = None) -> Mapping[Hint, tuple[Span, ...]]:
        return {}


def _load(name: str) -> Classifier:
    if name not in WORDS:
        return shipped.load(name)
    version = {each.name: each for each in (ONE, TWO)}[name]
    taxonomy = load_taxonomy(version.taxonomy)
    if version is TWO:
        kept = tuple(theme for theme in taxonomy.themes if theme.slug != GONE)
        taxonomy = taxonomy.model_copy(update={"themes": kept})
    return Plain(taxonomy, version.model, WORDS[name])


_FEEDBACK = shipped.SHIPPED.of(Kind.FEEDBACK)[0]
OLD = Versions((_FEEDBACK, ONE), _load)
"""A release that has the first only."""
BOTH = Versions((_FEEDBACK, ONE, TWO), _load)
"""The release after it."""


async def begin_with_the_first(service: Running) -> None:
    """As an estate that ran the release before."""
    async with service.transactions.begin() as tx:
        await use_cases.record_what_is_in_force(tx, OLD)


async def decide(
    service: Running,
    submitted: ReportSubmitted,
    *themes: str,
    seen: int = 1,
    tenet: Tenet = Tenet.SAFETY,
    versions: Versions = BOTH,
) -> None:
    """Helen Marsh's decision, without the page."""
    helen = member("helen.marsh", "Helen Marsh", Role.QUALITY_LEAD)
    correction = domain.Correction(frozenset(themes), tenet, "Because", helen.member_id, helen.name)
    async with service.transactions.begin() as tx:
        await use_cases.correct(submitted.reference, seen, correction, AREA, tx, versions)


AREA = Scope(oversees=frozenset({"Q9A"}))
"""Hers."""
