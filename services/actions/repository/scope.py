"""Whose cases a person may meet. Every query for a person takes a scope, so that none can forget to ask."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_

from services.actions.tables import case_
from shared.directory.repository import overseen_by

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scope:
    """Organisation codes by what the person may do there: an organisation's own and those it succeeded. No codes give no access,
    and nothing at all sees nothing."""

    answers: frozenset[str] = NOBODY
    """As responder: cases about these organisations."""
    reported: frozenset[str] = NOBODY
    """As reporter: cases that these organisations reported."""
    oversees: frozenset[str] = NOBODY
    """As quality lead: cases by or about the organisations of these commissioners."""

    def condition(self) -> ColumnElement[bool]:
        allowed: list[ColumnElement[bool]] = []
        if self.answers:
            allowed.append(case_.c.provider.in_(self.answers))
        if self.reported:
            allowed.append(case_.c.reporter.in_(self.reported))
        if self.oversees:
            theirs = overseen_by(self.oversees)
            allowed.append(case_.c.reporter.in_(theirs) | case_.c.provider.in_(theirs))
        return or_(false(), *allowed)
