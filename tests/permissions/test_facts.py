"""What the directory says on Kafka holds at every service with the next request: roles, members, and whether the organisation is open,
for its people and for its programs."""

from functools import partial

import pytest

from shared.contracts.directory import OrganisationKind, Role
from tests.intake.samples import BEARER
from tests.permissions.estate import Estate, code_of, subject_of
from tests.permissions.records import make_key
from tests.support.apps import Person
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

KIND = OrganisationKind.OTHER_PROVIDER
CODE = code_of(KIND, 2)
"""An organisation that no other test of this room looks at."""
PAGES = (
    ("intake", Role.REPORTER, "/report"),
    ("classification", Role.QUALITY_LEAD, "/verdicts"),
    ("actions", Role.RESPONDER, "/cases"),
    ("notifications", Role.OPERATOR, "/messages"),
    ("reporting", Role.QUALITY_LEAD, "/operations"),
)
"""One of each service, and a role that has it."""


async def record(estate: Estate, roles: list[str] | None, status: str = "open") -> None:
    """The organisation from now on, by intake: members with these roles each, or without members."""
    program = await estate.visitor("intake", **BEARER)
    people = {subject_of(role, CODE) for _, role, _ in PAGES} if roles is not None else set()
    body = {
        "name": "Other provider 2",
        "kind": KIND,
        "status": status,
        "commissioner": code_of(OrganisationKind.COMMISSIONER, 2),
        "members": [{"subject": one, "name": one, "roles": roles} for one in sorted(people)],
    }
    response = await program.put(f"/api/v1/directory/organisations/{CODE}", json=body)
    assert response.status_code == 200, response.text


async def everywhere(estate: Estate, status: int, because: str) -> None:
    """Every service's page answers so to the session that was begun before the change."""
    for service, role, path in PAGES:
        person = await estate.sign_in(service, role, CODE)
        await eventually(partial(_answers, person, path, status), because=f"{service}: {because}")


async def _answers(person: Person, path: str, status: int) -> bool:
    return (await person.get(path)).status_code == status


async def test_a_role_taken_away_a_member_removed_and_an_organisation_closed_are_out_everywhere(
    estate: Estate,
) -> None:
    key, _ = await make_key(estate, CODE)
    program = await estate.visitor("intake", Authorization=f"Bearer {key}")
    address = "/api/v1/reports/IN-0000-00"
    assert (await program.get(address)).status_code == 404
    await everywhere(estate, 200, "before")
    await record(estate, [Role.ADMINISTRATOR])
    await everywhere(estate, 403, "another role")
    await record(estate, None)
    await everywhere(estate, 303, "removed")
    await record(estate, [Role.ADMINISTRATOR])
    await everywhere(estate, 403, "back")
    await record(estate, [Role.ADMINISTRATOR], status="closed")
    await everywhere(estate, 303, "closed")
    assert (await program.get(address)).status_code == 401
