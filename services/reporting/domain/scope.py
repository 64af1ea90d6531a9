"""What of the trends somebody may see, by the organisation they act for and their roles there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

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
    """The reports that the reader may open one by one: as reporter the organisation's own, as responder those about it, as quality
    lead those of the commissioner's practices and about its providers. Who may open none sees redacted totals of the
    commissioner's, or of all where there is none.

    `codes` are the organisation's own and those it succeeded: a merger takes no report out of anybody's sight. `area` are the
    organisations of the reader's area, and `commissioner` whose it is.
    """
    reports = Role.REPORTER in roles
    answers = Role.RESPONDER in roles and organisation.kind in PROVIDER_KINDS
    own = Scope(
        _title(organisation.name, reports=reports, answers=answers),
        codes if reports else frozenset(),
        codes if answers else frozenset(),
    )
    if Role.QUALITY_LEAD in roles:
        overseen = commissioned_by(organisation.name, area)
        return replace(
            overseen,
            reporters=_both(overseen.reporters, own.reporters),
            providers=_both(overseen.providers, own.providers),
        )
    return own if reports or answers else wider_scope(commissioner, area)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str]:
    return (one or frozenset()) | (other or frozenset())


def _title(name: str, *, reports: bool, answers: bool) -> str:
    if reports and answers:
        return f"Reports from and about {name}"
    return f"Reports about {name}" if answers else f"Reports from {name}"


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
