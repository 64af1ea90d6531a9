"""What every service is told by its environment."""

import os
import socket
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


def _instance() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


class ServiceSettings(BaseSettings):
    """Settings that all services share; each subclass adds its own and sets its prefix (`ACTIONS_`...)."""

    service: ClassVar[str]

    database_url: str
    """`postgresql+asyncpg://user@host:port/database`, or `...@/database?host=/socket/folder`."""
    kafka: str = "localhost:9092"
    """Bootstrap servers, comma-separated."""
    topic_prefix: str = ""
    """Put before every topic's and group's name, so that several estates can share a cluster."""
    public_url: str = "http://localhost:8000"
    """Where people reach the front door; links in pages and mails begin with it."""
    session_key: SecretStr
    """Signs the session cookie; the same for every service of an estate."""
    sign_in_issuer: str = "http://localhost:8006"
    """The OpenID Connect provider. Pages say in their policy that forms may lead there; `shared.web.settings` has the rest."""
    otlp_endpoint: str | None = None
    """Base address of an OTLP/HTTP collector, such as `http://localhost:4318`; none keeps spans to ourselves."""
    log_level: str = "INFO"
    consumer_batch: int = Field(default=500, ge=1, le=5_000)
    """Records processed in one database transaction at most."""
    database_pool: int = Field(default=10, ge=3)
    instance: str = Field(default_factory=_instance)
    """Names this process among the replicas of its service."""
