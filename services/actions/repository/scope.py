"""Whose cases a person may meet. Every query for a person takes a scope, so that none can forget to ask."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select

from services.actions.tables import case_
from shared.directory.tables import organisation


@dataclass(frozen=True)
class Scope:
    """Organisation codes by what the person may do there; what is None gives no access, and nothing at all sees nothing."""

    answers: str | None = None
    """As responder: cases about this organisation."""
    reported: str | None = None
    """As reporter: cases this organisation reported."""
    oversees: str | None = None
    """As quality lead: cases by or about the organisations of this commissioner."""

    def condition(self) -> ColumnElement[bool]:
        allowed: list[ColumnElement[bool]] = []
        if self.answers is not None:
            allowed.append(case_.c.provider == self.answers)
        if self.reported is not None:
            allowed.append(case_.c.reporter == self.reported)
        if self.oversees is not None:
            theirs = select(organisation.c.code).where(
                organisation.c.record.contains({"commissioner": self.oversees})
            )
            allowed.append(case_.c.reporter.in_(theirs) | case_.c.provider.in_(theirs))
        return or_(false(), *allowed)
