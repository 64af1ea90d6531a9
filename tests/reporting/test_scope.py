"""Whose reports the trends count for whom: the pure rule."""

from collections.abc import Set

import pytest

from services.reporting.domain.scope import Overseer, scope_of
from shared.contracts.directory import OrganisationKind, OrganisationStatus, Role
from shared.directory.domain import Listed
from tests.support.directory import organisation

NOBODY: frozenset[str] = frozenset()
AREA = [
    Listed("Y1", "Elm", OrganisationKind.PRACTICE, OrganisationStatus.OPEN, "Q1"),
    Listed("Y2", "Ash", OrganisationKind.PRACTICE, OrganisationStatus.CLOSED, "Q1"),
    Listed("R1", "Acute", OrganisationKind.ACUTE, OrganisationStatus.OPEN, "Q1"),
    Listed("P1", "Voice", OrganisationKind.PATIENT_GROUP, OrganisationStatus.OPEN, "Q1"),
]
BOARD = Overseer("Q1", "The board", AREA)
EXACT: list[tuple[OrganisationKind, set[Role], Set[str], Set[str]]] = [
    (OrganisationKind.PRACTICE, {Role.REPORTER}, {"XX1"}, NOBODY),
    (OrganisationKind.ACUTE, {Role.REPORTER}, {"XX1"}, NOBODY),
    (OrganisationKind.ACUTE, {Role.RESPONDER}, NOBODY, {"XX1"}),
    (OrganisationKind.ACUTE, {Role.RESPONDER, Role.REPORTER}, {"XX1"}, {"XX1"}),
    (OrganisationKind.PATIENT_GROUP, {Role.REPORTER, Role.REVIEWER}, {"XX1"}, NOBODY),
    (OrganisationKind.COMMISSIONER, {Role.QUALITY_LEAD}, {"Y1", "Y2"}, {"R1"}),
    (OrganisationKind.ACUTE, {Role.QUALITY_LEAD, Role.RESPONDER}, {"Y1", "Y2"}, {"R1", "XX1"}),
]


@pytest.mark.parametrize(("kind", "roles", "reporters", "providers"), EXACT)
def test_who_may_open_reports_sees_exact_numbers_of_those_and_no_others(
    kind: OrganisationKind, roles: set[Role], reporters: Set[str], providers: Set[str]
) -> None:
    scope = scope_of(organisation("XX1", "Our own", kind), roles, frozenset({"XX1"}), BOARD)
    assert not scope.redacted
    assert scope.reporters == reporters
    assert scope.providers == providers


@pytest.mark.parametrize("kind", OrganisationKind)
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR, Role.OPERATOR])
def test_who_may_open_none_sees_redacted_totals_of_the_area(
    kind: OrganisationKind, role: Role
) -> None:
    scope = scope_of(organisation("XX1", "Our own", kind), {role}, frozenset({"XX1"}), BOARD)
    assert scope.redacted
    assert scope.reporters == frozenset({"Y1", "Y2"})
    assert scope.providers == frozenset({"R1"})


def test_a_practice_cannot_be_answering_for_itself() -> None:
    practice = organisation("XX1", "Our own", OrganisationKind.PRACTICE)
    assert scope_of(practice, {Role.RESPONDER}, frozenset({"XX1"}), BOARD).redacted
