"""One service of the floor: raw aiokafka and raw asyncpg, no validation, no telemetry, no recovery.

    python -m deploy.cli.bench.floor HOP DATABASE KAFKA PREFIX [SMTP_PORT]

Runs until it is told to stop. `HOP` is a service's name.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiosmtplib
import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from deploy.cli.bench import statements as sql
from deploy.cli.bench.counted import counted
from deploy.cli.bench.statements import Entries, Insert, Row
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

BATCH = 500
MAIL_CONNECTIONS = 4
_POLL_SECONDS = 0.005
_ORIGINAL = (
    "report_id",
    "reference",
    "kind",
    "tenet",
    "reporter",
    "provider",
    "happened_on",
    "historic",
    "harm",
    "rating",
)


@dataclass(frozen=True)
class Step:
    """What a service does with a topic's records: writes rows, and perhaps a fact for each."""

    inserts: tuple[Insert, ...]
    publishes: str | None = None
    counts: str | None = None
    entries: Entries | None = None


HOPS: dict[str, dict[str, Step]] = {
    "intake": {CASES_TOPIC: Step((sql.CASE_STATUS,))},
    "classification": {
        REPORTS_TOPIC: Step(sql.CLASSIFIED, publishes=THEMES_TOPIC, entries=sql.ASSIGNED)
    },
    "actions": {
        REPORTS_TOPIC: Step(sql.CASES, publishes=CASES_TOPIC, entries=sql.OPENED),
        THEMES_TOPIC: Step((sql.CASE_THEMES,)),
    },
    "notifications": {CASES_TOPIC: Step(())},
    "reporting": {
        REPORTS_TOPIC: Step((sql.REPORTED, sql.LISTED), counts="reports"),
        THEMES_TOPIC: Step((sql.VERDICT_FACT, sql.LISTED_BY_THEME), counts="verdicts"),
        CASES_TOPIC: Step((sql.CASE_FACT,), counts="cases"),
        MESSAGES_TOPIC: Step((sql.MESSAGE_FACT,)),
    },
}


def fact(row: Row) -> dict[str, Any]:
    """What follows from a fact: about as long as the real one."""
    told = {name: row[name] for name in _ORIGINAL if name in row}
    return told | {
        "event_id": str(uuid4()),
        "occurred_at": sql.now().isoformat(),
        "revision": 1,
        "state": "history" if row.get("historic") else "open",
        "themes": sql.VERDICT_THEMES,
    }


async def emit(connection: asyncpg.Connection, topic: str, rows: Sequence[Row]) -> None:
    headers = [
        json.dumps(
            {
                "ce_id": row["event_id"],
                "ce_type": "floor",
                "ce_specversion": "1.0",
                "ce_time": row["occurred_at"],
            }
        )
        for row in rows
    ]
    await connection.execute(
        "INSERT INTO outbox (topic, key, value, headers) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::jsonb[])",
        [topic] * len(rows),
        [row["report_id"].encode() for row in rows],
        [json.dumps(row).encode() for row in rows],
        headers,
    )


async def apply(
    connection: asyncpg.Connection,
    step: Step,
    records: "Sequence[ConsumerRecord[bytes, bytes]]",
    prefix: str,
) -> None:
    rows = [json.loads(record.value or b"{}") for record in records]
    ids = sorted(UUID(row["event_id"]) for row in rows)
    claim = "INSERT INTO inbox SELECT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id"
    await connection.fetch(claim, ids)
    for insert in step.inserts:
        await connection.fetch(insert.sql, *insert.values(rows))
    if step.counts:
        measure, cubes = counted(rows, step.counts)
        for cube, cells in cubes.items():
            keyed = zip(*((*key, number) for key, number in sorted(cells.items())), strict=True)
            await connection.execute(cube.sql(measure), *map(list, keyed))
    if step.publishes:
        await emit(connection, prefix + step.publishes, [fact(row) for row in rows])
    if step.entries:
        await connection.execute(step.entries.sql, *step.entries.values(rows))


