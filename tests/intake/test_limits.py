"""Floods at intake's real doors: what is asked too often is put off, and everybody else is served."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest

from services.intake.app import create_app
from services.intake.settings import Settings
from tests.conftest import SettingsFor
from tests.intake.samples import BEARER, KEYS, REPORT
from tests.support.apps import Running, running
from tests.support.directory import directory
from tests.support.waiting import eventually

PATH = "/api/v1/reports"
OWN = {name: value for name, value in REPORT.items() if name != "reporter"}
LIMITS = {"KEY": 30, "PROGRAMS": 45, "WRONG_KEYS": 5, "ADDRESS": 100_000}


@pytest.fixture
async def intake(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    """With limits that a test can reach."""
    monkeypatch.setenv("INSIGHT_WEB_RATE_SCALE", "1")
    for name, number in LIMITS.items():
        monkeypatch.setenv(f"INSIGHT_WEB_{name}_PER_MINUTE", str(number))
    app = create_app(await settings_for(Settings, **KEYS))
    async with running(app, directory()) as service:
        yield service


async def partner(intake: Running, organisation: str) -> httpx2.AsyncClient:
    program = await intake.visitor(**BEARER)
    wanted = {"organisation": organisation, "label": "their system"}
    key = (await program.post("/api/v1/keys", json=wanted)).json()["key"]
    return await intake.visitor(Authorization=f"Bearer {key}")


async def send(client: httpx2.AsyncClient, **more: object) -> httpx2.Response:
    headers = {"Idempotency-Key": str(uuid4())}
    return await client.post(PATH, json={**OWN, **more}, headers=headers)


async def test_a_flood_from_one_organisation_leaves_the_others_unaffected(intake: Running) -> None:
    wild, calm = await partner(intake, "Y90001"), await partner(intake, "Y90002")
    amira, tom = await intake.sign_in("amira.patel"), await intake.sign_in("tom.bright")
    flood = [asyncio.create_task(send(wild)) for _ in range(200)]
    others = [await send(calm) for _ in range(20)]
    pages = [await amira.get("/reports"), await tom.get("/reports")]
    answers = await asyncio.gather(*flood)
    assert Counter(each.status_code for each in others) == {201: 20}
    assert [page.status_code for page in pages] == [200, 200]
    counted = Counter(each.status_code for each in answers)
    # A slow machine may give up waiting for its database: 503 asks the one who floods to try again, too.
    assert {201, 429} <= set(counted) <= {201, 429, 503}
    assert counted[429] > 100
    for refused in (each for each in answers if each.status_code == 429):
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["Content-Type"] == "application/problem+json"


async def test_what_is_put_off_and_sent_again_makes_one_report(intake: Running) -> None:
    wild = await partner(intake, "Y90001")

    async def post(_: int = 0) -> int:
        headers = {"Idempotency-Key": "the-one"}
        return (await wild.post(PATH, json=OWN, headers=headers)).status_code

    async def accepted() -> bool:
        return await post() == 200

    counted = Counter(await asyncio.gather(*map(post, range(100))))
    assert {201, 429} <= set(counted) <= {200, 201, 429, 503}
    assert counted[201] == 1
    assert await eventually(accepted)


async def test_several_keys_of_one_organisation_share_a_limit(intake: Running) -> None:
    keys = [await partner(intake, "Y90001") for _ in range(4)]
    answers = [await client.get(f"{PATH}/x") for client in keys for _ in range(25)]
    assert Counter(each.status_code for each in answers[:25]) == {404: 25}
    assert Counter(each.status_code for each in answers[25:])[429] > 0


async def test_a_bulk_request_counts_as_many(intake: Running) -> None:
    wild = await partner(intake, "Y90001")
    answers = [await wild.post(f"{PATH}/bulk", json={"reports": [{}]}) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]


async def test_wrong_keys_are_put_off_by_address_and_right_ones_from_there_are_not(
    intake: Running,
) -> None:
    right = await partner(intake, "Y90001")
    guess = {"Authorization": f"Bearer insight_{'0' * 32}_{'a' * 43}"}
    stranger = await intake.visitor(**guess)
    codes = [(await stranger.get(f"{PATH}/x")).status_code for _ in range(8)]
    assert codes[:5] == [401] * 5
    assert 429 in codes[5:]
    assert (await right.get(f"{PATH}/x")).status_code == 404
    elsewhere = await intake.visitor(**guess, **{"X-Forwarded-For": "192.0.2.9"})
    assert (await elsewhere.get(f"{PATH}/x")).status_code == 401


async def test_the_administrators_key_is_not_limited_by_key(intake: Running) -> None:
    program = await intake.visitor(**BEARER)
    answers = [await program.get(f"{PATH}/x") for _ in range(60)]
    assert Counter(each.status_code for each in answers) == {404: 60}


async def test_nothing_is_read_from_whoever_has_no_key(intake: Running) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(256):
            read += 65_536
            yield b"[" * 65_536

    for key in ("", "Bearer wrong", f"Bearer insight_{'0' * 32}_{'a' * 43}"):
        stranger = await intake.visitor(Authorization=key)
        headers = {"Content-Type": "application/json"}
        answer = await stranger.post(f"{PATH}/bulk", content=body(), headers=headers)
        assert answer.status_code == 401
    assert read <= 3 * 65_536


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"reports":[' + b"[]," * 1_000_000 + b"[]]}", 413),
        (b'{"reports":' + b"[" * 100_000, 400),
        (b'{"reports":' + b'{"a":' * 100_000, 400),
        (b" " * (16 * 1024 * 1024 + 1), 413),
        ('{"reports":[]}'.encode("utf-16"), 400),
        (b'{"reports":[' + b"1," * 1_001 + b"1]}", 422),
        (b'{"reports":[' + b"9" * 100_000 + b"]}", 400),
    ],
    ids=(
        "many values",
        "deep lists",
        "deep objects",
        "large",
        "UTF-16",
        "many reports",
        "long number",
    ),
)
async def test_a_body_is_bounded_in_bytes_depth_and_values(
    intake: Running, body: bytes, status: int
) -> None:
    program = await intake.visitor(**BEARER)
    headers = {"Content-Type": "application/json"}
    answer = await program.post(f"{PATH}/bulk", content=body, headers=headers)
    assert answer.status_code == status
