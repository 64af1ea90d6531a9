"""Programs' doors: one report, keys, and what the doors say of themselves."""

import asyncio

import httpx2
import pytest

from shared.contracts.reports import ReportSubmitted, Source
from tests.intake.api import ORGANISATIONS, PATH, bearer, is_problem, key_for, send
from tests.intake.samples import REPORT
from tests.support.apps import Running
from tests.support.facts import Facts

pytestmark = pytest.mark.integration


async def test_a_report_is_kept_published_and_found_where_the_location_says(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    answer = await send(program)
    assert answer.status_code == 201
    receipt = answer.json()
    assert answer.headers["location"] == f"{PATH}/{receipt['reference']}"
    fact = await facts.expect(ReportSubmitted)
    assert (str(fact.report_id), fact.source) == (receipt["report_id"], Source.API)
    assert fact.submitted_by is None
    status = (await program.get(answer.headers["location"])).json()
    assert (status["reference"], status["state"]) == (receipt["reference"], None)
    assert "text" not in status


async def test_the_same_again_gives_the_same_receipt(program: httpx2.AsyncClient) -> None:
    first, second = await send(program), await send(program)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["location"] == first.headers["location"]
    assert {**second.json(), "already_there": False} == first.json()
    assert second.json()["already_there"]


async def test_a_race_with_one_key_makes_one_report(
    program: httpx2.AsyncClient, facts: Facts
) -> None:
    answers = await asyncio.gather(*(send(program) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.json()["reference"] for each in answers}) == 1
    await send(program, key="later")
    await facts.expect_all(ReportSubmitted, count=2)
    assert len(facts.seen(ReportSubmitted)) == 2


async def test_one_key_with_other_content_is_a_conflict_also_in_a_race(
    program: httpx2.AsyncClient,
) -> None:
    answers = await asyncio.gather(
        *(send(program, {**REPORT, "text": f"Story {number}"}) for number in range(4))
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert all(is_problem(each, 409) for each in answers if each.status_code != 201)


async def test_two_organisations_may_use_the_same_key(program: httpx2.AsyncClient) -> None:
    assert (await send(program)).status_code == 201
    assert (await send(program, {**REPORT, "reporter": "Y90002"})).status_code == 201


async def test_batches_with_common_keys_in_opposite_order_all_end(
    program: httpx2.AsyncClient,
) -> None:
    reports = [{**REPORT, "idempotency_key": f"k{number}"} for number in range(200)]
    answers = await asyncio.gather(
        *(
            program.post(f"{PATH}/bulk", json={"reports": each})
            for each in (reports, reports[::-1], reports, reports[::-1])
        )
    )
    assert {each.status_code for each in answers} == {200}
    assert sum(each.json()["accepted"] for each in answers) == 200
    assert sum(each.json()["already_there"] for each in answers) == 600


WRONG_FIELDS: tuple[tuple[dict[str, object], str], ...] = (
    ({"reporter": "NOBODY"}, "reporter"),
    ({"reporter": None}, "reporter"),
    ({"provider": "NOBODY"}, "provider"),
    ({"provider": 10**300}, "provider"),
    ({"service": "crisis-team"}, "service"),
    ({"kind": "gossip"}, "kind"),
    ({"tenet": None}, "tenet"),
    ({"happened_on": "2999-01-01"}, "happened_on"),
    ({"happened_on": 1_700_000_000}, "happened_on"),
    ({"happened_on": "20/11/2025"}, "happened_on"),
    ({"harm": None}, "harm"),
    ({"harm": "total"}, "harm"),
    ({"rating": "good"}, "rating"),
    ({"text": ""}, "text"),
    ({"text": "nul\0"}, "text"),
    ({"text": ["a"]}, "text"),
    ({"text": "a" * 10_001}, "text"),
    ({"misspelt": 1}, "misspelt"),
    ({"historic": True}, "historic"),
)


async def test_each_wrong_field_is_named(program: httpx2.AsyncClient) -> None:
    for changes, field in WRONG_FIELDS:
        answer = await send(program, {**REPORT, **changes})
        assert is_problem(answer, 422), changes
        assert field in {each["field"] for each in answer.json()["errors"]}, changes
        assert all(each["message"] for each in answer.json()["errors"])


UNREADABLE: tuple[tuple[bytes, str, int], ...] = (
    (b"{", "application/json", 400),
    (b'{"text": "caf\xe9"}', "application/json", 400),
    (b'{"text": "\\ud800"}', "application/json", 400),
    (b'{"text": NaN}', "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b"[]", "application/json", 422),
    (b"null", "application/json", 422),
    (b"", "application/json", 422),
    (b"{}", "text/plain", 415),
    (b"text=x", "application/x-www-form-urlencoded", 415),
    (b" " * 1_100_000, "application/json", 413),
)


async def test_a_body_that_cannot_be_read_is_a_clear_problem(program: httpx2.AsyncClient) -> None:
    for content, content_type, status in UNREADABLE:
        headers = {"Idempotency-Key": "k", "Content-Type": content_type}
        answer = await program.post(PATH, content=content, headers=headers)
        assert is_problem(answer, status), content[:40]


async def test_a_report_needs_a_proper_idempotency_key(program: httpx2.AsyncClient) -> None:
    for headers in ({}, *({"Idempotency-Key": key} for key in ("", "two words", "k" * 201))):
        assert is_problem(await program.post(PATH, json=REPORT, headers=headers), 422), headers


DOORS = (
    ("POST", PATH),
    ("POST", f"{PATH}/bulk"),
    ("GET", f"{PATH}/IN-0000-00"),
    ("POST", f"{PATH}/IN-0000-00/withdrawal"),
    ("PUT", f"{ORGANISATIONS}/RZ1"),
    ("GET", f"{ORGANISATIONS}/RZ1"),
    ("GET", "/api/v1/directory/providers"),
    ("POST", "/api/v1/keys"),
    ("DELETE", "/api/v1/keys/01890000-0000-7000-8000-000000000000"),
)


async def test_without_a_valid_key_no_door_opens(intake: Running) -> None:
    stranger = await intake.visitor()
    for value in (b"", b"Bearer wrong", b"Basic eDp5", b"Bearer insight_\xe9"):
        headers = {b"Authorization": value} if value else {}
        for method, path in DOORS:
            json: dict[str, str] | None = {} if method in ("POST", "PUT") else None
            answer = await stranger.request(method, path, json=json, headers=headers)
            assert is_problem(answer, 401), (method, path, value)
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_signed_in_browser_opens_no_door_of_programs(intake: Running) -> None:
    ada = await intake.sign_in("ada.quinn")
    assert is_problem(await ada.client.get(f"{ORGANISATIONS}/RZ1"), 401)


async def test_a_key_acts_for_its_organisation_only_and_until_it_is_revoked(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    made = await key_for(program, "Y90001")
    partner = await intake.visitor(**bearer(made["key"]))
    own = {name: value for name, value in REPORT.items() if name != "reporter"}
    sent = await send(partner, own)
    assert sent.status_code == 201
    assert is_problem(await send(partner, {**own, "reporter": "Y90002"}, "k2"), 422)
    others = await send(program, {**REPORT, "reporter": "Y90002"}, "k3")
    assert is_problem(await partner.get(others.headers["location"]), 404)
    assert (await partner.get(sent.headers["location"])).status_code == 200
    for answer in (
        await partner.put(f"{ORGANISATIONS}/Y90001", json={"name": "Mine", "kind": "practice"}),
        await partner.get(f"{ORGANISATIONS}/Y90001"),
        await partner.post("/api/v1/keys", json={"organisation": "Y90001", "label": "more"}),
        await partner.delete(f"/api/v1/keys/{made['key_id']}"),
    ):
        assert is_problem(answer, 403)

    assert (await program.delete(f"/api/v1/keys/{made['key_id']}")).status_code == 204
    assert (await program.delete(f"/api/v1/keys/{made['key_id']}")).status_code == 204
    assert is_problem(await send(partner, own, "k4"), 401)


async def test_keys_are_made_for_known_organisations_only(program: httpx2.AsyncClient) -> None:
    unknown = await program.post("/api/v1/keys", json={"organisation": "NOBODY", "label": "x"})
    assert is_problem(unknown, 422)
    nobody = "01890000-0000-7000-8000-000000000000"
    assert is_problem(await program.delete(f"/api/v1/keys/{nobody}"), 404)
    assert is_problem(await program.delete("/api/v1/keys/nonsense"), 404)


async def test_references_that_are_none_are_not_found(program: httpx2.AsyncClient) -> None:
    for reference in ("nothing", "%00", "IN-0000-00", "x" * 500):
        assert is_problem(await program.get(f"{PATH}/{reference}"), 404)


async def test_the_interface_is_described_for_people_and_for_tools(intake: Running) -> None:
    visitor = await intake.visitor()
    document = (await visitor.get("/api/openapi.json")).json()
    operations = {
        (method, path) for path, methods in document["paths"].items() for method in methods
    }
    assert operations == {
        ("post", PATH),
        ("post", f"{PATH}/bulk"),
        ("get", f"{PATH}/{{reference}}"),
        ("post", f"{PATH}/{{reference}}/withdrawal"),
        ("get", "/api/v1/directory/providers"),
        ("put", f"{ORGANISATIONS}/{{code}}"),
        ("get", f"{ORGANISATIONS}/{{code}}"),
        ("post", "/api/v1/directory/imports"),
        ("get", "/api/v1/directory/imports/{import_id}"),
        ("post", "/api/v1/directory/imports/{import_id}/apply"),
        ("post", "/api/v1/keys"),
        ("delete", "/api/v1/keys/{key_id}"),
    }
    page = await visitor.get("/api/docs")
    assert page.status_code == 200
    for method, path in operations:
        assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "anticoagulant" in page.text
    assert "https://" not in page.text
