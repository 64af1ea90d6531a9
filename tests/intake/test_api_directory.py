"""Programs' door for the directory."""

import asyncio

import httpx2
import pytest

from shared.contracts.directory import OrganisationRecorded
from tests.intake.api import ORGANISATIONS, is_problem
from tests.support.facts import Facts

pytestmark = pytest.mark.integration


async def test_an_organisation_is_recorded_once_for_each_change(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    path = f"{ORGANISATIONS}/Y90009"
    record = {
        "name": "New Surgery",
        "kind": "practice",
        "members": [{"subject": "n.ew", "name": "N Ew", "roles": ["reporter"]}],
    }
    assert is_problem(await program.get(path), 404)
    first = await program.put(path, json=record)
    assert (first.status_code, first.json()["revision"]) == (201, 1)
    same = await program.put(path, json=record)
    assert (same.status_code, same.json()) == (200, first.json())
    changed = await program.put(path, json={**record, "name": "Newer Surgery"})
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert changed.json()["members"] == first.json()["members"]
    assert (await program.get(path)).json() == changed.json()
    await facts.expect(OrganisationRecorded, lambda fact: fact.revision == 2)
    ours = facts.seen(OrganisationRecorded, lambda fact: fact.code == "Y90009")
    assert [(each.revision, each.name) for each in ours] == [
        (1, "New Surgery"),
        (2, "Newer Surgery"),
    ]


async def test_changes_of_one_organisation_at_the_same_time_make_a_revision_each(
    program: httpx2.AsyncClient,
) -> None:
    answers = await asyncio.gather(
        *(
            program.put(f"{ORGANISATIONS}/Y90009", json={"name": f"Name {n}", "kind": "practice"})
            for n in range(5)
        )
    )
    assert sorted(each.json()["revision"] for each in answers) == [1, 2, 3, 4, 5]


async def test_a_code_that_is_none_names_no_organisation(program: httpx2.AsyncClient) -> None:
    body = {"name": "Somebody", "kind": "practice"}
    for code in ("lower", "X", "%00%00", "A" * 13, "A-B"):
        answer = await program.put(f"{ORGANISATIONS}/{code}", json=body)
        assert is_problem(answer, 404), code
