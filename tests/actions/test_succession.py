"""After a merger the successor's people see and answer what was the predecessors', and nobody else does."""

import pytest
from sqlalchemy import select

from services.actions.tables import case_
from shared.contracts.directory import (
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
)
from tests.actions.waiting import put_case
from tests.support.apps import Running
from tests.support.directory import closed, member, organisation

pytestmark = pytest.mark.integration


def succeeded(code: str, name: str, kind: OrganisationKind, successor: str) -> OrganisationRecorded:
    """Still with its members, who act no more."""
    leaver = member(f"leaver.{code.lower()}", "Lee Aver", Role.RESPONDER, Role.REPORTER)
    return closed(organisation(code, name, kind, leaver), successor)


OLD_TRUST = succeeded("RX8", "Old Infirmary", OrganisationKind.ACUTE, "RX9")
MERGED_TRUST = succeeded("RX9", "Merged Infirmaries", OrganisationKind.ACUTE, "RZ1")
OLD_PRACTICE = succeeded("Y80001", "Corner Surgery", OrganisationKind.PRACTICE, "Y90002")


@pytest.fixture
async def merged(pages: Running) -> Running:
    await pages.seed([OLD_TRUST, MERGED_TRUST, OLD_PRACTICE])
    return pages


async def test_the_successors_responder_finds_and_acknowledges_a_predecessors_case(
    merged: Running,
) -> None:
    submitted = await put_case(merged, provider="RX8")
    jo = await merged.sign_in("jo.lee")
    inbox = (await jo.get("/cases")).text
    assert submitted.reference in inbox
    page = (await jo.get(f"/cases/{submitted.reference}")).text
    assert "Old Infirmary (now part of Northfield Acute NHS Trust)" in page
    given = {"owner": "Jo Lee", "next_step": "We look into it."}
    answer = await jo.post(f"/cases/{submitted.reference}/acknowledge", given)
    assert answer.status_code == 303
    async with merged.transactions.read() as connection:
        kept = (await connection.execute(select(case_.c.provider, case_.c.state))).one()
    assert kept == ("RX8", "acknowledged")


async def test_the_succeeding_practice_confirms_what_its_predecessor_reported(
    merged: Running,
) -> None:
    submitted = await put_case(merged, reporter="Y80001")
    tom = await merged.sign_in("tom.bright")
    assert submitted.reference in (await tom.get("/cases?view=all")).text
    # Its turn has not come, which only its own organisation is told.
    answer = await tom.post(f"/cases/{submitted.reference}/confirm")
    assert answer.status_code == 409


async def test_a_merger_opens_nothing_to_anybody_else(merged: Running) -> None:
    submitted = await put_case(merged, provider="RX8", reporter="Y80001")
    for stranger, code in (("sam.okafor", None), ("amira.patel", None), ("dana.cole", "Y90003")):
        person = await merged.sign_in(stranger, code)
        assert (await person.get(f"/cases/{submitted.reference}")).status_code == 404
        assert submitted.reference not in (await person.get("/cases?view=all")).text


async def test_members_of_a_closed_organisation_act_no_more(merged: Running) -> None:
    submitted = await put_case(merged, provider="RX8")
    leaver = await merged.sign_in("leaver.rx8")
    answer = await leaver.get(f"/cases/{submitted.reference}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/organisation")


async def test_the_quality_lead_of_a_succeeding_board_oversees_the_practices_of_the_old_one(
    pages: Running,
) -> None:
    group = succeeded("05W", "Old Clinical Group", OrganisationKind.COMMISSIONER, "Q9A")
    practice = organisation("Y70001", "Hill", OrganisationKind.PRACTICE, commissioner="05W")
    submitted = await put_case(pages, reporter="Y70001", provider="RX7")
    await pages.seed([practice, group.model_copy(update={"status": OrganisationStatus.OPEN})])
    helen = await pages.sign_in("helen.marsh")
    assert (await helen.get(f"/cases/{submitted.reference}")).status_code == 404
    await pages.seed([group.model_copy(update={"revision": 10})])
    assert (await helen.get(f"/cases/{submitted.reference}")).status_code == 200
    assert submitted.reference in (await helen.get("/cases?view=all")).text
