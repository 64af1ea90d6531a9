"""The history of reports: one entry for each that is accepted, in the name of who sent it; and intake's history pages."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.intake.app import create_app
from services.intake.settings import Settings
from services.intake.use_cases import accept_reports
from shared.contracts.directory import Role
from shared.platform.audit import Author, AuthorKind, Change, RecordKind
from tests.conftest import DatabaseUrl
from tests.intake.samples import BEARER, FORM, KEYS, REPORT, TEXT, submission
from tests.support.apps import Running
from tests.support.directory import directory, member
from tests.support.entries import entries, findings, steps
from tests.support.settings import settings_of

pytestmark = pytest.mark.integration

ADA = Author(AuthorKind.PERSON, "Ada Quinn", "0190", "0ZX")


@pytest.fixture
async def pages(database_url: DatabaseUrl) -> AsyncIterator[Running]:
    """The pages on their real database, with nothing running behind them."""
    settings = settings_of(Settings, database_url=await database_url("intake"), **KEYS)
    async with AsyncExitStack() as stack:
        service = Running(create_app(settings), stack)
        await service.seed(directory())
        yield service
    await service.runtime.engine.dispose()


async def _reference(pages: Running) -> str:
    """Of a report that Amira has sent by the form."""
    amira = await pages.sign_in("amira.patel")
    response = await amira.post("/report", FORM)
    assert response.status_code == 303, response.text
    return response.headers["location"].rpartition("/")[2]


async def test_a_report_sent_by_the_form_is_an_entry_of_its_writer(pages: Running) -> None:
    reference = await _reference(pages)
    await (await pages.sign_in("amira.patel")).post("/report", FORM)
    [told] = await entries(pages.transactions, RecordKind.REPORT)
    assert (told.step, told.who, told.before) == ("accepted", ("Dr Amira Patel", "Y90001"), {})
    assert told.after["reference"] == reference
    assert told.after["source"] == "form"
    assert told.after["text"]["characters"] == len(TEXT)
    assert TEXT not in str(told.after)


async def test_a_report_of_a_program_is_an_entry_of_its_key(pages: Running) -> None:
    program = await pages.visitor(**BEARER)
    for _ in range(2):
        await program.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": "k"})
    [told] = await entries(pages.transactions, RecordKind.REPORT)
    assert told.who == ("Administrator's key", None)
    assert told.after["source"] == "api"


async def test_of_a_batch_each_report_that_is_new_is_an_entry(pages: Running) -> None:
    many = [submission(idempotency_key=f"key-{number}") for number in range(20)]
    refused = submission(idempotency_key="key-x", provider="NOBODY")
    async with pages.transactions.begin() as tx:
        await accept_reports(many[:10], tx)
    async with pages.transactions.begin() as tx:
        await accept_reports([*many, refused, many[0]], tx)
    assert await steps(pages.transactions, RecordKind.REPORT) == ["accepted"] * 20
    async with pages.transactions.read() as connection:
        assert await findings(connection) == []


async def test_what_was_masked_is_told_by_number_and_kind_only(pages: Running) -> None:
    amira = await pages.sign_in("amira.patel")
    await amira.post("/report", {**FORM, "text": "NHS number 943 476 5919 was on it."})
    [told] = await entries(pages.transactions, RecordKind.REPORT)
    assert list(told.after["masked"].values()) == [1]
    assert "943" not in str(told)


async def test_a_practice_reads_the_history_of_its_own_report_and_nobody_elses(
    pages: Running,
) -> None:
    reference = await _reference(pages)
    page = f"/reports/{reference}/history"
    amira = await pages.sign_in("amira.patel")
    shown = (await amira.get(page)).text
    assert "<strong>Accepted</strong>" in shown
    assert "for Elm Road Surgery (Y90001)" in shown
    assert "Northfield Acute NHS Trust (RZ1)" in shown
    assert TEXT not in shown
    assert "accepted" in (await amira.get(f"{page}.csv")).text
    assert page in (await amira.get("/reports")).text
    statuses = {"tom.bright": 404, "jo.lee": 403, "helen.marsh": 403, "ada.quinn": 403}
    for subject, status in statuses.items():
        stranger = await pages.sign_in(subject)
        assert (await stranger.get(page)).status_code == status
        assert (await stranger.get(f"{page}.csv")).status_code == status


async def test_an_organisations_history_holds_its_members_policies_and_keys_and_no_others(
    pages: Running,
) -> None:
    jo = next(each for each in directory() if each.code == "RZ1").members[0]
    kinds = RecordKind
    async with pages.transactions.begin(who_asks=lambda: ADA) as tx:
        tx.record(
            Change(kinds.ORGANISATION, "RZ1", "renamed", {"name": "Old"}, {"name": "New"}),
            Change(
                kinds.MEMBER,
                f"RZ1/{jo.member_id}",
                "roles changed",
                {"roles": []},
                {"roles": ["responder"]},
            ),
            Change(kinds.POLICY, "RZ1", "changed", {"due_soon_hours": 4}, {"due_soon_hours": 6}),
            Change(kinds.KEY, "RZ1/0190", "revoked", {"revoked": False}, {"revoked": True}),
            Change(kinds.ORGANISATION, "RZ10", "closed", {}, {"status": "not ours"}),
            Change(kinds.MEMBER, "RZ10/x", "removed", {"name": "Not ours"}, {}),
            Change(kinds.REPORT, "RZ1", "accepted", {}, {"text": "Not ours"}),
        )
    page = "/administration/organisations/RZ1/history"
    ada = await pages.sign_in("ada.quinn")
    shown = (await ada.get(page)).text
    for text in ("Renamed", "Member: Jo Lee", "Policy", "Revoked", "Ada Quinn", "Westvale Support"):
        assert text in shown
    assert "ot ours" not in shown
    file = (await ada.get(f"{page}.csv")).text
    assert file.count("Ada Quinn") == 4
    assert page in (await ada.get("/administration/organisations/RZ1")).text
    assert (await ada.get("/administration/organisations/NONE/history")).status_code == 404
    zoe = member("zoe.hart", "Zoe Hart", Role.ADMINISTRATOR)
    elm = next(each for each in directory() if each.code == "Y90001")
    changed = {"members": (*elm.members, zoe), "revision": 2}
    await pages.seed([elm.model_copy(update=changed)])
    of_elm = await pages.sign_in("zoe.hart")
    assert (await of_elm.get(page)).status_code == 404
    assert (await of_elm.get(f"{page}.csv")).status_code == 404
    own = await of_elm.get("/administration/organisations/Y90001/history")
    assert own.status_code == 200
    empty = (await ada.get("/administration/organisations/RZ2/history")).text
    assert "Nothing has happened here since the history began" in empty
    for subject in ("jo.lee", "helen.marsh", "max.stone"):
        stranger = await pages.sign_in(subject)
        assert (await stranger.get(page)).status_code == 403
        assert (await stranger.get(f"{page}.csv")).status_code == 403
