"""Which servers a run uses.

External ones when their address is set; containers when asked for (`SERVERS=containers`) or where Docker answers and has the
images; else the embedded ones. Kafka and PostgreSQL are chosen apart.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException


class Kind(StrEnum):
    KAFKA = "kafka"
    POSTGRES = "postgres"


class Origin(StrEnum):
    EXTERNAL = "external"
    CONTAINER = "container"
    EMBEDDED = "embedded"


ADDRESS_VARIABLES = {Kind.KAFKA: "INSIGHT_TEST_KAFKA", Kind.POSTGRES: "INSIGHT_TEST_POSTGRES"}
IMAGE_VARIABLES = {Kind.KAFKA: "KAFKA_IMAGE", Kind.POSTGRES: "POSTGRES_IMAGE"}
PUBLIC_IMAGES = {Kind.KAFKA: "apache/kafka:4.3.1", Kind.POSTGRES: "postgres:15-bookworm"}


@dataclass(frozen=True)
class Choice:
    """Where one server comes from: `detail` is its address or its image's name, empty for an embedded one."""

    origin: Origin
    detail: str = ""

    def describe(self) -> str:
        if self.origin is Origin.EXTERNAL:
            # an address may carry a password
            shown = urlsplit(self.detail).hostname if "//" in self.detail else self.detail
            return f"external ({shown})"
        return f"{self.origin} ({self.detail})" if self.detail else str(self.origin)


class UnusableSettingError(Exception):
    """What was asked for cannot be had; the message says what to do."""


def image_of(kind: Kind, environ: Mapping[str, str]) -> str:
    return environ.get(IMAGE_VARIABLES[kind]) or PUBLIC_IMAGES[kind]


def image_present(image: str) -> bool | None:
    """Whether Docker here has the image; None when no Docker answers."""
    default_socket = Path("/var/run/docker.sock")
    if "DOCKER_HOST" not in os.environ and not default_socket.exists():
        return None
    try:
        engine = docker.from_env(timeout=5)
    except (DockerException, RequestException, OSError):
        return None
    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    except (DockerException, RequestException, OSError):
        return None
    finally:
        engine.close()
    return True


def choose(
    kind: Kind,
    environ: Mapping[str, str],
    has_image: Callable[[str], bool | None] = image_present,
) -> Choice:
    """Decide for one server. Raises `UnusableSettingError` when `SERVERS` asks for what is not there."""
    if address := environ.get(ADDRESS_VARIABLES[kind]):
        return Choice(Origin.EXTERNAL, address)
    asked = environ.get("SERVERS", "")
    if asked not in ("", "containers", "embedded"):
        raise UnusableSettingError(f"SERVERS is {asked!r}: set it to containers or embedded.")
    if asked == "embedded":
        return Choice(Origin.EMBEDDED)
    image = image_of(kind, environ)
    present = has_image(image)
    if asked == "containers" and present is None:
        raise UnusableSettingError("SERVERS=containers, but no Docker engine answers: start it.")
    if present or asked == "containers":
        return Choice(Origin.CONTAINER, image)
    return Choice(Origin.EMBEDDED)
