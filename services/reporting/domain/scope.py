"""What of the trends somebody may see, by the organisation they act for and their roles there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.contracts.directory import OrganisationKind, OrganisationRecorded, Role

PROVIDERS = frozenset(
    {
        OrganisationKind.ACUTE,
        OrganisationKind.MENTAL_HEALTH,
        OrganisationKind.COMMUNITY,
        OrganisationKind.AMBULANCE,
        OrganisationKind.OTHER_PROVIDER,
    }
)


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
    directory: Sequence[OrganisationRecorded],
) -> Scope:
    """Quality leads: their commissioner's practices and providers. Practices: what they reported. Providers: what is about them.
    Everybody else: redacted totals of their commissioner's, or of all where they have none."""
    if Role.QUALITY_LEAD in roles:
        return commissioned_by(organisation.code, organisation.name, directory)
    code = frozenset({organisation.code})
    if organisation.kind is OrganisationKind.PRACTICE and Role.REPORTER in roles:
        return Scope(f"Reports from {organisation.name}", code, frozenset())
    if organisation.kind in PROVIDERS and {Role.RESPONDER, Role.REPORTER}.intersection(roles):
        return Scope(f"Reports about {organisation.name}", frozenset(), code)
    return wider_scope(organisation, directory)


def wider_scope(
    organisation: OrganisationRecorded, directory: Sequence[OrganisationRecorded]
) -> Scope:
    """The redacted totals that the organisation's own numbers stand beside."""
    if organisation.commissioner is None:
        return Scope("All reports", None, None, redacted=True)
    names = {each.code: each.name for each in directory}
    name = names.get(organisation.commissioner, organisation.commissioner)
    return commissioned_by(organisation.commissioner, name, directory, redacted=True)


def commissioned_by(
    code: str, name: str, directory: Sequence[OrganisationRecorded], *, redacted: bool = False
) -> Scope:
    members = [each for each in directory if each.commissioner == code]
    return Scope(
        f"Reports in {name}",
        frozenset(e.code for e in members if e.kind is OrganisationKind.PRACTICE),
        frozenset(e.code for e in members if e.kind in PROVIDERS),
        redacted=redacted,
    )
