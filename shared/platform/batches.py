"""One database transaction for each consumed batch: inbox, effects, outbox and dead letters together, or nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias
from uuid import UUID

from aiokafka import ConsumerRecord
from opentelemetry import trace

from shared.contracts.operations import DeadLetter, RawHeader
from shared.platform import repository
from shared.platform.consumers import Consumers
from shared.platform.failures import is_poison
from shared.platform.letters import repository as letter_box
from shared.platform.metrics import Metrics
from shared.platform.points import Point, reach
from shared.platform.records import Malformed, Received, position_id, read
from shared.platform.telemetry import (
    context_of,
    new_traceparent,
    traceparent_of,
    tracer,
)
from shared.platform.transaction import Transaction, Transactions

Record: TypeAlias = ConsumerRecord[bytes, bytes]


class Outcome(NamedTuple):
    """What became of a batch: for metrics, counted only after the commit."""

    applied: list[Received]
    duplicates: int
    set_aside: list[Malformed]


class Batches:
    """Works off batches of records; safe to call again with the same records."""

    def __init__(
        self,
        service: str,
        consumers: Consumers,
        transactions: Transactions,
        metrics: Metrics,
        *,
        traced: bool,
    ) -> None:
        """`traced` says whether spans leave the process, so that making them is worth it."""
        self._service = service
        self._traced = traced
        self._consumers = consumers
        self._transactions = transactions
        self._metrics = metrics

    async def process(self, records: Sequence[Record]) -> None:
        """Apply the records once each. Raises for an outage only, and then nothing of the batch has happened."""
        todo: dict[UUID, Received | Malformed] = {}
        for record in records:
            one = read(record)
            if one is None or (isinstance(one, Received) and not self._consumers.wants(one.fact)):
                continue
            todo.setdefault(one.identity, one)
        if not todo:
            return
        with _spans(todo, exported=self._traced) as traceparents:
            try:
                outcome = await self._transact(todo, traceparents, isolate=False)
            except Exception as error:
                if not is_poison(error):
                    raise
                outcome = await self._transact(todo, traceparents, isolate=True)
        reach(Point.BATCH_COMMITTED)
        self._count(outcome)

    async def _transact(
        self,
        todo: Mapping[UUID, Received | Malformed],
        traceparents: Mapping[str, str | None],
        *,
        isolate: bool,
    ) -> Outcome:
        async with self._transactions.begin(traceparents) as tx:
            fresh = await repository.claim_events(tx.connection, todo.keys())
            new = [one for identity, one in todo.items() if identity in fresh]
            good = [one for one in new if isinstance(one, Received)]
            bad = [one for one in new if isinstance(one, Malformed)]
            if isolate:
                poison = await self._consumers.apply_isolated(good, tx)
                bad += await _reidentify(poison, good, tx)
                refused = {id(one.record) for one in poison}
                good = [one for one in good if id(one.record) not in refused]
            else:
                await self._consumers.apply(good, tx)
            letters = [self._dead_letter(one, tx) for one in bad]
            await letter_box.keep(tx.connection, letters)
            tx.follow(
                {letter.key: one.traceparent for letter, one in zip(letters, bad, strict=True)}
            )
            tx.emit_all(letters)
            reach(Point.BATCH_WRITTEN)
        return Outcome(good, len(todo) - len(new), bad)

    def _dead_letter(self, one: Malformed, tx: Transaction) -> DeadLetter:
        record = one.record
        return DeadLetter(
            occurred_at=tx.now,
            consumer=self._service,
            origin_topic=record.topic,
            origin_partition=record.partition,
            origin_offset=record.offset,
            cause=one.cause,
            detail=one.detail,
            record_key=_base64(record.key),
            record_value=_base64(record.value),
            record_headers=tuple(
                RawHeader(name=name, value=_base64(value) or b"") for name, value in record.headers
            ),
        )

    def _count(self, outcome: Outcome) -> None:
        for one in outcome.applied:
            self._metrics.processed.labels(one.fact.type).inc()
        self._metrics.duplicates.inc(outcome.duplicates)
        for bad in outcome.set_aside:
            self._metrics.dead_letters.labels(bad.cause).inc()


async def _reidentify(
    poison: Sequence[Malformed], good: Sequence[Received], tx: Transaction
) -> list[Malformed]:
    """Those not set aside before, known from now on by their position: a later replay of the same event must be let in."""
    by_record = {id(one.record): one.identity for one in good}
    await repository.release_events(tx.connection, [by_record[id(one.record)] for one in poison])
    new = await repository.claim_events(tx.connection, [position_id(one.record) for one in poison])
    return [one for one in poison if position_id(one.record) in new]


def _base64(value: bytes | None) -> bytes | None:
    """Pydantic's Base64Bytes takes the encoded form."""
    return None if value is None else b64encode(value)


@contextmanager
def _spans(
    todo: Mapping[UUID, Received | Malformed], *, exported: bool
) -> Iterator[dict[str, str | None]]:
    """A span for each fact while the batch is worked on, in the fact's own trace; gives, by fact key, what follows from it."""
    spans: list[trace.Span] = []
    following: dict[str, str | None] = {}
    for one in todo.values():
        if isinstance(one, Malformed):
            continue
        if not exported:
            # Nobody will see the spans, and making them would cost a tenth of the throughput: the trace just goes on.
            following[one.fact.key] = one.traceparent or new_traceparent()
            continue
        span = tracer().start_span(
            f"process {one.fact.type}",
            context_of(one.traceparent),
            trace.SpanKind.CONSUMER,
            {"messaging.system": "kafka", "messaging.destination.name": one.record.topic},
        )
        spans.append(span)
        following[one.fact.key] = traceparent_of(span)
    try:
        yield following
    finally:
        for span in spans:
            span.end()
