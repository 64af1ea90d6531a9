"""`insight dead-letters` on the running estate: what real services set aside is shown masked, replayed once and discarded."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.audit.verify import owner_url
from deploy.local.estate import Estate
from shared.contracts.cases import CASES_TOPIC
from tests.end_to_end.running import Ended, administrator, insight, settled
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
CANARY = "Cobalt Numbat"
NHS_NUMBER = "401 023 2137"
BY = ("--by", "Max Stone")


async def statement(estate: Estate, service: str, sql: str) -> None:
    engine = create_async_engine(owner_url(estate.settings, service))
    try:
        async with engine.begin() as connection:
            await connection.execute(text(sql))
    finally:
        await engine.dispose()


@asynccontextmanager
async def refusing(estate: Estate) -> AsyncIterator[None]:
    """While it lasts, classification's database does not take the canary."""
    forbid = "ADD CONSTRAINT for_now CHECK (text NOT LIKE '%Numbat%') NOT VALID"
    await statement(estate, "classification", f"ALTER TABLE report {forbid}")
    try:
        yield
    finally:
        await statement(estate, "classification", "ALTER TABLE report DROP CONSTRAINT for_now")


async def command(estate: Estate, *arguments: str) -> Ended:
    ended = await insight(estate, "dead-letters", *arguments)
    for said in (ended.out, ended.err):
        assert "cobalt" not in said.lower()
        assert "numbat" not in said.lower()
        assert "2137" not in said
    return ended


async def listed(estate: Estate, number: int, *arguments: str) -> list[dict[str, Any]]:
    """The groups, once so many letters wait."""

    async def there() -> list[dict[str, Any]]:
        ended = await command(estate, "list", "--json", *arguments)
        groups: list[dict[str, Any]] = json.loads(ended.out)
        assert sum(one["waiting"] for one in groups) == number, ended
        assert ended.code == (1 if number else 0), ended
        return groups or [{}]

    return await eventually(there, because=f"{number} letters")


async def accept_report(estate: Estate) -> str:
    report = {
        "reporter": "Y90001",
        "provider": "RZ1",
        "kind": "feedback",
        "rating": "poor",
        "service": "surgery",
        "happened_on": "2026-11-20",
        "text": f"{CANARY} was told to wait.",
    }
    async with administrator(estate) as client:
        answer = await client.post(
            "/api/v1/reports", json=report, headers={"Idempotency-Key": "numbat"}
        )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


async def test_what_a_database_refused_is_replayed_once_it_is_mended_and_only_then(
    estate: Estate,
) -> None:
    async with refusing(estate):
        reference = await accept_report(estate)
        (group,) = await listed(estate, 1, "--cause", "rule", "--service", "classification")
        early = await command(estate, "replay", group["group"], "--json", *BY)
        assert early.code == 1, early
        assert json.loads(early.out)["outcomes"]["refused"] == 1
    shown = json.loads((await command(estate, "show", group["group"], "--json")).out)
    (letter,) = shown["letters"]
    assert (letter["reference"], letter["state"], letter["tries"]) == (reference, "waiting", 1)
    assert ["text", "text, 31 characters"] in letter["shape"]["fields"]
    for which in (group["group"], letter["letter_id"]):
        said = (await command(estate, "show", which)).out
        assert reference in said
        assert "text, 31 characters" in said
    why = ("--reason", "The constraint is gone")
    done = await command(estate, "replay", letter["letter_id"], *why, *BY, "--json")
    assert done.code == 0, done
    assert json.loads(done.out)["outcomes"]["applied"] == 1
    again = await command(estate, "replay", letter["letter_id"], *BY)
    assert (again.code, again.out.strip()) == (0, "None of those waits for a decision.")
    history = json.loads((await command(estate, "show", letter["letter_id"], "--json")).out)
    steps = [(one["step"], one["who"]) for one in reversed(history["history"])]
    assert steps == [
        ("replay", "Max Stone"),
        ("refused", "Insight"),
        ("replay", "Max Stone"),
        ("applied", "Insight"),
    ]
    assert history["history"][1]["reason"] == why[1]
    await settled(estate)  # one verdict, as of every other report
    verified = await insight(estate, "audit", "verify", "--service", "reporting")
    assert verified.code == 0, verified


async def test_a_record_that_nobody_can_read_is_discarded_for_a_reason(estate: Estate) -> None:
    await settled(estate)
    topic = estate.settings.topic_prefix + CASES_TOPIC
    headers = [("ce_type", b"insight.case.opened.v1"), (CANARY, NHS_NUMBER.encode())]
    async with AIOKafkaProducer(bootstrap_servers=estate.settings.bootstrap) as producer:
        await producer.send_and_wait(topic, CANARY.encode(), key=b"401 023 2137", headers=headers)
    groups = await listed(estate, 3, "--cause", "bad-headers")
    assert {one["consumer"] for one in groups} == {"intake", "notifications", "reporting"}
    assert {one["detail"] for one in groups} == {"no header ce_id"}
    unread = await command(estate, "replay", "--cause", "bad-headers", "--json", *BY)
    assert unread.code == 1, unread
    assert json.loads(unread.out)["outcomes"]["refused"] == 3
    done = await command(
        estate, "discard", "--cause", "bad-headers", "--reason", "A test sent it", *BY, "--json"
    )
    assert done.code == 0, done
    assert json.loads(done.out)["outcomes"]["discarded"] == 3
    await listed(estate, 0, "--cause", "bad-headers")


async def test_without_a_database_it_says_so(estate: Estate) -> None:
    nowhere = estate.settings.model_copy(update={"postgres": "postgresql://nobody@127.0.0.1:1"})
    ended = await insight(Estate(nowhere), "dead-letters", "list")
    assert ended.code == 3
    assert "does not answer" in ended.err
