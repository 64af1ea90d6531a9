"""Organisations from a file, through the programs' door and through the page: shown first, applied as they were shown."""

from collections.abc import Sequence

import httpx2
import pytest
from sqlalchemy import func, select, text, update

from services.intake.tables import directory_import
from shared.contracts.directory import OrganisationRecorded, OrganisationStatus
from shared.directory.tables import organisation as table
from tests.intake.administering import kept
from tests.support.apps import CSRF_TOKEN, Person, Running
from tests.support.directory import closed
from tests.support.facts import Facts
from tests.support.ods import line, national_file

pytestmark = pytest.mark.integration

DOOR = "/api/v1/directory/imports"
PAGE = "/administration/imports"
LINES = (line("Z00001"), line("Z00002", "HILL SURGERY"), line("Y90001", "ELM ROAD SURGERY"))
CSV = {"Content-Type": "text/csv"}


async def preview(program: httpx2.AsyncClient, *lines: str, query: str = "") -> httpx2.Response:
    return await program.post(f"{DOOR}{query}", content="\r\n".join(lines), headers=CSV)


async def upload(
    person: Person, *lines: str, values: dict[str, str] | None = None, name: str = "epraccur.csv"
) -> httpx2.Response:
    fields = {"csrf_token": CSRF_TOKEN, "sort": "practice"} | (values or {})
    file = {"file": (name, "\r\n".join(lines).encode(), "text/csv")}
    return await person.client.post(PAGE, data=fields, files=file)


async def organisations(intake: Running) -> int:
    async with intake.transactions.read() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def history(intake: Running) -> Sequence[tuple[str, ...]]:
    async with intake.transactions.read() as connection:
        rows = await connection.execute(
            text("SELECT kind, record_id, step, author_name FROM audit_entry ORDER BY record_id")
        )
        return [tuple(row) for row in rows]


async def test_a_preview_changes_nothing_and_applying_it_twice_changes_once(
    intake: Running, program: httpx2.AsyncClient, facts: Facts
) -> None:
    before = await organisations(intake)
    shown = await preview(program, *LINES, line("?"))
    assert shown.status_code == 201
    document = shown.json()
    assert (document["new"], document["changed"], document["closed"]) == (2, 1, 0)
    assert document["problems"] == [{"line": 4, "reason": "column 1 is no organisation's code"}]
    assert await organisations(intake) == before
    apply = f"{DOOR}/{document['import_id']}/apply"
    done = [(await program.post(apply)).json() for _ in range(2)]
    assert done[0]["applied_at"] == done[1]["applied_at"] is not None
    told = await facts.expect_all(OrganisationRecorded, lambda f: f.code[0] in "YZ", count=3)
    assert {each.code: each.revision for each in told} == {"Z00001": 1, "Z00002": 1, "Y90001": 2}
    assert (await kept(intake, "Z00002")).name == "Hill Surgery"
    assert await history(intake) == [
        ("organisation", "Y90001", "changed", "Administrator's key"),
        ("organisation", "Z00001", "added", "Administrator's key"),
        ("organisation", "Z00002", "added", "Administrator's key"),
    ]
    again = (await preview(program, *LINES)).json()
    assert (again["steps"], again["unchanged"]) == ([], 3)


