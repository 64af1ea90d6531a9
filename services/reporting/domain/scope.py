"""What of the trends somebody may see, by the organisation they act for and their roles there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.contracts.directory import (
    PROVIDER_KINDS,
    OrganisationKind,
    OrganisationRecorded,
    Role,
)
from shared.directory.domain import Listed


@dataclass(frozen=True)
class Scope:
    """Reports by these reporters or about these providers; all reports when both are None.

    Redacted: totals only, with small numbers hidden and no way to single reports.
    """

    title: str
    reporters: frozenset[str] | None
    providers: frozenset[str] | None
    redacted: bool = False

    @property
    def everything(self) -> bool:
        return self.reporters is None and self.providers is None


def scope_of(
    organisation: OrganisationRecorded,
    roles: Collection[Role],
    codes: frozenset[str],
    area: Sequence[Listed],
    commissioner: str | None,
) -> Scope:
    """Quality leads: their commissioner's practices and providers. Practices: what they reported. Providers: what is about them.
    Everybody else: redacted totals of their commissioner's, or of all where they have none.

    `codes` are the organisation's own and those it succeeded: a merger takes no report out of anybody's sight. `area` is what
    `overseer_of` oversees, and `commissioner` its name.
    """
    if Role.QUALITY_LEAD in roles:
        return commissioned_by(organisation.name, area)
    if organisation.kind is OrganisationKind.PRACTICE and Role.REPORTER in roles:
        return Scope(f"Reports from {organisation.name}", codes, frozenset())
    if organisation.kind in PROVIDER_KINDS and {Role.RESPONDER, Role.REPORTER}.intersection(roles):
        return Scope(f"Reports about {organisation.name}", frozenset(), codes)
    return wider_scope(commissioner, area)


def wider_scope(commissioner: str | None, area: Sequence[Listed]) -> Scope:
    """The redacted totals that the organisation's own numbers stand beside. `commissioner` is its name; none for who has none."""
    if commissioner is None:
        return Scope("All reports", None, None, redacted=True)
    return commissioned_by(commissioner, area, redacted=True)


def commissioned_by(name: str, area: Sequence[Listed], *, redacted: bool = False) -> Scope:
    return Scope(
        f"Reports in {name}",
        frozenset(each.code for each in area if each.kind is OrganisationKind.PRACTICE),
        frozenset(each.code for each in area if each.kind in PROVIDER_KINDS),
        redacted=redacted,
    )
