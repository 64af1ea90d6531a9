"""What a key may do, until when, and what is remembered of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from services.intake import repository
from services.intake.domain.keys import (
    KeyState,
    KeysUsed,
    Scope,
    expiry_of,
    last_day_of,
    problem_with_last_day,
    state_of,
)
from tests.intake.samples import REPORT
from tests.support.apps import Running

PATH = "/api/v1/reports"
ORGANISATIONS = "/api/v1/directory/organisations"
PROVIDERS = "/api/v1/directory/providers"
OWN = {name: value for name, value in REPORT.items() if name != "reporter"}
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def partner(
    intake: Running, program: httpx2.AsyncClient, *scopes: str, **more: object
) -> httpx2.AsyncClient:
    wanted = {"organisation": "Y90001", "label": "their system", "scopes": scopes, **more}
    made = await program.post("/api/v1/keys", json=wanted)
    assert made.status_code == 201, made.text
    return await intake.visitor(Authorization=f"Bearer {made.json()['key']}")


async def outcome(client: httpx2.AsyncClient, method: str, path: str) -> int:
    headers = {"Idempotency-Key": str(uuid4())}
    bodies: Mapping[str, object] = {
        PATH: OWN,
        f"{PATH}/IN-0000-00/withdrawal": {"reason": "sent-twice"},
        f"{PATH}/bulk": {"reports": [{**OWN, "idempotency_key": str(uuid4())}]},
    }
    body = bodies.get(path) if method == "POST" else None
    return (await client.request(method, path, json=body, headers=headers)).status_code


NEEDS = {
    ("POST", PATH): (Scope.REPORTS_WRITE, 201),
    ("POST", f"{PATH}/bulk"): (Scope.REPORTS_WRITE, 200),
    ("POST", f"{PATH}/IN-0000-00/withdrawal"): (Scope.REPORTS_WRITE, 404),
    ("GET", f"{PATH}/IN-0000-00"): (Scope.REPORTS_READ, 404),
    ("GET", PROVIDERS): (Scope.DIRECTORY_READ, 200),
    ("GET", f"{ORGANISATIONS}/Y90001"): (Scope.DIRECTORY_READ, 200),
}


@pytest.mark.parametrize("scope", Scope)
async def test_a_key_opens_the_doors_of_its_scope_and_no_others(
    intake: Running, program: httpx2.AsyncClient, scope: Scope
) -> None:
    client = await partner(intake, program, scope)
    for (method, path), (needed, success) in NEEDS.items():
        expected = success if needed is scope else 403
        assert await outcome(client, method, path) == expected, (method, path)


async def test_the_refusal_says_which_scope_is_missing(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    client = await partner(intake, program, Scope.REPORTS_WRITE)
    refused = await client.get(f"{PATH}/IN-0000-00")
    assert refused.headers["content-type"] == "application/problem+json"
    assert "reports:read" in refused.json()["detail"]


async def test_every_operation_of_the_api_says_what_it_needs(intake: Running) -> None:
    visitor = await intake.visitor()
    document = (await visitor.get("/api/openapi.json")).json()
    told = {
        (method.upper(), path.replace("{reference}", "IN-0000-00").replace("{code}", "Y90001")): (
            operation["security"][0]["API key"]
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for door, (needed, _) in NEEDS.items():
        assert told.pop(door) == [needed], door
    assert set(map(tuple, told.values())) == {("administrator",)}
    page = (await visitor.get("/api/docs")).text
    assert all(f"<code>{scope}</code>" in page for scope in Scope)
    assert "the administrator&#39;s key" in page or "the administrator's key" in page


async def test_history_needs_the_scope_for_it_and_stays_the_organisations_own(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    reports = [
        {**OWN, "idempotency_key": "a", "historic": True},
        {**REPORT, "reporter": "Y90002", "idempotency_key": "b", "historic": True},
    ]
    usual = await partner(intake, program, Scope.REPORTS_WRITE)
    answer = (await usual.post(f"{PATH}/bulk", json={"reports": reports})).json()
    assert [each["errors"][0]["field"] for each in answer["results"]] == ["historic", "reporter"]
    assert "reports:import" in answer["results"][0]["errors"][0]["message"]
    importer = await partner(intake, program, Scope.REPORTS_WRITE, Scope.REPORTS_IMPORT)
    answer = (await importer.post(f"{PATH}/bulk", json={"reports": reports})).json()
    assert [each["status"] for each in answer["results"]] == ["accepted", "refused"]


async def test_a_key_reads_no_other_organisations_record_and_no_members_of_providers(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    client = await partner(intake, program, Scope.DIRECTORY_READ)
    assert await outcome(client, "GET", f"{ORGANISATIONS}/RZ1") == 404
    providers = (await client.get(PROVIDERS)).json()
    assert {each["code"] for each in providers} == {"RZ1", "RZ2", "RZ3"}
    assert {key for each in providers for key in each} == {"code", "name", "kind", "services"}


async def test_a_key_made_without_saying_what_for_sends_and_reads_reports(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    made = await program.post("/api/v1/keys", json={"organisation": "Y90001", "label": "x"})
    assert made.json()["scopes"] == ["reports:read", "reports:write"]
    assert made.json()["last_day"] is None
    none = {"organisation": "Y90001", "label": "x", "scopes": []}
    assert (await program.post("/api/v1/keys", json=none)).status_code == 422
    past = {"organisation": "Y90001", "label": "x", "last_day": "2020-01-01"}
    answer = await program.post("/api/v1/keys", json=past)
    assert answer.json()["errors"][0]["field"] == "last_day"


async def test_an_expired_key_opens_nothing_and_says_why(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    client = await partner(intake, program, Scope.REPORTS_READ, last_day="2029-01-31")
    assert await outcome(client, "GET", f"{PATH}/IN-0000-00") == 404
    async with intake.transactions.begin() as tx:
        await tx.connection.execute(text("UPDATE api_key SET expires_at = now()"))
    refused = await client.get(f"{PATH}/IN-0000-00")
    assert refused.status_code == 401
    assert "has expired" in refused.json()["detail"]


async def test_making_and_revoking_are_in_the_history_without_the_key(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    wanted = {"organisation": "Y90001", "label": "their system"}
    made = (await program.post("/api/v1/keys", json=wanted)).json()
    for _ in range(2):
        await program.delete(f"/api/v1/keys/{made['key_id']}")
    async with intake.transactions.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM audit_entry ORDER BY number"))).all()
    entries = [
        row for row in rows if row.kind == "key" and row.record_id == f"Y90001/{made['key_id']}"
    ]
    assert [(each.step, each.author_name) for each in entries] == [
        ("made", "Administrator's key"),
        ("revoked", "Administrator's key"),
    ]
    assert "their system" in entries[0].after
    assert made["key"].split("_", 2)[2] not in repr(rows)
    assert "digest" not in entries[0].after


async def test_a_use_is_written_once_a_minute_and_never_back_in_time(
    intake: Running, program: httpx2.AsyncClient
) -> None:
    wanted = {"organisation": "Y90001", "label": "their system"}
    made = UUID((await program.post("/api/v1/keys", json=wanted)).json()["key_id"])
    second = timedelta(seconds=1)
    written = []
    for at in (NOW, NOW + second, NOW - second, NOW + 59 * second, NOW + 60 * second):
        async with intake.transactions.begin() as tx:
            written.append(await repository.write_uses(tx.connection, {made: at, uuid4(): at}))
    assert written == [1, 0, 0, 0, 1]


def test_uses_are_noted_by_their_latest_time_and_taken_once() -> None:
    used, key = KeysUsed(), uuid4()
    used.note(key, NOW)
    used.note(key, NOW - timedelta(seconds=1))
    assert used.take() == {key: NOW}
    assert used.take() == {}


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)])
def test_a_last_day_ends_at_midnight_in_london_also_where_the_clocks_change(day: date) -> None:
    end = expiry_of(day)
    assert end is not None
    assert last_day_of(end) == day
    instant = end.astimezone(UTC)
    assert state_of(None, instant, instant - timedelta(seconds=1)) is KeyState.LIVE
    assert state_of(None, instant, instant) is KeyState.EXPIRED
    assert state_of(instant, None, instant) is KeyState.REVOKED


def test_a_last_day_lies_between_today_and_five_years_on() -> None:
    today = date(2026, 11, 23)
    assert problem_with_last_day(None, today) is None
    assert problem_with_last_day(today, today) is None
    assert problem_with_last_day(today - timedelta(days=1), today) is not None
    assert problem_with_last_day(date(2032, 1, 1), today) is not None