async def test_what_has_changed_since_the_preview_stops_all_of_it(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    shown = (await preview(program, *LINES)).json()
    elm = await kept(intake, "Y90001")
    await intake.seed([elm.model_copy(update={"revision": 2, "name": "Elm Road Practice"})])
    answer = await program.post(f"{DOOR}/{shown['import_id']}/apply")
    assert answer.status_code == 409
    assert "Elm Road Practice (Y90001) has changed since this preview" in answer.json()["detail"]
    assert (await program.get("/api/v1/directory/organisations/Z00001")).status_code == 404


async def test_a_preview_expires(intake: Running, program: httpx2.AsyncClient) -> None:
    shown = (await preview(program, *LINES)).json()
    async with intake.transactions.begin() as tx:
        await tx.connection.execute(
            update(directory_import).values(expires_at=func.now() - text("interval '1 second'"))
        )
    answer = await program.post(f"{DOOR}/{shown['import_id']}/apply")
    assert answer.status_code == 409
    assert "has expired" in answer.json()["detail"]
    await preview(program, *LINES)  # which sweeps out what has expired
    assert (await program.get(f"{DOOR}/{shown['import_id']}")).status_code == 404


def many(status: str) -> list[str]:
    return [line(f"Z{number:05}", status=status) for number in range(12)]


async def test_many_closures_need_a_word_more(intake: Running, program: httpx2.AsyncClient) -> None:
    new = (await preview(program, *many("A"))).json()
    assert (await program.post(f"{DOOR}/{new['import_id']}/apply")).status_code == 200
    gone = (await preview(program, *many("C"))).json()
    assert gone["many_closures"]
    apply = f"{DOOR}/{gone['import_id']}/apply"
    refused = await program.post(apply)
    assert refused.status_code == 409
    assert "12 of the 12 open organisations" in refused.json()["detail"]
    assert (await kept(intake, "Z00003")).status is OrganisationStatus.OPEN
    assert (await program.post(f"{apply}?allow_closures=true")).status_code == 200
    assert (await kept(intake, "Z00003")).status is OrganisationStatus.CLOSED


async def test_the_programs_door_refuses_what_it_cannot_take(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    assert (await preview(program, "name,code")).status_code == 422
    assert (await preview(program, *LINES, query="?kind_of=RX1=bakery")).status_code == 422
    assert (await program.post(DOOR, json={})).status_code == 415
    large = await program.post(DOOR, content=b"x" * (8 * 1024 * 1024 + 1), headers=CSV)
    assert large.status_code == 413
    stranger = await intake.visitor()
    assert (await preview(stranger, *LINES)).status_code == 401
    nobody = "00000000-0000-7000-8000-000000000000"
    assert (await program.get(f"{DOOR}/{nobody}")).status_code == 404
    assert (await program.post(f"{DOOR}/{nobody}/apply")).status_code == 404


async def test_a_file_is_uploaded_checked_and_applied_on_pages(intake: Running) -> None:
    ada = await intake.sign_in("ada.quinn")
    shown = await upload(ada, *LINES, "broken", line("Z00009", setting="0"))
    address = shown.headers["location"]
    page = (await ada.get(address)).text
    assert "Line 4: has 1 columns instead of 27" in page
    assert "1 row left out: prescribing setting is not 4" in page
    assert "Apply 3 changes" in page
    assert "Q9A to 0Z9" in page
    assert "Commissioners that the directory does not know: 0Z9" in page
    only = (await ada.get(f"{address}?what=new")).text
    assert "Hill Surgery" in only
    assert "Q9A to 0Z9" not in only
    assert (await ada.post(address)).headers["location"] == address
    assert (await ada.post(address)).status_code == 303  # pressed twice
    assert "the directory now says what this file says" in (await ada.get(address)).text
    assert (await kept(intake, "Z00001")).name == "Elm Road Surgery"
    latest = (await ada.get(PAGE)).text
    assert "epraccur.csv" in latest
    assert "by Ada Quinn" in latest
    nothing = await upload(ada, *LINES)
    assert "There is nothing to apply" in (await ada.get(nothing.headers["location"])).text


async def test_the_page_asks_before_it_closes_many(intake: Running) -> None:
    ada = await intake.sign_in("ada.quinn")
    await ada.post((await upload(ada, *many("A"))).headers["location"])
    address = (await upload(ada, *many("C"))).headers["location"]
    refused = await ada.post(address)
    assert refused.status_code == 422
    assert "12 of the 12 open organisations" in refused.text
    assert (await ada.post(address, {"allow_closures": "true"})).status_code == 303
    assert (await kept(intake, "Z00003")).status is OrganisationStatus.CLOSED


async def test_an_upload_without_a_usable_file_is_refused_with_a_message(intake: Running) -> None:
    ada = await intake.sign_in("ada.quinn")
    for answer, message in (
        (await ada.post(PAGE, {"sort": "practice"}), "Select the file"),
        (await upload(ada, *LINES, values={"sort": ""}), "Select which file it is"),
        (
            await upload(ada, "PK\x03\x04 a spreadsheet", name="file.xlsx"),
            "no epraccur or etr file",
        ),
    ):
        assert answer.status_code == 422
        assert message in answer.text
    foreign = {"csrf_token": "another session's"}
    assert (await upload(ada, *LINES, values=foreign)).status_code == 403


async def test_only_the_support_unit_imports(intake: Running) -> None:
    for subject in ("amira.patel", "helen.marsh", "jo.lee"):
        person = await intake.sign_in(subject)
        assert (await person.get(PAGE)).status_code == 403
        assert (await upload(person, *LINES)).status_code == 403


async def test_an_organisation_closed_here_stays_closed(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    await intake.seed([closed(await kept(intake, "Y90001"), "Y90002")])
    shown = (await preview(program, *LINES)).json()
    assert shown["closed_here"] == ["Y90001"]
    assert {each["code"] for each in shown["steps"]} == {"Z00001", "Z00002"}


@pytest.mark.timeout(300)
async def test_the_national_file_goes_through_the_door_in_one_piece(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    before = await organisations(intake)
    content = national_file(16_000)
    shown = (await program.post(DOOR, content=content, headers=CSV)).json()
    assert shown["new"] == 16_000
    done = await program.post(f"{DOOR}/{shown['import_id']}/apply")
    assert done.status_code == 200
    assert await organisations(intake) == before + 16_000
    again = (await program.post(DOOR, content=content, headers=CSV)).json()
    assert (again["steps"], again["unchanged"]) == ([], 16_000)
