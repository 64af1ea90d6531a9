"""Whose cases a person may meet. Every query for a person takes a scope, so that none can forget to ask."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_

from services.actions.tables import case_
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind
from shared.directory.repository import overseen_by

NOBODY: frozenset[str] = frozenset()
PRACTICES = frozenset({OrganisationKind.PRACTICE})


@dataclass(frozen=True)
class Scope:
    """Organisation codes by what the person may do there: an organisation's own and those it succeeded. No codes give no access,
    and nothing at all sees nothing."""

    answers: frozenset[str] = NOBODY
    """As responder: cases about these organisations."""
    reported: frozenset[str] = NOBODY
    """As reporter: cases that these organisations reported."""
    oversees: frozenset[str] = NOBODY
    """As quality lead: cases by the practices and about the providers of these commissioners."""

    def condition(self) -> ColumnElement[bool]:
        allowed: list[ColumnElement[bool]] = []
        if self.answers:
            allowed.append(case_.c.provider.in_(self.answers))
        if self.reported:
            allowed.append(case_.c.reporter.in_(self.reported))
        if self.oversees:
            allowed.append(case_.c.reporter.in_(overseen_by(self.oversees, PRACTICES)))
            allowed.append(case_.c.provider.in_(overseen_by(self.oversees, PROVIDER_KINDS)))
        return or_(false(), *allowed)
