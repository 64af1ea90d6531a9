"""Records that no producer of ours would write, straight to Kafka, among the good ones.

Each carries its name and expected cause in its key (`poison bad-value 17`), by which the ledger finds it again.
"""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contracts.cases import CASES_TOPIC
from shared.contracts.operations import Cause
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from tests.support.facts import Headers, proper_headers
from tests.support.reports import report

KEY_BEGINS = b"poison "
EVERY_SECONDS = 0.4
LISTENERS = {
    REPORTS_TOPIC: ("classification", "actions", "reporting"),
    CASES_TOPIC: ("intake", "notifications", "reporting"),
}
"""Who must set aside what is on the topic: between the two, every service."""


@dataclass(frozen=True)
class Poison:
    cause: Cause
    value: bytes
    headers: Headers


def key_of(cause: Cause, number: int) -> bytes:
    return KEY_BEGINS + f"{cause.value} {number}".encode()


def cause_in(key: bytes | None) -> Cause | None:
    """The cause a poison record must be set aside with; none for a record that is no poison."""
    if key is None or not key.startswith(KEY_BEGINS):
        return None
    return Cause(key.split()[1].decode())


class Poisoner:
    """Publishes one of each kind in turn, until told to stop."""

    def __init__(self, bootstrap: str, seed: int) -> None:
        self.sent = 0
        self._bootstrap = bootstrap
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._numbers = itertools.count()

    async def run(self, stop: asyncio.Event) -> None:
        """A copy that Kafka takes twice is two records, each to be set aside: the ledger reads them from the topic."""
        async with AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all") as producer:
            while not stop.is_set():
                for topic in LISTENERS:
                    await self._send(producer, topic, self._chance.choice(list(_kinds())))
                try:
                    await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
                except TimeoutError:
                    continue

    async def _send(self, producer: AIOKafkaProducer, topic: str, poison: Poison) -> None:
        key = key_of(poison.cause, next(self._numbers))
        while True:
            try:
                await producer.send_and_wait(
                    topic, poison.value, key=key, headers=list(poison.headers)
                )
            except KafkaError:
                continue  # the broker is being killed; the producer itself waits between its tries
            self.sent += 1
            return


def _kinds() -> Iterator[Poison]:
    fact: ReportSubmitted = report()
    good, headers = fact.model_dump_json().encode(), dict(proper_headers(fact))
    yield Poison(Cause.BAD_VALUE, b'{"report_id": ', list(headers.items()))
    yield Poison(Cause.BAD_VALUE, b'{"text": "of another shape"}', list(headers.items()))
    undecodable = headers | {"ce_subject": b"\xff\x00\xfe"}
    yield Poison(Cause.BAD_HEADERS, good, list(undecodable.items()))
    yield Poison(Cause.BAD_HEADERS, good, [])
    unknown = headers | {"ce_type": b"insight.report.eaten.v1"}
    yield Poison(Cause.UNKNOWN_TYPE, good, list(unknown.items()))
