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
    area: str | None = None
    """The commissioner whose area this is, where it is just that: counts are kept by area."""

    @property
    def everything(self) -> bool:
        return self.reporters is None and self.providers is None


@dataclass(frozen=True)
class Overseer:
    """A commissioner that nobody has succeeded, and the organisations of its area, closed ones included."""

    code: str
    name: str
    area: Sequence[Listed] = ()


def scope_of(
    organisation: OrganisationRecorded,
    roles: Collection[Role],
    codes: frozenset[str],
    overseer: Overseer | None,
) -> Scope:
    """The reports that the reader may open one by one: as reporter the organisation's own, as responder those about it, as quality
    lead those of the commissioner's practices and about its providers. Who may open none sees redacted totals of the
    commissioner's, or of all where there is none.

    `codes` are the organisation's own and those it succeeded: a merger takes no report out of anybody's sight. `overseer` is the
    commissioner of the reader's area: a quality lead's is the organisation itself.
    """
    reports = Role.REPORTER in roles
    answers = Role.RESPONDER in roles and organisation.kind in PROVIDER_KINDS
    own = Scope(
        _title(organisation.name, reports=reports, answers=answers),
        codes if reports else frozenset(),
        codes if answers else frozenset(),
    )
    if Role.QUALITY_LEAD in roles and overseer is not None:
        overseen = _area_of(overseer)
        return overseen if not (reports or answers) else _both(overseen, own)
    return own if reports or answers else wider_scope(overseer)


def narrowed(scope: Scope, title: str, practices: Collection[str]) -> Scope:
    """What these practices reported, of a scope."""
    theirs = frozenset(practices)
    reporters = theirs if scope.reporters is None else theirs & scope.reporters
    return replace(scope, title=title, reporters=reporters, providers=frozenset(), area=None)


def _both(area: Scope, own: Scope) -> Scope:
    """More than the area, so that its kept counts are not the reader's."""
    return replace(
        area,
        reporters=(area.reporters or frozenset()) | (own.reporters or frozenset()),
        providers=(area.providers or frozenset()) | (own.providers or frozenset()),
        area=None,
    )


def _title(name: str, *, reports: bool, answers: bool) -> str:
    if reports and answers:
        return f"Reports from and about {name}"
    return f"Reports about {name}" if answers else f"Reports from {name}"


def wider_scope(overseer: Overseer | None) -> Scope:
    """The redacted totals that the organisation's own numbers stand beside: of all for who has no commissioner."""
    if overseer is None:
        return Scope("All reports", None, None, redacted=True)
    return replace(_area_of(overseer), redacted=True)


def _area_of(overseer: Overseer) -> Scope:
    return Scope(
        f"Reports in {overseer.name}",
        frozenset(each.code for each in overseer.area if each.kind is OrganisationKind.PRACTICE),
        frozenset(each.code for each in overseer.area if each.kind in PROVIDER_KINDS),
        area=overseer.code,
    )
