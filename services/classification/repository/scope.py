"""Whose reports somebody may see."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_

from services.classification.tables import report
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind
from shared.directory.repository import overseen_by

NOBODY: frozenset[str] = frozenset()
PRACTICES = frozenset({OrganisationKind.PRACTICE})


@dataclass(frozen=True)
class Scope:
    """Whose reports somebody may see, as organisation codes by what the person may do there: an organisation's own and those it
    succeeded. No codes give no access, and nothing at all sees nothing."""

    answers: frozenset[str] = NOBODY
    """As responder: reports about these organisations."""
    reported: frozenset[str] = NOBODY
    """As reporter: reports of these organisations."""
    oversees: frozenset[str] = NOBODY
    """As quality lead: reports of the practices and about the providers of these commissioners."""

    @property
    def to_correct(self) -> "Scope":
        """What of it the person may correct: the quality lead's part only, never the person's own organisation's."""
        return Scope(oversees=self.oversees)

    def condition(self) -> ColumnElement[bool]:
        allowed: list[ColumnElement[bool]] = []
        if self.answers:
            allowed.append(report.c.provider.in_(self.answers))
        if self.reported:
            allowed.append(report.c.reporter.in_(self.reported))
        if self.oversees:
            allowed.append(report.c.reporter.in_(overseen_by(self.oversees, PRACTICES)))
            allowed.append(report.c.provider.in_(overseen_by(self.oversees, PROVIDER_KINDS)))
        return or_(false(), *allowed)
