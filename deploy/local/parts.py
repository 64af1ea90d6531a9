"""The estate's programs, each with what comes before it and how to see that it answers."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.caddy import caddy
from deploy.local.kafka import EmbeddedKafka
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.programs import Program
from deploy.local.settings import EstateSettings
from deploy.local.supervisor import Part

ROOT = Path(__file__).parent.parent.parent


def kafka_part(kafka: EmbeddedKafka) -> Part:
    return Part("Kafka", kafka.program, kafka.ready, kafka.prepare)


def postgres_part(postgres: EmbeddedPostgres) -> Part:
    return Part(
        "PostgreSQL", postgres.program, postgres.ready, postgres.prepare, postgres.remove_socket
    )


def front_door_part(settings: EstateSettings) -> Part:
    program = caddy(settings, _log(settings, "front-door"))
    return Part("The front door", program, _answers(f"http://127.0.0.1:{settings.port}/livez"))


def sign_in_part(settings: EstateSettings) -> Part:
    port = settings.sign_in_port
    program = _python(settings, "sign-in", "deploy.local.sign_in", str(port))
    page = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    return Part("The sign-in provider", program, _answers(page))


def mailbox_part(settings: EstateSettings) -> Part:
    ports = (str(settings.smtp_port), str(settings.mailbox_port))
    program = _python(settings, "mailbox", "deploy.local.mailbox", str(settings.mails), *ports)
    return Part(
        "The mailbox", program, _answers(f"http://127.0.0.1:{settings.mailbox_port}/mailbox")
    )


def service_part(
    settings: EstateSettings,
    service: str,
    database_url: str,
    secrets: Mapping[str, str],
    *,
    replica: tuple[int, int] | None = None,
) -> Part:
    """One of the five services, ready when it says so itself (`/readyz`). `replica`: the number and port of a further process of it."""
    number, port = replica or (1, settings.service_port(service))
    name = service if number == 1 else f"{service}-{number}"
    program = _python(
        settings,
        name,
        *("uvicorn", f"services.{service}.app:create_app", "--factory", "--host", "127.0.0.1"),
        # Whose X-Forwarded-For is believed is a setting of ours (INSIGHT_WEB_TRUSTED_PROXIES), not uvicorn's.
        *("--port", str(port), "--no-access-log", "--no-proxy-headers"),
        # Open event streams would hold a service up for ever when it is to stop.
        *("--timeout-graceful-shutdown", "4"),
        environment=service_environment(settings, service, database_url, secrets),
    )
    ready = _answers(f"http://127.0.0.1:{port}/readyz", good=True)
    return Part(name.capitalize(), program, ready)


def service_environment(
    settings: EstateSettings, service: str, database_url: str, secrets: Mapping[str, str]
) -> dict[str, str]:
    """What a service is told: `shared.platform.settings` and its own settings say what each is."""
    told = {
        "database_url": database_url,
        "kafka": settings.bootstrap,
        "topic_prefix": settings.topic_prefix,
        "public_url": settings.url,
        "session_key": secrets["session_key"],
        "sign_in_issuer": settings.issuer,
    }
    if settings.otlp_endpoint:
        told["otlp_endpoint"] = settings.otlp_endpoint
    if service == "intake":
        told["administrator_key"] = secrets["administrator_key"]
        given = settings.sign_in_client_secret
        told |= settings.sign_in_particulars()
        told["sign_in_client_secret"] = (
            given.get_secret_value() if given else secrets["sign_in_client_secret"]
        )
    if service == "notifications":
        told["smtp"] = settings.mail_server
    return {f"{service}_{name}".upper(): value for name, value in told.items()}


def _python(
    settings: EstateSettings,
    name: str,
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-m", module, *arguments],
        log=_log(settings, name),
        # One thread: classification's matrices are small, and two took twice the processor time and 11 MiB more.
        environment={
            "PYTHONUNBUFFERED": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **(environment or {}),
        },
        folder=ROOT,
    )


def _log(settings: EstateSettings, name: str) -> Path:
    return settings.folder / "logs" / f"{name}.log"


def _answers(url: str, *, good: bool = False) -> Callable[[], bool]:
    """A probe: whether anything answers there, or (`good`) whether the answer is a 2xx."""

    def probe() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own http address
                return True
        except urllib.error.HTTPError:
            return not good
        except OSError:
            return False

    return probe
