"""What people write and whom it is about stays in pages and databases: it shows in no log, mail, header, metric or span."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from deploy.cli.demo.people import Person
from deploy.local.estate import Estate
from deploy.local.settings import SERVICES
from tests.end_to_end.collector import Collector
from tests.end_to_end.records import all_records
from tests.end_to_end.running import administrator, mail_about, settled

CANARY = "Zaffre Quokka"
NHS_NUMBER = "943 476 5919"
TRACES = re.compile(rb"zaffre|quokka|943[ %20+-]{0,3}476[ %20+-]{0,3}5919", re.IGNORECASE)
WORDS = f"{CANARY} was told to wait. NHS number {NHS_NUMBER}."
WRONG = {"provider": CANARY, "kind": CANARY, "service": WORDS, "harm": WORDS, CANARY: NHS_NUMBER}


async def test_what_is_written_shows_in_no_log_mail_header_metric_or_span(
    estate: Estate, collector: Collector
) -> None:
    reference = await write_everywhere(estate)
    await mail_about(estate, reference, "the outcome is disputed")
    await settled(estate)

    shown = {
        **{f"log {file.name}": file.read_bytes() for file in logs(estate)},
        **{f"mail {file.name}": file.read_bytes() for file in estate.settings.mails.iterdir()},
        **{f"metrics of {name}": body async for name, body in metrics(estate)},
        **{f"spans {number}": body for number, body in enumerate(collector.bodies)},
    }
    assert [name for name, content in shown.items() if TRACES.search(content)] == []

    records = await all_records(estate)
    headers = [
        (record.topic, record.offset, name)
        for record in records
        for name, value in [*record.headers, ("key", record.key or b"")]
        if TRACES.search(name.encode() + value)
    ]
    assert headers == []
    # the report itself travels, for the themes and the provider; what identifies the patient does not
    about = [record for record in records if reference.encode() in (record.value or b"")]
    assert any(CANARY.encode() in (record.value or b"") for record in about)
    reports = [record for record in about if record.topic.endswith("insight.reports.v1")]
    assert len(reports) == 1
    assert b"5919" not in (reports[0].value or b"")


async def write_everywhere(estate: Estate) -> str:
    """The canary in every field of the API and of the case's forms, in right and wrong input; gives the report's reference."""
    async with administrator(estate) as client:
        report = {
            "reporter": "Y90001",
            "provider": "RZ1",
            "kind": "feedback",
            "rating": "poor",
            "service": "surgery",
            "happened_on": "2026-11-20",
            "text": WORDS,
            "question": WORDS,
        }
        headers = {"Idempotency-Key": "Zaffre-Quokka-943-476-5919"}
        answer = await client.post("/api/v1/reports", json=report, headers=headers)
        assert answer.status_code == 201, answer.text
        reference = str(answer.json()["reference"])
        again = await client.post(
            "/api/v1/reports", json={**report, "text": f"{WORDS} More."}, headers=headers
        )
        assert again.status_code == 409, again.text
        refused = await client.post("/api/v1/reports", json={**report, **WRONG}, headers=headers)
        assert refused.status_code == 422, refused.text
        many = {"reports": [{**report, **WRONG, "idempotency_key": WORDS}, WORDS]}
        assert (await client.post("/api/v1/reports/bulk", json=many)).json()["refused"] == 2
        for address in ("/", "/cases", "/trends", "/verdicts", "/messages", "/api/v1/reports"):
            assert (await client.get(address, params={"q": WORDS})).status_code < 500
    await asyncio.to_thread(answer_and_dispute, estate.url, reference)
    return reference


def answer_and_dispute(url: str, reference: str) -> None:
    """Every form of the case, by its people."""
    due_on = datetime.now(UTC).date() + timedelta(days=30)
    provider = Person(url, "jo.lee")
    provider.acknowledge(reference, CANARY, WORDS)
    provider.explain(reference, "swarm-huddle", WORDS, WORDS, ["person"])
    provider.plan(reference, WORDS, CANARY, due_on)
    provider.answer(reference, WORDS)
    Person(url, "amira.patel").dispute(reference, WORDS)


def logs(estate: Estate) -> Iterator[Path]:
    found = [file for file in (estate.settings.folder / "logs").iterdir() if file.is_file()]
    assert {file.stem for file in found} >= set(SERVICES)
    yield from found


async def metrics(estate: Estate) -> AsyncIterator[tuple[str, bytes]]:
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        for service in SERVICES:
            port = estate.settings.service_port(service)
            answer = await client.get(f"http://127.0.0.1:{port}/metrics")
            assert b"insight_facts" in answer.content
            yield service, answer.content
