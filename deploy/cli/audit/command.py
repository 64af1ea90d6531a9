"""The command's words, answers and exit codes."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from deploy.cli.audit.anchors import heads_in, written
from deploy.cli.audit.verify import Verified, read_heads, verify_estate
from deploy.cli.console import estate_settings
from deploy.local.settings import SERVICES, EstateSettings
from shared.contracts.operations import AuditHead

FOUND, NOT_CHECKED = 1, 3
_SHOWN = 20

app = typer.Typer(
    help="The history: is it still as it was written?", no_args_is_help=True, add_completion=False
)
Services = Annotated[
    list[str] | None,
    typer.Option("--service", help="Only this one; may be repeated.", show_default=False),
]


@app.command("verify")
def verify_command(
    service: Services = None,
    heads: Annotated[
        Path | None,
        typer.Option(
            help="Heads kept by `insight audit heads`, to hold the history against as well."
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Find every edit, deletion, reordering or cut in the history of each service, and say where.

    Reads the databases of INSIGHT_POSTGRES and the anchors on INSIGHT_KAFKA, or those of a running `insight run`.

    Exit code 0: nothing found. 1: tampering found. 3: it could not be checked.
    """
    settings = estate_settings()
    try:
        kept = heads_in(heads) if heads else []
        verified = asyncio.run(_verify(settings, _chosen(service), kept))
    except (OSError, ValueError, SQLAlchemyError, KafkaError, TimeoutError) as problem:
        _not_checked(problem)
    print(_as_json(verified) if as_json else _as_text(verified))
    if any(one.findings for one in verified):
        raise typer.Exit(FOUND)


@app.command("heads")
def heads_command(service: Services = None) -> None:
    """Print the head of each history as JSON, to be kept where nobody of this estate can change it."""
    settings = estate_settings()
    try:
        heads = asyncio.run(read_heads(settings, _chosen(service)))
    except (OSError, SQLAlchemyError, TimeoutError) as problem:
        _not_checked(problem)
    print(written(heads))


def _chosen(services: list[str] | None) -> list[str]:
    for name in services or ():
        if name not in SERVICES:
            raise typer.BadParameter(f"{name} is none of {', '.join(SERVICES)}")
    return services or list(SERVICES)


async def _verify(
    settings: EstateSettings, services: list[str], kept: list[AuditHead]
) -> list[Verified]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {service: progress.add_task(service, total=None) for service in services}
        return await verify_estate(
            settings,
            services,
            kept,
            lambda service, done, of: progress.update(
                tasks[service], completed=done, total=max(done, of)
            ),
        )


def _as_json(verified: list[Verified]) -> str:
    return json.dumps(
        [
            {
                "service": one.service,
                "entries": one.entries,
                "anchors": one.anchors,
                "findings": [
                    {
                        "fault": found.fault,
                        "first": found.first,
                        "last": found.last,
                        "record": found.record or None,
                    }
                    for found in one.findings
                ],
            }
            for one in verified
        ],
        indent=2,
    )


def _as_text(verified: list[Verified]) -> str:
    lines = []
    for one in verified:
        verdict = f"{len(one.findings)} FOUND" if one.findings else "as it was written"
        lines.append(f"{one.service}: {one.entries:,} entries, {one.anchors:,} anchors: {verdict}")
        lines += [f"  {found}" for found in one.findings[:_SHOWN]]
        if len(one.findings) > _SHOWN:
            lines.append(f"  and {len(one.findings) - _SHOWN:,} more (--json lists all)")
    return "\n".join(lines)


def _not_checked(problem: Exception) -> NoReturn:
    Console(stderr=True).print(
        f"insight: the history could not be checked ({problem}). Are INSIGHT_POSTGRES and INSIGHT_KAFKA right, "
        "or `insight run` running?"
    )
    raise typer.Exit(NOT_CHECKED)
