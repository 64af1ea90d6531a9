"""What the estate is told by its environment: `INSIGHT_*`. `deploy/local/README.md` says what each is for."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

SERVICES = ("intake", "classification", "actions", "notifications", "reporting")
LAST_PORT_STEP = 10
"""The front door's port and as many after it belong to the estate."""


class EstateSettings(BaseSettings):
    """Where everything is. The ports follow the front door's, in the order in which they stand here."""

    model_config = SettingsConfigDict(env_prefix="INSIGHT_", frozen=True)

    port: int = Field(default=8000, ge=1, le=65_535 - LAST_PORT_STEP)
    data: Path = Path(".insight")
    """The data folder: everything that is kept."""

    kafka: str | None = None
    """Bootstrap servers of a Kafka of one's own, used instead of the embedded one."""
    topic_prefix: str = ""
    postgres: str | None = None
    """`postgresql://user:password@host:port` of a server of one's own; the five databases are made in it."""
    database_prefix: str = "insight_"
    smtp: str | None = None
    """`smtp://host:port` of a mail server of one's own."""
    sign_in: str | None = None
    """Issuer of an OpenID Connect provider of one's own."""
    sign_in_client_id: str = "insight"
    sign_in_client_secret: SecretStr | None = None
    sign_in_client_auth: str | None = None
    """This and what follows: as `shared.web.settings.SignInSettings` has it, which checks it; none leaves its default."""
    sign_in_key_file: Path | None = None
    sign_in_key_id: str | None = None
    sign_in_key_algorithm: str | None = None
    sign_in_scopes: str | None = None
    sign_in_person_claim: str | None = None
    sign_in_acr_values: str | None = None
    sign_in_acr_allowed: str | None = None
    otlp_endpoint: str | None = None

    def service_port(self, service: str) -> int:
        return self.port + 1 + SERVICES.index(service)

    @property
    def sign_in_port(self) -> int:
        return self.port + 6

    @property
    def smtp_port(self) -> int:
        return self.port + 7

    @property
    def mailbox_port(self) -> int:
        return self.port + 8

    @property
    def kafka_port(self) -> int:
        return self.port + 9

    @property
    def controller_port(self) -> int:
        return self.port + 10

    @property
    def url(self) -> str:
        """The front door."""
        return f"http://localhost:{self.port}"

    @property
    def mailbox_url(self) -> str:
        return f"{self.url}/mailbox"

    @property
    def mails(self) -> Path:
        """Where the mailbox keeps each accepted mail as an `.eml` file."""
        return self.folder / "mailbox"

    @property
    def folder(self) -> Path:
        return self.data.expanduser().resolve()

    @property
    def bootstrap(self) -> str:
        return self.kafka or f"127.0.0.1:{self.kafka_port}"

    @property
    def issuer(self) -> str:
        return self.sign_in or f"http://localhost:{self.sign_in_port}"

    @property
    def mail_server(self) -> str:
        return self.smtp or f"smtp://127.0.0.1:{self.smtp_port}"

    def sign_in_particulars(self) -> dict[str, str]:
        """What is set of how the service where people sign in deals with the provider."""
        told = {
            "client_id": self.sign_in_client_id,
            "client_auth": self.sign_in_client_auth,
            "key_file": self.sign_in_key_file and self.sign_in_key_file.expanduser().resolve(),
            "key_id": self.sign_in_key_id,
            "key_algorithm": self.sign_in_key_algorithm,
            "scopes": self.sign_in_scopes,
            "person_claim": self.sign_in_person_claim,
            "acr_values": self.sign_in_acr_values,
            "acr_allowed": self.sign_in_acr_allowed,
        }
        return {f"sign_in_{name}": str(value) for name, value in told.items() if value is not None}

    def ports(self) -> Iterator[tuple[int, str]]:
        """Each port that the estate will listen on, and what for."""
        yield self.port, "the front door"
        for service in SERVICES:
            yield self.service_port(service), service
        if self.sign_in is None:
            yield self.sign_in_port, "the sign-in provider"
        if self.smtp is None:
            yield self.smtp_port, "the mailbox"
            yield self.mailbox_port, "the mailbox page"
        if self.kafka is None:
            yield self.kafka_port, "Kafka"
            yield self.controller_port, "Kafka's controller"

    def database(self, service: str) -> str:
        """The name of a service's database."""
        return f"{self.database_prefix}{service}"


def database_url(server_url: str, database: str, password: str | None = None) -> str:
    """The address of one database on a server given as `postgresql://...`, for SQLAlchemy and asyncpg: for the server's own user,
    or, with a password, for the role that has the database's name."""
    url = make_url(server_url).set(drivername="postgresql+asyncpg", database=database)
    if password is not None:
        url = url.set(username=database, password=password)
    return url.render_as_string(hide_password=False)


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now. What an ended connection left does not count."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports() -> int:
    """A front door's port with all that follow it free: for an estate beside another one."""
    return _first_free(LAST_PORT_STEP + 1)


def free_port() -> int:
    """One port, for a further process of an estate."""
    return _first_free(1)


def _first_free(count: int) -> int:
    while True:
        # Below the range from which systems give ports to outgoing connections (32768 on Linux): a port is to be
        # still free when its server is started again.
        first = 12_000 + secrets.randbelow(20_000)
        if all(port_is_free(port) for port in range(first, first + count)):
            return first
