"""A Kafka broker of our own, with one interface: start, stop, kill, start again with its data, and remove."""

import tempfile
from pathlib import Path
from typing import Protocol

from deploy.local.kafka import EmbeddedKafka
from tests.servers.choice import Choice, Origin
from tests.servers.containers import ContainerKafka
from tests.servers.ports import free_ports

START_SECONDS = 150
"""A machine that runs several suites at once is slow."""


class Broker(Protocol):
    @property
    def bootstrap(self) -> str: ...

    def start(self) -> None:
        """Start it, or start it again with the data it had; returns when it answers."""

    def stop(self) -> None: ...

    def kill(self) -> None:
        """End it at once, as a crash would."""

    def remove(self) -> None:
        """Stop it and leave nothing of it behind."""


class _Embedded:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="insight-test-kafka-")
        port, controller_port = free_ports(2)
        self._broker = EmbeddedKafka(Path(self._folder.name), port, controller_port)
        self.stop = self._broker.stop
        self.kill = self._broker.kill

    @property
    def bootstrap(self) -> str:
        return self._broker.bootstrap

    def start(self) -> None:
        self._broker.start(START_SECONDS)

    def remove(self) -> None:
        self._broker.kill()
        self._folder.cleanup()


def own_broker(choice: Choice, run: str) -> Broker:
    """A broker that nobody else uses, not started yet: in a container where the run has those, else embedded."""
    if choice.origin is Origin.CONTAINER:
        return ContainerKafka(choice.detail, run)
    return _Embedded()
