"""Decisions about a report's themes: the model's, and people's, which supersede it. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.classification.model.taxonomy import SubTheme, Taxonomy, Theme
from services.classification.model.verdict import Verdict
from shared.contracts.reports import Tenet
from shared.contracts.themes import AssignedTheme, DecidedBy, Hint, ThemesAssigned


class ChosenFrom(StrEnum):
    """How somebody came to decide on a report. Only the sample tells how good verdicts are: the others were picked for a reason."""

    LEAST_CERTAIN = "least-certain"
    SAMPLE = "sample"
    OTHER = "other"


@dataclass(frozen=True)
class Decision:
    """One revision of a report's verdict. The highest is the current one; earlier ones are kept for ever."""

    revision: int
    tenet: Tenet
    themes: tuple[AssignedTheme, ...]
    sentiment: int | None
    hints: tuple[Hint, ...]
    decided_by: DecidedBy
    taxonomy_version: str
    model_version: str
    """The model that decided, or whose verdict a person looked at."""
    decided_at: datetime
    member_id: UUID | None = None
    person: str | None = None
    """Name of who decided, when a person did."""
    reason: str | None = None
    chosen_from: ChosenFrom | None = None
    """Of a person's decision, where it is known."""

    @property
    def certainty(self) -> float:
        """What the review queue sorts by, 0..1."""
        if self.decided_by is DecidedBy.PERSON:
            return 1.0
        return certainty_of(self.themes)


@dataclass(frozen=True)
class Correction:
    """What a person makes of a report. `themes` are keys of `key_of`; none at all says that there is nothing to classify."""

    themes: frozenset[str]
    tenet: Tenet
    reason: str
    member_id: UUID | None
    person: str
    chosen_from: ChosenFrom = ChosenFrom.OTHER


def certainty_of(themes: Sequence[AssignedTheme]) -> float:
    """As sure as the least sure theme; 0 for the model's "nothing to classify", which a person should see."""
    return min((theme.confidence for theme in themes), default=0.0)


def first_decision(verdict: Verdict, now: datetime) -> Decision:
    return Decision(
        revision=1,
        tenet=verdict.tenet,
        themes=verdict.themes,
        sentiment=verdict.sentiment,
        hints=verdict.hints,
        decided_by=DecidedBy.MODEL,
        taxonomy_version=verdict.taxonomy_version,
        model_version=verdict.model_version,
        decided_at=now,
    )


def next_decision(previous: Decision, verdict: Verdict, now: datetime) -> Decision:
    """The model's revision after `previous`, which was the model's, too."""
    return replace(first_decision(verdict, now), revision=previous.revision + 1)


def corrected(
    previous: Decision, correction: Correction, taxonomy: Taxonomy, now: datetime
) -> Decision:
    """The next revision. Where a person agrees with the words the model found, they stay as evidence.

    Raises ValueError for a theme that neither the taxonomy nor the verdict before has.
    """
    known = dict(choices(taxonomy))
    kept = [theme for theme in outdated(previous, taxonomy) if key_of(theme) in correction.themes]
    if unknown := correction.themes - known.keys() - {key_of(theme) for theme in kept}:
        raise ValueError(f"{len(unknown)} themes are not in {taxonomy.version}")
    evidence = {key_of(theme): theme.evidence for theme in previous.themes}
    return Decision(
        revision=previous.revision + 1,
        tenet=correction.tenet,
        themes=tuple(
            AssignedTheme(
                theme=theme.slug,
                title=theme.title,
                sub_theme=sub_theme.slug if sub_theme else None,
                sub_theme_title=sub_theme.title if sub_theme else None,
                confidence=1.0,
                evidence=evidence.get(key, ()),
            )
            for key, (theme, sub_theme) in known.items()
            if key in correction.themes
        )
        + tuple(theme.model_copy(update={"confidence": 1.0}) for theme in kept),
        sentiment=previous.sentiment,
        hints=previous.hints,
        decided_by=DecidedBy.PERSON,
        taxonomy_version=taxonomy.version,
        model_version=previous.model_version,
        decided_at=now,
        member_id=correction.member_id,
        person=correction.person,
        reason=correction.reason,
        chosen_from=correction.chosen_from,
    )


def agrees(previous: Decision, themes: Collection[str], tenet: Tenet) -> bool:
    """Whether a person would change nothing."""
    return previous.tenet is tenet and {key_of(theme) for theme in previous.themes} == set(themes)


def choices(taxonomy: Taxonomy) -> Iterator[tuple[str, tuple[Theme, SubTheme | None]]]:
    """What a person can choose, by key: a theme with sub-themes may also be chosen alone, unless it is only their heading."""
    for theme in taxonomy.themes:
        if not theme.sub_themes or theme.cues.strong:
            yield theme.slug, (theme, None)
        for sub_theme in theme.sub_themes:
            yield f"{theme.slug}/{sub_theme.slug}", (theme, sub_theme)


def outdated(decision: Decision, taxonomy: Taxonomy) -> list[AssignedTheme]:
    """Its themes that cannot be chosen any more: they are of an older taxonomy, and may stay."""
    known = dict(choices(taxonomy))
    return [theme for theme in decision.themes if key_of(theme) not in known]


def key_of(theme: AssignedTheme) -> str:
    return f"{theme.theme}/{theme.sub_theme}" if theme.sub_theme else theme.theme


def title_of(theme: AssignedTheme) -> str:
    return theme.sub_theme_title or theme.title


def described(decision: Decision) -> dict[str, object]:
    """The decision as its history tells it. Of the words that led there only the verdict itself knows."""
    told: dict[str, object] = {
        "revision": decision.revision,
        "decided_by": decision.decided_by,
        "themes": [key_of(theme) for theme in decision.themes],
        "tenet": decision.tenet,
        "certainty": decision.certainty,
        "sentiment": decision.sentiment,
        "hints": list(decision.hints) or None,
        "taxonomy_version": decision.taxonomy_version,
        "model_version": decision.model_version,
        "reason": decision.reason,
        "chosen_from": decision.chosen_from,
    }
    return {name: value for name, value in told.items() if value is not None}


def themes_assigned(report_id: UUID, decision: Decision) -> ThemesAssigned:
    return ThemesAssigned(
        occurred_at=decision.decided_at,
        report_id=report_id,
        revision=decision.revision,
        tenet=decision.tenet,
        themes=decision.themes,
        sentiment=decision.sentiment,
        hints=decision.hints,
        decided_by=decision.decided_by,
        taxonomy_version=decision.taxonomy_version,
        model_version=decision.model_version,
    )
