"""`insight status`: how every part is, and what has become of the reports."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import httpx2
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from deploy.cli.console import estate_settings
from deploy.local.settings import SERVICES, EstateSettings
from shared.contracts.operations import Heartbeat

PATIENCE_SECONDS = 12.0
"""Longer than a service itself waits for Kafka and its database, 5 seconds each: it is to say which of them is away."""


@dataclass(frozen=True)
class ServiceStatus:
    """One service as its own `/status` tells it; `up` is whether it answered at all."""

    up: bool = False
    ready: bool = False
    problems: tuple[str, ...] = ("does not answer",)
    lag: Mapping[str, int] = field(default_factory=dict)
    outbox_rows: int = 0
    outbox_age_seconds: float = 0.0
    dead_letters: int = 0
    dead_letters_waiting: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, Any] | None = None
    """Of intake: how many reports by when."""
    waiting: Sequence[Mapping[str, Any]] = ()
    """Of intake: what its outbox holds up. Of reporting: where reports wait, by its last check."""


@dataclass(frozen=True)
class EstateStatus:
    """The whole: `counts` adds up what the services tell."""

    ok: bool
    front_door: bool
    services: Mapping[str, ServiceStatus]
    counts: Mapping[str, int]


def status(
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs: one JSON document.")
    ] = False,
) -> None:
    """Say how each service is and what has become of the reports; exit code 1 when something is down."""
    found = asyncio.run(read_status(estate_settings()))
    if as_json:
        print(json.dumps(asdict(found), indent=2))
    else:
        _show(found)
    if not found.ok:
        raise typer.Exit(1)


async def read_status(settings: EstateSettings) -> EstateStatus:
    """Asks the front door and every service at once. Never raises for one that does not answer."""
    async with httpx2.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
        front_door, *answers = await asyncio.gather(
            _front_door(client, settings),
            *(_service(client, settings.service_port(service)) for service in SERVICES),
        )
    services = dict(
        zip(SERVICES, [one for one in answers if isinstance(one, ServiceStatus)], strict=True)
    )
    counts: dict[str, int] = {}
    for service in services.values():
        for name, count in service.counts.items():
            counts[name] = counts.get(name, 0) + count
    ok = bool(front_door) and all(service.ready for service in services.values())
    return EstateStatus(ok=ok, front_door=bool(front_door), services=services, counts=counts)


async def _front_door(client: httpx2.AsyncClient, settings: EstateSettings) -> bool:
    try:
        answer = await client.get(f"http://127.0.0.1:{settings.port}/")
    except httpx2.HTTPError:
        return False
    return answer.status_code < 500


async def _service(client: httpx2.AsyncClient, port: int) -> ServiceStatus:
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/status")
        told = Heartbeat.model_validate_json(answer.content)
    except (httpx2.HTTPError, ValidationError):
        return ServiceStatus()
    return ServiceStatus(
        up=True,
        ready=told.ready,
        problems=told.problems,
        lag=told.lag,
        outbox_rows=told.outbox_rows,
        outbox_age_seconds=told.outbox_age_seconds,
        dead_letters=told.dead_letters,
        dead_letters_waiting=told.dead_letters_waiting,
        counts=told.counts,
        accepted=told.accepted.model_dump(mode="json") if told.accepted else None,
        waiting=[one.model_dump(mode="json") for one in told.waiting],
    )


def _show(found: EstateStatus) -> None:
    console = Console()
    table = Table("Service", "State", "Consumer lag", "Outbox", "Dead letters")
    for name, service in found.services.items():
        table.add_row(
            name,
            _state(service),
            f"{sum(service.lag.values()):,}",
            f"{service.outbox_rows:,} rows, oldest {service.outbox_age_seconds:.1f} s",
            f"{service.dead_letters:,}, {service.dead_letters_waiting:,} waiting"
            if service.dead_letters
            else "none",
        )
    console.print(table)
    counts = Table("What", "How many")
    for name, count in found.counts.items():
        counts.add_row(name.replace("_", " ").replace("-", " "), f"{count:,}")
    if found.counts:
        console.print(counts)
    _show_waiting(console, found)
    if not found.front_door:
        console.print("The front door does not answer.")


def _show_waiting(console: Console, found: EstateStatus) -> None:
    """Reports that have not come as far as they should have."""
    table = Table("Told by", "Waits at", "Reports", "Since", "The oldest")
    for name, service in found.services.items():
        for one in service.waiting:
            oldest = ", ".join(one["references"])
            table.add_row(name, one["stage"], f"{one['number']:,}", one["since"], oldest)
    if table.row_count:
        console.print(table)


def _state(service: ServiceStatus) -> str:
    if service.ready:
        return "ready"
    return "; ".join(service.problems) or "not ready"
