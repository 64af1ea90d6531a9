"""Kafka and PostgreSQL in containers, through testcontainers.

The reaper container is off, because its image is not everywhere. Instead every container carries two labels, the run and the
process that keeps it, and `remove_orphans` removes those whose keeper is gone.
"""

import os
from pathlib import Path

import docker
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.servers.ports import free_ports

RUN_LABEL = "insight.tests.run"
KEEPER_LABEL = "insight.tests.keeper"
START_SECONDS = 150

testcontainers_config.ryuk_disabled = True


def _labels(run: str) -> dict[str, str]:
    return {RUN_LABEL: run, KEEPER_LABEL: str(os.getpid())}


class ContainerKafka:
    """One KRaft node. Its port is fixed before it starts, because the broker tells clients its own address."""

    def __init__(self, image: str, run: str) -> None:
        (port,) = free_ports(1)
        self.bootstrap = f"127.0.0.1:{port}"
        self._begun = False
        self._container = (
            DockerContainer(image)
            .with_bind_ports(9092, port)
            .with_kwargs(labels=_labels(run))
            .with_envs(
                KAFKA_NODE_ID="1",
                KAFKA_PROCESS_ROLES="broker,controller",
                KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://:9093",
                KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://{self.bootstrap}",
                KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
                KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
                KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
                KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
                KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
                KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS="4",
                KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
                KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
                KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS="4",
                KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR="1",
                KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR="1",
            )
            .waiting_for(
                LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_SECONDS)
            )
        )

    def start(self) -> None:
        if self._begun:
            self._container.get_wrapped_container().start()
            # no wait here: the clients' own retries are what a restart is about
            return
        self._begun = True
        self._container.start()

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=20)

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def remove(self) -> None:
        if self._begun:
            self._container.stop(force=True, delete_volume=True)


class ContainerPostgres:
    def __init__(self, image: str, run: str) -> None:
        self._container = (
            PostgresContainer(image, driver="asyncpg")
            .with_kwargs(labels=_labels(run))
            # a test's data need not survive the machine
            .with_command("postgres -c fsync=off -c full_page_writes=off -c max_connections=300")
        )

    def start(self) -> None:
        self._container.start()

    @property
    def url(self) -> str:
        return str(self._container.get_connection_url(host="127.0.0.1"))

    def remove(self) -> None:
        self._container.stop(force=True, delete_volume=True)


def remove_orphans() -> None:
    """Remove containers of earlier runs whose keeper is gone: a killed run cannot remove its own."""
    engine = docker.from_env(timeout=20)
    try:
        for found in engine.containers.list(all=True, filters={"label": KEEPER_LABEL}):
            if not Path(f"/proc/{found.labels[KEEPER_LABEL]}").exists():
                found.remove(v=True, force=True)
    finally:
        engine.close()
