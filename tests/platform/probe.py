"""The smallest service there can be: it notes each report it applies, and can be told to fail in every way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pydantic_settings import SettingsConfigDict
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.ext.asyncio import create_async_engine

from shared.contracts.reports import ReportSubmitted, Tenet
from shared.contracts.themes import ThemesAssigned
from shared.platform import tables
from shared.platform.consumers import Consumers
from shared.platform.database import insert_rows
from shared.platform.failures import Rejected
from shared.platform.runtime import Runtime
from shared.platform.settings import ServiceSettings
from shared.platform.timers import Timers
from shared.platform.transaction import Transaction
from tests.support.settings import settings_of

metadata = MetaData()

# No key on report_id: a second effect of one report must be seen, not refused.
effect = Table(
    "effect",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("small", Integer),
    CheckConstraint("text <> 'the database refuses this'"),
)

REFUSED_BY_RULE = "a rule refuses this"
REFUSED_BY_DATABASE = "the database refuses this"
REFUSED_BY_CODE = "the code cannot take this"
TOO_LARGE_FOR_COLUMN = "a number too large for its column"


class ProbeSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PROBE_", frozen=True)
    service: ClassVar[str] = "probe"


def themes_of(report: ReportSubmitted, tx: Transaction, revision: int = 1) -> ThemesAssigned:
    return ThemesAssigned(
        occurred_at=tx.now,
        report_id=report.report_id,
        revision=revision,
        tenet=Tenet.SAFETY,
        themes=(),
        taxonomy_version="1",
        model_version="1",
    )


async def note(reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
    """One effect and one fact for each report; refuses those whose text says so."""
    for report in reports:
        if report.text == REFUSED_BY_RULE:
            raise Rejected("the rule says no")
        if report.text == REFUSED_BY_CODE:
            raise ValueError(report.text)
    await insert_rows(
        tx.connection,
        effect,
        [
            {
                "report_id": report.report_id,
                "reference": report.reference,
                "text": report.text,
                "small": 2**40 if report.text == TOO_LARGE_FOR_COLUMN else 1,
            }
            for report in reports
        ],
    )
    tx.emit_all(themes_of(report, tx) for report in reports)


ReportHandler = Callable[[Sequence[ReportSubmitted], Transaction], Awaitable[None]]


@dataclass
class Gate:
    """A handler that does `note` when it is let: closed, it waits; broken, it raises what it is given."""

    error: Exception | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[list[UUID]] = field(default_factory=list)

    async def __call__(self, reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
        self.calls.append([report.report_id for report in reports])
        await note(reports, tx)
        self.entered.set()
        if self.error:
            raise self.error
        await self.opened.wait()


@dataclass
class Probe:
    runtime: Runtime

    @property
    def settings(self) -> ServiceSettings:
        return self.runtime.settings

    async def effects(self) -> list[UUID]:
        """The reports applied, in the order of applying."""
        async with self.runtime.transactions.read() as connection:
            rows = await connection.execute(select(effect.c.report_id).order_by(effect.c.number))
            return [row[0] for row in rows]

    async def committed(self) -> dict[tuple[str, int], int]:
        """The group's offsets by topic (without prefix) and partition, as Kafka has them."""
        prefix = self.settings.topic_prefix
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(f"{prefix}insight-probe")
        finally:
            await admin.close()
        return {
            (tp.topic.removeprefix(prefix), tp.partition): one.offset
            for tp, one in offsets.items()
            if one.offset >= 0
        }

    def assigned(self) -> set[TopicPartition]:
        consumer = self.runtime.listener.consumer
        return set(consumer.assignment()) if consumer else set()


async def make_tables(url: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(tables.metadata.create_all)
            await connection.run_sync(metadata.create_all)
    finally:
        await engine.dispose()


@dataclass(frozen=True)
class Place:
    """Where the probes of one test live: several of them are replicas of one service."""

    kafka: str
    topic_prefix: str
    database_url: str

    def build(
        self,
        handler: ReportHandler = note,
        timers: Timers | None = None,
        database_url: str | None = None,
        **settings: object,
    ) -> Probe:
        configured = settings_of(
            ProbeSettings,
            kafka=self.kafka,
            topic_prefix=self.topic_prefix,
            database_url=database_url or self.database_url,
            **settings,
        )
        consumers = Consumers().on(ReportSubmitted, handler)
        return Probe(Runtime(configured, consumers=consumers, timers=timers))

    @asynccontextmanager
    async def running(
        self,
        handler: ReportHandler = note,
        timers: Timers | None = None,
        database_url: str | None = None,
        **settings: object,
    ) -> AsyncIterator[Probe]:
        probe = self.build(handler, timers, database_url, **settings)
        async with probe.runtime.lifespan():
            yield probe
