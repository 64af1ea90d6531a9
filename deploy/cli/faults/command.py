"""`insight faults`."""

import asyncio
import logging
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.cli.faults import rig, table
from deploy.cli.faults.sizes import ALL, SIZES, Fault


def faults(
    size: Annotated[str, typer.Option(envvar="FAULTS", help="short or long.")] = "short",
    seed: Annotated[int, typer.Option(envvar="FAULTS_SEED", help="For another run.")] = 1,
    reports: Annotated[int | None, typer.Option(min=100)] = None,
    rate: Annotated[float | None, typer.Option(min=1)] = None,
    only: Annotated[list[Fault] | None, typer.Option()] = None,
    folder: Annotated[Path | None, typer.Option()] = None,
    json_: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    # A broker that is killed is told a hundred times.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    wanted = SIZES[size]
    if reports:
        wanted = replace(wanted, reports=reports)
    if rate:
        wanted = replace(wanted, rate=rate)
    with tempfile.TemporaryDirectory(prefix="insight-faults-") as temporary:
        account = asyncio.run(
            rig.run(
                wanted,
                set(only or ALL),
                seed,
                rig.own_settings(folder or Path(temporary)),
                lambda line: print(line, file=sys.stderr, flush=True),
            )
        )
    if json_:
        print(table.as_json(account))
    else:
        table.show(account, Console())
    if not account.right:
        raise typer.Exit(1)
