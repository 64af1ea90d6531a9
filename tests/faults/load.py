"""Reports through the public door, at a steady rate, and the receipts: what the estate has promised.

An answer that is lost (no connection, a 5xx) proves nothing, so the same report is sent with the same key until there is one.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from deploy.cli.bench.workload import PRACTICES, PROVIDERS
from deploy.cli.demo.history import latest

BULK = 60
BULK_EVERY_SECONDS = 1.0
SINGLE_SENDERS = 4
SINGLE_EVERY_SECONDS = 0.2
ASK_AGAIN_SECONDS = 0.2
PATIENCE_SECONDS = 120
STORIES = 2_000


@dataclass(frozen=True)
class Promise:
    """A report that intake has said it keeps."""

    key: str
    reference: str
    reporter: str
    provider: str
    kind: str
    month: str
    """Of the event, as its first day."""
    historic: bool


@dataclass
class Promises:
    kept: dict[str, Promise] = field(default_factory=dict)
    """By idempotency key."""
    asked_again: int = 0
    """Requests whose answer was lost."""


class Load:
    """Sends until told to stop; may be run again, and then goes on with other reports."""

    def __init__(self, url: str, administrator_key: str, seed: int) -> None:
        self.promises = Promises()
        self._url = url
        self._headers = {"Authorization": f"Bearer {administrator_key}"}
        self._items = _items(seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Raises `AssertionError` when intake refuses a report, or does not answer for two minutes."""
        async with httpx2.AsyncClient(
            base_url=self._url, headers=self._headers, timeout=15, trust_env=False
        ) as client:
            senders = [
                _every(SINGLE_EVERY_SECONDS, stop, lambda: self._send_one(client))
                for _ in range(SINGLE_SENDERS)
            ]
            bulk = _every(BULK_EVERY_SECONDS, stop, lambda: self._send_bulk(client))
            await asyncio.gather(bulk, *senders)

    async def _send_one(self, client: httpx2.AsyncClient) -> None:
        item = next(self._items) | {"historic": False}
        body = {
            name: value
            for name, value in item.items()
            if name not in {"idempotency_key", "historic"}
        }
        headers = {"Idempotency-Key": item["idempotency_key"]}
        answer = await self._until_answered(
            lambda: client.post("/api/v1/reports", json=body, headers=headers)
        )
        assert answer.status_code in {200, 201}, answer.text
        self._keep(item, answer.json()["reference"])

    async def _send_bulk(self, client: httpx2.AsyncClient) -> None:
        items = [next(self._items) for _ in range(BULK)]
        answer = await self._until_answered(
            lambda: client.post("/api/v1/reports/bulk", json={"reports": items})
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["refused"] == 0, told
        for item, result in zip(items, told["results"], strict=True):
            self._keep(item, result["reference"])

    async def _until_answered(
        self, send: Callable[[], Awaitable[httpx2.Response]]
    ) -> httpx2.Response:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await send()
                except httpx2.TransportError:
                    pass
                else:
                    if answer.status_code < 500 and answer.status_code != 429:
                        return answer
                self.promises.asked_again += 1
                await asyncio.sleep(ASK_AGAIN_SECONDS)

    def _keep(self, item: dict[str, Any], reference: str) -> None:
        self.promises.kept[item["idempotency_key"]] = Promise(
            key=item["idempotency_key"],
            reference=reference,
            reporter=item["reporter"],
            provider=item["provider"],
            kind=item["kind"],
            month=item["happened_on"][:8] + "01",
            historic=item["historic"],
        )


def _items(seed: int) -> Iterator[dict[str, Any]]:
    """Reports for the bulk door without end; a third of them are history."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    stories = latest(seed, datetime.now(UTC).date(), STORIES, PRACTICES, PROVIDERS)
    number = 0
    while True:
        one = stories[number % STORIES]
        yield {
            "idempotency_key": f"{seed}-{number}",
            "reporter": one.reporter,
            "provider": one.provider,
            "service": one.story.service,
            "kind": one.story.kind,
            "tenet": one.story.tenet,
            "harm": one.story.harm,
            "rating": one.story.rating,
            "happened_on": one.happened_on.isoformat(),
            "text": one.text,
            "historic": chance.random() < 1 / 3,
        }
        number += 1


async def _every(seconds: float, stop: asyncio.Event, send: Callable[[], Awaitable[None]]) -> None:
    """What has begun is carried through, so that every report sent is one that was promised."""
    while not stop.is_set():
        await send()
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue
