"""How every process of the estate is, from the heartbeats it hears: kept in memory, since a heartbeat matters for seconds.

Read without a group and from now on, so that each replica of reporting hears all of them and a restart begins with what is true
now. A malformed heartbeat is passed over: the next one comes in two seconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer
from pydantic import ValidationError

from shared.contracts.operations import HEARTBEATS_TOPIC, Heartbeat
from shared.platform.connecting import completed, within
from shared.platform.settings import ServiceSettings
from shared.platform.transaction import Transactions

DOWN_AFTER_SECONDS = 10.0
"""Five heartbeats missed."""
REPLACED_AFTER_SECONDS = 60.0
"""Whatever restarts a process gives it a new name: the silent one is then shown this long and no longer."""
FORGOTTEN_AFTER_SECONDS = 3600.0
_STOP_SECONDS = 10.0
SERVICES = ("intake", "classification", "actions", "notifications", "reporting")


@dataclass(frozen=True)
class ProcessHealth:
    """A process as it last said, and how long ago. No heartbeat at all: a service never heard from."""

    service: str
    heartbeat: Heartbeat | None
    silent_seconds: float

    @property
    def is_down(self) -> bool:
        return self.heartbeat is None or self.silent_seconds > DOWN_AFTER_SECONDS

    @property
    def is_well(self) -> bool:
        return not self.is_down and self.heartbeat is not None and self.heartbeat.ready


@dataclass
class HealthBoard:
    """A worker that listens, and what it heard."""

    settings: ServiceSettings
    clock: Callable[[], float] = time.monotonic
    name: str = "health board"
    _heard: dict[tuple[str, str], tuple[Heartbeat, float]] = field(default_factory=dict)

    async def run(self, _: Transactions) -> None:
        """Listen until cancelled. Raises KafkaError while there is no Kafka: the runtime tries again."""
        consumer = AIOKafkaConsumer(
            self.settings.topic_prefix + HEARTBEATS_TOPIC,
            bootstrap_servers=self.settings.kafka.split(","),
            auto_offset_reset="latest",
            enable_auto_commit=False,
        )
        # Inside the `try` from the start: a consumer whose start fails or is cut short wants closing too.
        try:
            await completed(consumer.start())
            async for record in consumer:
                self.hear(record.value)
        finally:
            await within(_STOP_SECONDS, consumer.stop())

    def hear(self, value: bytes | None) -> None:
        """Take in one heartbeat, if it is one."""
        try:
            heartbeat = Heartbeat.model_validate_json(value or b"")
        except ValidationError:
            return
        self._heard[heartbeat.service, heartbeat.instance] = heartbeat, self.clock()

    def topic(self, name: str) -> str:
        """As the contracts call it, without what this estate puts before it."""
        return name.removeprefix(self.settings.topic_prefix)

    def processes(self) -> list[ProcessHealth]:
        """Every process, by service in the order of the chain; a service with none has one entry that says so."""
        now = self.clock()
        self._forget(now)
        found = [
            ProcessHealth(service, heartbeat, now - at)
            for (service, _), (heartbeat, at) in sorted(self._heard.items())
        ]
        known = {process.service for process in found}
        found += [ProcessHealth(service, None, 0.0) for service in SERVICES if service not in known]
        order = {service: at for at, service in enumerate(SERVICES)}
        return sorted(found, key=lambda process: order.get(process.service, len(order)))

    def _forget(self, now: float) -> None:
        """Processes silent for long, and sooner where another process of the service lives."""
        silent = {key: now - at for key, (_, at) in self._heard.items()}
        living = {service for (service, _), age in silent.items() if age <= DOWN_AFTER_SECONDS}
        for key, age in silent.items():
            bound = REPLACED_AFTER_SECONDS if key[0] in living else FORGOTTEN_AFTER_SECONDS
            if age > bound:
                del self._heard[key]
