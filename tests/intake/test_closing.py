"""Organisations that close, are succeeded and open again, by the administrators' pages."""

import re

import pytest

from shared.contracts.directory import OrganisationKind, OrganisationRecorded, OrganisationStatus
from tests.intake.administering import ALL, change, kept
from tests.intake.samples import FORM
from tests.support.apps import Person, Running
from tests.support.directory import closed, organisation
from tests.support.facts import Facts

pytestmark = pytest.mark.integration

CLOSING = {"closed_on[day]": "31", "closed_on[month]": "3", "closed_on[year]": "2026"}


async def test_a_merger_is_checked_done_and_told_and_the_successor_named_to_reporters(
    intake: Running, ada: Person, facts: Facts
) -> None:
    amira = await intake.sign_in("amira.patel")
    assert (await amira.post("/report", FORM)).status_code == 303
    path = f"{ALL}/RZ1/close"
    check = await change(ada, path, {**CLOSING, "successor": "rz5", "stage": "check"})
    assert check.status_code == 200
    assert "1 open report about it will be answered by Hilltop Ambulance" in check.text
    assert "1 member can no longer act for it" in check.text
    assert (await kept(intake, "RZ1")).status is OrganisationStatus.OPEN
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', check.text)
    send = {name: value for name, value in hidden if name != "csrf_token"} | {"stage": "close"}
    assert (await ada.post(path, send)).headers["location"] == f"{ALL}/RZ1?done=closed"
    assert (await ada.post(path, send)).status_code == 303  # pressed twice
    told = await facts.expect(OrganisationRecorded, lambda each: each.code == "RZ1")
    assert (told.successor, str(told.closed_on), told.succeeded_on) == (
        "RZ5",
        "2026-03-31",
        told.closed_on,
    )
    assert (
        "Hilltop Ambulance NHS Trust</a>, which took over on 31 March 2026"
        in (await ada.get(f"{ALL}/RZ1")).text
    )
    assert "Northfield Acute NHS Trust</a> (RZ1)" in (await ada.get(f"{ALL}/RZ5")).text
    assert "Northfield" not in (await amira.get("/report")).text
    again = await amira.post(
        "/report", {**FORM, "submission": "3f0d2f6e-5a55-4f37-9b1c-0d5a2f9a2222"}
    )
    assert again.status_code == 422
    assert (
        "Northfield Acute NHS Trust is closed: it is now part of Hilltop Ambulance NHS Trust (RZ5)"
        in again.text
    )
    assert (
        "Northfield Acute NHS Trust (now part of Hilltop Ambulance NHS Trust)"
        in (await amira.get("/reports")).text
    )
    closed_now = await (await intake.sign_in("jo.lee")).get("/reports")
    assert closed_now.status_code == 303


@pytest.mark.parametrize(
    ("successor", "message"),
    [
        ("RZ1", "cannot succeed itself"),
        ("NOBODY", "no organisation with the code NOBODY"),
        ("Y90001", "can be succeeded by one of its own sort only"),
        ("RX9", "Merged was itself succeeded by Northfield"),
        ("RX8", "is closed, and nobody has succeeded it"),
    ],
)
async def test_a_successor_that_cannot_be_is_refused(
    intake: Running, ada: Person, successor: str, message: str
) -> None:
    merged = organisation("RX9", "Merged", OrganisationKind.ACUTE)
    gone = organisation("RX8", "Gone", OrganisationKind.ACUTE)
    await intake.seed([closed(merged, "RZ1"), closed(gone)])
    for stage in ("check", "close"):
        values = {**CLOSING, "successor": successor, "stage": stage}
        answer = await change(ada, f"{ALL}/RZ1/close", values)
        assert answer.status_code == 422
        assert message in answer.text
    assert (await kept(intake, "RZ1")).status is OrganisationStatus.OPEN


async def test_a_closing_day_in_the_future_is_refused(ada: Person) -> None:
    values = {**CLOSING, "closed_on[year]": "2999", "stage": "close"}
    answer = await change(ada, f"{ALL}/RZ1/close", values)
    assert answer.status_code == 422
    assert "The date must be today or in the past" in answer.text


async def test_an_organisation_opens_again_as_it_was(intake: Running, ada: Person) -> None:
    before = await kept(intake, "RZ1")
    await intake.seed([closed(before, "RZ2", revision=2)])
    assert (await change(ada, f"{ALL}/RZ1/reopen", {})).status_code == 303
    after = await kept(intake, "RZ1")
    same = {"event_id", "occurred_at", "revision"}
    assert after.model_dump(exclude=same) == before.model_dump(exclude=same)
    assert (await ada.get(f"{ALL}/RZ1/reopen")).status_code == 409
