"""Histories as Kafka may deliver them, told from a seed, and a database in which a service takes them in as the platform does."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from aiokafka import ConsumerRecord
from hypothesis import Phase, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select, text
from sqlalchemy.event import listen, remove
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.contracts.base import Fact
from shared.contracts.facts import FACTS
from shared.contracts.operations import Cause, DeadLetter
from shared.platform.batches import Batches, Record
from shared.platform.consumers import Consumers
from shared.platform.database import create_engine
from shared.platform.metrics import Metrics
from shared.platform.tables import outbox
from shared.platform.transaction import Transactions
from tests.support.databases import Databases
from tests.support.facts import Headers, proper_headers

F = TypeVar("F", bound=Fact)
Row = tuple[object, ...]
SEEDS = st.integers(min_value=0, max_value=2**32)
ON_A_DATABASE = settings(
    max_examples=settings().max_examples // 5,  # of the profile
    # A failing history is told again from its seed; to look for a smaller one takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    report_multiple_bugs=False,
)
_SAMPLES = Path("docs/contracts/samples")
_PARTITIONS = 3


def seeded(seed: int) -> Random:
    """The one source of chance: the same seed tells the same history and delivers it in the same way."""
    return Random(seed)  # noqa: S311 - histories, not secrets


@dataclass(frozen=True)
class Delivered:
    """A record, with the fact that a reader must find in it, or why it must be set aside. Neither: it is to be passed over."""

    record: Record
    fact: Fact | None = None
    cause: Cause | None = None


def released_samples(*contracts: type[Fact]) -> list[Fact]:
    """The samples of every version of these contracts that was ever released."""
    return [
        contract.model_validate_json(path.read_bytes()).model_copy(
            # Samples were not written to meet in one database: two may share an id.
            update={"event_id": uuid5(NAMESPACE_URL, path.name)}
        )
        for path in sorted(_SAMPLES.glob("*.json"))
        for contract in contracts
        if f"{path.stem}.".startswith(f"{contract.type}.")
    ]


def as_kafka_delivers(
    facts: Sequence[Fact], random: Random, *, late: float = 0.0
) -> list[list[Delivered]]:
    """Batches of records: keys interleaved in any order, each topic and key in its own; relays that repeat themselves, consumers
    that are sent back, older and newer writers, records that are none of the reader's business, and poison.

    `late`: so large a share of the facts comes after all others, in any order, as what was set aside does when it is replayed.
    """
    lines: dict[tuple[str, str], list[Fact]] = {}
    replayed: list[Fact] = []
    for fact in facts:
        if random.random() < late:
            replayed.append(fact)
        else:
            lines.setdefault((fact.topic, fact.key), []).append(fact)
    random.shuffle(replayed)
    sent = [*_relayed(lines, random), *replayed]
    return _in_batches(_on_topics(sent, random), random)


def _relayed(lines: dict[tuple[str, str], list[Fact]], random: Random) -> list[Fact]:
    """A relay that was stopped before it could forget what it had published publishes the last of it again."""
    sent: list[Fact] = []
    waiting = [line[::-1] for line in lines.values()]
    while waiting:
        at = random.randrange(len(waiting))
        sent.append(waiting[at].pop())
        if not waiting[at]:
            del waiting[at]
        if random.random() < 0.05:
            sent += sent[-random.randint(1, 12) :]
    return sent


def _on_topics(facts: Sequence[Fact], random: Random) -> list[Delivered]:
    ends: dict[tuple[str, int], int] = {}

    def placed(topic: str, key: bytes, value: bytes | None, headers: Headers) -> Record:
        partition = key[-1] % _PARTITIONS if key else 0
        offset = ends.setdefault((topic, partition), 0)
        ends[topic, partition] += 1
        length = len(value or b"")
        return ConsumerRecord(
            topic, partition, offset, 0, 0, key, value, None, len(key), length, tuple(headers)
        )

    found = []
    for fact in facts:
        key, headers = fact.key.encode(), proper_headers(fact)
        found.append(Delivered(placed(fact.topic, key, _written(fact, random), headers), fact))
        if random.random() < 0.06:
            cause, value, odd = random.choice(_ODD)(fact, random)
            found.append(Delivered(placed(fact.topic, key, value, odd), cause=cause))
    return found


def _written(fact: Fact, random: Random) -> bytes:
    """By a writer of today, by one that did not know the optional fields yet, or by one that knows more."""
    told = json.loads(fact.model_dump_json())
    match random.choice(("today", "older", "newer")):
        case "older":
            fields = type(fact).model_fields
            told = {
                name: value
                for name, value in told.items()
                if fields[name].is_required() or getattr(fact, name) != fields[name].default
            }
        case "newer":
            told |= {"of_a_later_version": {"deep": [1, None]}}
    return json.dumps(told).encode()


_Odd = tuple[Cause | None, bytes | None, Headers]


def _tombstone(fact: Fact, random: Random) -> _Odd:
    return None, None, proper_headers(fact)


def _of_a_later_type(fact: Fact, random: Random) -> _Odd:
    headers = dict(proper_headers(fact)) | {
        "ce_type": b"insight.case.forwarded.v1",
        "ce_id": str(UUID(int=random.getrandbits(128))).encode(),
    }
    return Cause.UNKNOWN_TYPE, fact.model_dump_json().encode(), list(headers.items())


def _broken_off(fact: Fact, random: Random) -> _Odd:
    return Cause.BAD_VALUE, fact.model_dump_json().encode()[:40], proper_headers(fact)


def _without_identity(fact: Fact, random: Random) -> _Odd:
    headers = [each for each in proper_headers(fact) if each[0] != "ce_id"]
    return Cause.BAD_HEADERS, fact.model_dump_json().encode(), headers


_ODD: Sequence[Callable[[Fact, Random], _Odd]] = (
    _tombstone,
    _of_a_later_type,
    _broken_off,
    _without_identity,
)


def _in_batches(records: Sequence[Delivered], random: Random) -> list[list[Delivered]]:
    """Cut anywhere; a consumer that could not commit its offsets is sent back and cuts differently."""
    batches, at = [], 0
    while at < len(records):
        size = random.choice((1, 3, 10, 40))
        batches.append(list(records[at : at + size]))
        at += size
        if random.random() < 0.15:
            at = max(0, at - random.randint(1, 30))
    return batches


@dataclass
class Listening:
    """One consumer group of a service: what it was sent, each fact told once, as a model is to hear it."""

    batches: Batches
    heard: set[UUID] = field(default_factory=set)
    set_aside: dict[tuple[str, int, int], Cause] = field(default_factory=dict)

    async def take(self, batch: Sequence[Delivered]) -> list[Fact]:
        """Lets the service take the batch; gives the facts that are new in it."""
        await self.batches.process([one.record for one in batch])
        for one in batch:
            if one.cause is not None:
                self.set_aside[_place(one.record)] = one.cause
        new = {one.fact.event_id: one.fact for one in reversed(batch) if one.fact is not None}
        found = [fact for identity, fact in reversed(new.items()) if identity not in self.heard]
        self.heard |= new.keys()
        return found


@dataclass(frozen=True)
class Stage:
    """A service's database, and nothing of the service running."""

    service: str
    engine: AsyncEngine
    owner: AsyncEngine

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.engine, source=self.service)

    def listening(self, consumers: Consumers) -> Listening:
        metrics = Metrics(self.service)
        return Listening(Batches(self.service, consumers, self.transactions, metrics, traced=False))

    async def clear(self) -> None:
        """Empty, but for the history's head, from which its numbers go on."""
        async with self.owner.begin() as connection:
            found = await connection.execute(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            )
            names = ", ".join(f'"{name}"' for name in found.scalars() if _is_cleared(name))
            await connection.execute(text(f"TRUNCATE {names}"))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the service asks the database while the block runs."""
        asked: list[str] = []

        def note(*event: Any) -> None:
            asked.append(event[2])

        engine = self.engine.sync_engine
        listen(engine, "before_cursor_execute", note)
        yield asked
        remove(engine, "before_cursor_execute", note)

    async def told(self, contract: type[F]) -> list[F]:
        """The facts of this type in the outbox, in order."""
        async with self.transactions.read() as connection:
            rows = await connection.execute(
                select(outbox.c.headers, outbox.c.value).order_by(outbox.c.id)
            )
            found = [
                FACTS[headers["ce_type"]].model_validate_json(value) for headers, value in rows
            ]
        return [fact for fact in found if isinstance(fact, contract)]

    async def rows(self, table: Table, *columns: str) -> list[Row]:
        async with self.transactions.read() as connection:
            found = await connection.execute(select(*(table.c[name] for name in columns)))
            return as_rows(tuple(row) for row in found)

    async def assert_set_aside(self, *listening: Listening) -> None:
        """What could not be read was set aside once, for its cause and as it came; nothing else was."""
        found = [
            ((each.origin_topic, each.origin_partition, each.origin_offset), each.cause)
            for each in await self.told(DeadLetter)
        ]
        expected = [item for one in listening for item in one.set_aside.items()]
        assert sorted(found) == sorted(expected)


def as_rows(rows: Iterable[Row]) -> list[Row]:
    """In one order, and with every time in one zone's words."""
    told = (tuple(map(_in_utc, row)) for row in rows)
    return sorted(told, key=repr)


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _is_cleared(table: str) -> bool:
    return table != "audit_head" and not table.endswith("_version")


@asynccontextmanager
async def stage(databases: Databases, service: str) -> AsyncIterator[Stage]:
    """A fresh database of the service."""
    url = await databases.fresh(service)
    engine = create_engine(url, pool=5, application="tests")
    owner = create_async_engine(databases.as_owner(url))
    yield Stage(service, engine, owner)
    await engine.dispose()
    await owner.dispose()
    await databases.drop(url)
