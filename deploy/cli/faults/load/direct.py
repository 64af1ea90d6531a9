"""Reports straight to Kafka, as intake's relay would publish them: many, with copies, and in the shapes of older and newer releases.

Kafka's acknowledgement is the receipt. A record that was not acknowledged is sent again, which makes a copy at worst.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.cli.faults.ledger.told import Promise
from deploy.cli.faults.load.reports import Report
from deploy.local.parts import ROOT
from shared.contracts.base import Fact
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.facts import FACTS
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.contracts.themes import THEMES_TOPIC
from shared.platform.records import headers_of

SOURCE = "faults"
COPIED = 0.03
"""Reports sent twice at once, and as many again later."""
REMEMBERED = 2_000
SAMPLES = ROOT / "docs" / "contracts" / "samples"
SAMPLED = {CASES_TOPIC, THEMES_TOPIC, MESSAGES_TOPIC}
"""Released samples of facts about reports that nobody has sent; those of reports are shapes, see `_shaped`."""

Record = tuple[str, bytes, bytes, list[tuple[str, bytes]]]
"""Topic, key, value and headers."""


def encoded(fact: Fact) -> list[tuple[str, bytes]]:
    """A fact's headers, as a producer of ours would send it."""
    named = headers_of(fact, source=SOURCE, traceparent=None)
    return [(name, value.encode()) for name, value in named.items()]


class Direct:
    """`producer` is the caller's to start and stop."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        prefix: str,
        reports: Iterator[Report],
        keep: Callable[[Promise], None],
        seed: int,
    ) -> None:
        self._producer = producer
        self._prefix = prefix
        self._reports = reports
        self._keep = keep
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._sent: deque[Record] = deque(maxlen=REMEMBERED)

    async def send(self, count: int) -> int:
        """So many new reports; returns once Kafka has them all."""
        now = datetime.now(UTC)
        new = [next(self._reports) for _ in range(count)]
        records: list[Record] = []
        for report in new:
            fact = report.fact(now)
            record = (REPORTS_TOPIC, fact.key.encode(), self._shaped(fact), encoded(fact))
            records += [record] * (1 + (self._chance.random() < COPIED))
            self._sent.append(record)
        records += [
            one for one in self._sent if self._chance.random() < COPIED * count / REMEMBERED
        ]
        await asyncio.gather(*(self._until_taken(record) for record in records))
        for report in new:
            self._keep(_promise(report, now))
        return count

    async def send_samples(self) -> None:
        """Every released sample of the facts about reports, in the order in which they happen."""
        for topic, key, value, headers in samples():
            await self._until_taken((topic, key, value, headers))

    def _shaped(self, fact: ReportSubmitted) -> bytes:
        """As an older release wrote it, which knew fewer optional fields, as this one does, or as a newer one will."""
        shape = self._chance.choice(("older", "present", "newer"))
        told = fact.model_dump(mode="json")
        if shape == "older":
            told = {name: value for name, value in told.items() if value not in (None, False)}
        if shape == "newer":
            told |= {"of_a_later_release": {"deep": [1, None]}}
        return json.dumps(told).encode()

    async def _until_taken(self, record: Record) -> None:
        topic, key, value, headers = record
        while True:
            try:
                await (
                    await self._producer.send(self._prefix + topic, value, key=key, headers=headers)
                )
            except KafkaError:
                continue  # the broker is away; the producer itself waits between its tries
            return


def samples() -> Sequence[Record]:
    found = []
    for file in sorted(SAMPLES.glob("*.json")):
        contract = _contract_of(file)
        if contract is not None and contract.topic in SAMPLED:
            fact = contract.model_validate_json(file.read_bytes())
            place = (contract.topic, json.loads(file.read_bytes()).get("revision", 0))
            found.append((place, fact, file.read_bytes()))
    found.sort(key=lambda one: one[0])
    return [(fact.topic, fact.key.encode(), value, encoded(fact)) for _, fact, value in found]


def _contract_of(file: Path) -> type[Fact] | None:
    """A sample is named after its type; a second one of the type has a word more."""
    named = (fact for name, fact in FACTS.items() if f"{file.stem}.".startswith(f"{name}."))
    return next(named, None)


def _promise(report: Report, now: datetime) -> Promise:
    accepted = report.fact(now).occurred_at.timestamp()
    return Promise(
        key=report.key,
        reference=report.reference,
        report_id=str(report.report_id),
        reporter=report.body["reporter"],
        provider=report.body["provider"],
        kind=report.body["kind"],
        month=report.month,
        historic=report.historic,
        late=report.late,
        accepted_from=accepted,
        accepted_until=accepted,
    )
