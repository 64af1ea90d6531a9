"""From Kafka to use cases: which handler takes which fact, and in what order a batch is worked off."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

from shared.contracts.base import Fact
from shared.contracts.operations import Cause
from shared.platform.failures import describe, is_poison
from shared.platform.records import Malformed, Received
from shared.platform.transaction import Transaction

F = TypeVar("F", bound=Fact)
Handler = Callable[[Sequence[F], Transaction], Awaitable[None]]


class Consumers:
    """A service's handlers, one for each fact it listens to. Facts without a handler are passed over."""

    def __init__(self) -> None:
        # A handler takes exactly the type it is registered for, which a dictionary's type cannot say.
        self._handlers: dict[type[Fact], Handler[Any]] = {}

    def on(self, fact: type[F], handler: Handler[F]) -> Self:
        """Let `handler` have batches of `fact`, in order for each key. One handler for each type."""
        if fact in self._handlers:
            raise ValueError(f"{fact.type} has a handler already")
        self._handlers[fact] = handler
        return self

    @property
    def topics(self) -> list[str]:
        return sorted({fact.topic for fact in self._handlers})

    @property
    def facts(self) -> tuple[type[Fact], ...]:
        """What the service listens to, in the order of registration."""
        return tuple(self._handlers)

    def wants(self, fact: Fact) -> bool:
        return type(fact) in self._handlers

    async def apply(self, facts: Sequence[Received], tx: Transaction) -> None:
        """All facts by their handlers; raises what a handler raises."""
        for wave in waves(facts, list(self._handlers)):
            await self._handlers[type(wave[0].fact)]([one.fact for one in wave], tx)

    async def apply_isolated(self, facts: Sequence[Received], tx: Transaction) -> list[Malformed]:
        """All facts that can be applied; returns the poison ones, with cause. Raises for an outage only.

        A wave that fails is halved until the culprit stands alone, so that one poison record in 500 costs some 10 savepoints.
        """
        poison: list[Malformed] = []
        for wave in waves(facts, list(self._handlers)):
            await self._apply_or_halve(wave, tx, poison)
        return poison

    async def _apply_or_halve(
        self, wave: Sequence[Received], tx: Transaction, poison: list[Malformed]
    ) -> None:
        try:
            async with tx.savepoint():
                await self._handlers[type(wave[0].fact)]([one.fact for one in wave], tx)
        except Exception as error:
            if not is_poison(error):
                raise
            if len(wave) == 1:
                only = wave[0]
                poison.append(Malformed(only.record, Cause.RULE, describe(error), only.traceparent))
                return
            middle = len(wave) // 2
            await self._apply_or_halve(wave[:middle], tx, poison)
            await self._apply_or_halve(wave[middle:], tx, poison)


def waves(facts: Sequence[Received], types: Sequence[type[Fact]]) -> list[list[Received]]:
    """Batches of one type each, as few as possible, that keep the order of each key's facts within its topic.

    A fact goes into the earliest wave of its type that is not before its predecessor's; waves of one level follow the order in
    which the types were registered.
    """
    rank = {fact: number for number, fact in enumerate(types)}
    last: dict[tuple[str, str], tuple[int, int]] = {}
    found: dict[tuple[int, int], list[Received]] = {}
    for one in facts:
        kind = rank[type(one.fact)]
        place = (one.record.topic, one.fact.key)
        level, before = last.get(place, (0, kind))
        if kind < before:
            level += 1
        last[place] = (level, kind)
        found.setdefault((level, kind), []).append(one)
    return [found[slot] for slot in sorted(found)]