async def consume(pool: asyncpg.Pool, kafka: str, prefix: str, hop: str, *, mails: bool) -> None:
    steps = {prefix + topic: step for topic, step in HOPS[hop].items()}
    if mails and hop == "notifications":
        steps = dict.fromkeys(steps, Step((sql.MESSAGES,), entries=sql.ADDED))
    if mails and hop == "actions":
        reports = prefix + REPORTS_TOPIC
        steps[reports] = Step(
            (*sql.CASES, *sql.CASE_TIMERS), publishes=CASES_TOPIC, entries=sql.OPENED
        )
    consumer = AIOKafkaConsumer(
        *steps,
        bootstrap_servers=kafka,
        group_id=f"{prefix}{hop}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=200,
    )
    await consumer.start()
    while True:
        got = await consumer.getmany(timeout_ms=200, max_records=BATCH)
        if not got:
            continue
        by_topic: dict[str, list[ConsumerRecord[bytes, bytes]]] = {}
        for partition, records in got.items():
            by_topic.setdefault(partition.topic, []).extend(records)
        async with pool.acquire() as connection, connection.transaction():
            for topic, records in by_topic.items():
                await apply(connection, steps[topic], records, prefix)
        await consumer.commit(
            {
                TopicPartition(tp.topic, tp.partition): records[-1].offset + 1
                for tp, records in got.items()
            }
        )


async def relay(pool: asyncpg.Pool, kafka: str) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        acks="all",
        linger_ms=2,
        max_batch_size=131_072,
    ) as producer:
        while True:
            async with pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(
                    "SELECT id, topic, key, value, headers FROM outbox ORDER BY id LIMIT 1000"
                )
                sent = [
                    await producer.send(
                        row["topic"],
                        row["value"],
                        key=row["key"],
                        headers=[(k, v.encode()) for k, v in json.loads(row["headers"]).items()],
                    )
                    for row in rows
                ]
                await asyncio.gather(*sent)
                if rows:
                    await connection.execute(
                        "DELETE FROM outbox WHERE id = ANY($1::bigint[])",
                        [row["id"] for row in rows],
                    )
            if not rows:
                await asyncio.sleep(_POLL_SECONDS)


async def send_mails(pool: asyncpg.Pool, port: int, prefix: str) -> None:
    """Claim, commit, mark, commit, send, record, commit: as the service does, on as many connections."""
    servers = [aiosmtplib.SMTP(hostname="127.0.0.1", port=port) for _ in range(MAIL_CONNECTIONS)]
    for server in servers:
        await server.connect()
    claim = (
        "UPDATE message SET state = 'sending', claimed_at = now() WHERE message_id IN (SELECT message_id FROM message"
        " WHERE state = 'pending' AND address IS NOT NULL ORDER BY next_attempt_at LIMIT 64 FOR UPDATE SKIP LOCKED)"
        " RETURNING message_id, report_id, reference, recipient"
    )
    while True:
        async with pool.acquire() as connection:
            rows = await connection.fetch(claim)
            if not rows:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            ids = [row["message_id"] for row in rows]
            await connection.execute(
                "UPDATE message SET begun_at = now() WHERE message_id = ANY($1::uuid[])", ids
            )
            share = [rows[number::MAIL_CONNECTIONS] for number in range(MAIL_CONNECTIONS)]
            await asyncio.gather(
                *(_send(server, part) for server, part in zip(servers, share, strict=True))
            )
            async with connection.transaction():
                await connection.execute(
                    "UPDATE message SET state = 'sent', settled_at = now() WHERE message_id = ANY($1::uuid[])",
                    ids,
                )
                settled = [
                    {
                        "report_id": str(row["report_id"]),
                        "message_id": str(row["message_id"]),
                        "recipient": row["recipient"],
                    }
                    for row in rows
                ]
                await emit(
                    connection, prefix + MESSAGES_TOPIC, [fact(row) | row for row in settled]
                )
                await connection.execute(sql.SENT.sql, *sql.SENT.values(settled))


async def _send(server: aiosmtplib.SMTP, rows: Sequence[asyncpg.Record]) -> None:
    for row in rows:
        body = (
            f"Subject: Report {row['reference']}\r\nMessage-ID: <{row['message_id']}@floor.example>\r\n\r\n"
            + "Twelve words stand in each line of this mail as they may.\r\n" * 40
        )
        await server.sendmail("insight@floor.example", ["alerts@floor.example"], body)


async def main(hop: str, database: str, kafka: str, prefix: str, smtp_port: int) -> None:
    pool = await asyncpg.create_pool(database, min_size=2, max_size=6)
    mails = smtp_port > 0
    jobs = [consume(pool, kafka, prefix, hop, mails=mails), relay(pool, kafka)]
    if mails and hop == "notifications":
        jobs.append(send_mails(pool, smtp_port, prefix))
    await asyncio.gather(*jobs)


if __name__ == "__main__":
    _, hop_, database_, kafka_, prefix_, smtp_port_ = sys.argv
    asyncio.run(main(hop_, database_, kafka_, prefix_, int(smtp_port_)))
