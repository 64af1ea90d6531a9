"""A history, what its facts tell of each report, and every question that a reader may ask."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from uuid import UUID

from services.reporting.domain.areas import Areas, Placed, areas_in
from services.reporting.domain.counts import standing_of
from services.reporting.domain.cubes import Standing
from services.reporting.domain.filters import Filters
from services.reporting.domain.known import (
    NOTHING,
    Known,
    Progress,
    Reported,
    Verdict,
    Withdrawal,
)
from services.reporting.domain.months import Period
from services.reporting.domain.questions import Question
from services.reporting.domain.scope import Overseer, Scope, wider_scope
from shared.contracts.base import Fact
from shared.contracts.cases import CaseFact
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.themes import ThemesAssigned
from shared.directory.domain import Listed, succeeded_by
from tests.reporting.histories import PRACTICES, directory_history, history
from tests.support.directory import closed, organisation


def _succession() -> list[OrganisationRecorded]:
    """RZ3 became RZX, of which nobody reported anything, and that RZ1, which is another commissioner's."""
    later = organisation("RZX", "In between", OrganisationKind.ACUTE)
    earlier = organisation("RZ3", "Organisation RZ3", OrganisationKind.ACUTE, commissioner="QC3")
    return [closed(earlier, "RZX", 91), closed(later, "RZ1", 92)]


FACTS: list[Fact] = [*history(41, 400), *directory_history(43), *_succession()]
PERIOD = Period(date(2026, 1, 1), date(2026, 10, 1))


@dataclass(frozen=True)
class Told:
    """A report as the facts tell it."""

    known: Known
    standing: Standing
    reference: str


def _with(
    known: Known, fact: ReportSubmitted | ReportWithdrawn | ThemesAssigned | CaseFact
) -> Known:
    match fact:
        case ReportSubmitted():
            return known.with_report(Reported.of(fact))
        case ReportWithdrawn():
            return known.with_withdrawal(Withdrawal.of(fact))
        case ThemesAssigned():
            return known.with_verdict(Verdict.of(fact))
        case _:
            return known.with_progress(Progress.of(fact))


def _told() -> tuple[list[Told], Areas, dict[str, OrganisationRecorded]]:
    known: dict[UUID, Known] = {}
    directory: dict[str, OrganisationRecorded] = {}
    for fact in FACTS:
        if isinstance(fact, OrganisationRecorded):
            directory[fact.code] = fact
        elif isinstance(fact, (ReportSubmitted, ReportWithdrawn, ThemesAssigned, CaseFact)):
            known[fact.report_id] = _with(known.get(fact.report_id, NOTHING), fact)
    areas = areas_in(
        Placed(each.code, each.kind, each.commissioner, succeeded_by(each))
        for each in directory.values()
    )
    told = []
    for each in known.values():
        standing = standing_of(each, areas)
        assert each.reported is not None
        if standing is None:  # withdrawn: no question is about it
            continue
        told.append(Told(each, standing, each.reported.reference))
    return told, areas, directory


TOLD, AREAS, DIRECTORY = _told()


def today(code: str) -> str:
    """Who answers for an organisation."""
    while code in DIRECTORY and (later := succeeded_by(DIRECTORY[code])) is not None:
        code = later
    return code


def stands_for(provider: str) -> frozenset[str]:
    """Its own code and those of all that it succeeded; of one that was succeeded its own alone."""
    return frozenset({provider} | {code for code in DIRECTORY if today(code) == provider})


def told_as(each: "Told", filters: Filters) -> str:
    """The provider by which a report stands in a table."""
    return filters.provider or today(each.standing.provider)


def area_of(code: str) -> Scope:
    listed = [
        Listed(each.code, each.name, each.kind, each.status, each.commissioner)
        for each in DIRECTORY.values()
        if code in AREAS.practices.get(each.code, ()) or code in AREAS.providers.get(each.code, ())
    ]
    return wider_scope(Overseer(code, code, listed))


BOARDS = sorted(
    {area for side in (AREAS.practices, AREAS.providers) for at in side.values() for area in at}
)
SCOPES = [
    wider_scope(None),
    *map(area_of, BOARDS),
    *(replace(area_of(code), area=None) for code in BOARDS),
    Scope("a practice", frozenset({PRACTICES[0]}), frozenset()),
    Scope("two practices", frozenset(PRACTICES[:2]), frozenset()),
    Scope("a provider", frozenset(), frozenset({"RZ1"})),
    Scope("a provider that reports", frozenset({"RZ1"}), frozenset({"RZ1", "RZ3"})),
    Scope("nobody", frozenset(), frozenset()),
]
FILTERS = [
    Filters(),
    Filters(tenet="safety"),
    Filters(kind="event"),
    Filters(provider="RZ1"),
    Filters(provider="RZ3"),
    Filters(practice=PRACTICES[1]),
    Filters(practice=PRACTICES[0], provider="RZ2", kind="feedback"),
]


SEVERAL = frozenset({"RZ2", "RZ3"})


def asked() -> Iterator[tuple[Question, list[Told]]]:
    """Every question, and the reports that it is about."""
    for scope, filters in product(SCOPES, FILTERS):
        theirs = [each for each in TOLD if about(each, scope, filters)]
        of = None if filters.provider is None else stands_for(filters.provider)
        yield Question(scope, filters, PERIOD, of), theirs
        if filters.provider is None:
            yield (
                Question(scope, filters, PERIOD, SEVERAL),
                [each for each in theirs if each.standing.provider in SEVERAL],
            )


def about(each: Told, scope: Scope, filters: Filters) -> bool:
    at = each.standing
    wanted = (
        (filters.tenet, at.tenet),
        (filters.kind, at.kind),
        (filters.practice, at.reporter),
    )
    asked_about = filters.provider is None or at.provider in stands_for(filters.provider)
    return (asked_about and all(value in (None, has) for value, has in wanted)) and (
        scope.everything
        or at.reporter in (scope.reporters or ())
        or at.provider in (scope.providers or ())
    )


def in_period(told: list[Told]) -> list[Told]:
    return [each for each in told if PERIOD.first <= each.standing.month <= PERIOD.last]


ID_OF = {fact.reference: fact.report_id for fact in FACTS if isinstance(fact, ReportSubmitted)}
