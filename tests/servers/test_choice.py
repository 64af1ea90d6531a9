"""Which servers a run takes, and that none of them outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.servers.choice import Choice, Kind, Origin, UnusableSettingError, choose

EMBEDDED = Choice(Origin.EMBEDDED)


def _with_docker(_: str) -> bool | None:
    return True


def _without_image(_: str) -> bool | None:
    return False


def _without_docker(_: str) -> bool | None:
    return None


def test_an_external_server_is_used_whatever_else_is_there() -> None:
    environ = {"INSIGHT_TEST_KAFKA": "broker:9092", "SERVERS": "containers"}
    assert choose(Kind.KAFKA, environ, _with_docker) == Choice(Origin.EXTERNAL, "broker:9092")


def test_containers_are_used_where_docker_has_the_image_and_embedded_servers_elsewhere() -> None:
    assert choose(Kind.POSTGRES, {}, _with_docker) == Choice(
        Origin.CONTAINER, "postgres:15-bookworm"
    )
    assert choose(Kind.POSTGRES, {}, _without_image) == EMBEDDED
    assert choose(Kind.POSTGRES, {}, _without_docker) == EMBEDDED


def test_embedded_servers_can_be_asked_for() -> None:
    assert choose(Kind.KAFKA, {"SERVERS": "embedded"}, _with_docker) == EMBEDDED


def test_containers_that_are_asked_for_are_never_silently_replaced() -> None:
    environ = {"SERVERS": "containers", "KAFKA_IMAGE": "own/kafka:4"}
    assert choose(Kind.KAFKA, environ, _without_image) == Choice(Origin.CONTAINER, "own/kafka:4")
    with pytest.raises(UnusableSettingError, match="no Docker engine answers"):
        choose(Kind.KAFKA, environ, _without_docker)


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(UnusableSettingError, match="SERVERS is 'cloud'"):
        choose(Kind.KAFKA, {"SERVERS": "cloud"}, _without_docker)


def test_an_external_servers_password_is_not_shown() -> None:
    choice = Choice(Origin.EXTERNAL, "postgresql://me:secret@db.example:5432")
    assert choice.describe() == "external (db.example)"


_HOLDS_A_SERVER = """
import os, sys
from tests.servers.choice import Choice, Kind, Origin
from tests.servers.client import Keeper, address_of
keeper = Keeper({Kind.POSTGRES: Choice(Origin.EMBEDDED)})
print(address_of(Kind.POSTGRES), flush=True)
sys.stdin.read()
"""


def test_a_killed_run_leaves_no_server_behind() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", _HOLDS_A_SERVER],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.stdout is not None
    assert b"postgresql" in run.stdout.readline()
    children = psutil.Process(run.pid).children(recursive=True)
    assert any("postgres" in child.name() for child in children)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()

    _, left = psutil.wait_procs(children, timeout=60)
    assert left == []
