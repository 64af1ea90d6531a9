"""`insight faults`."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Coroutine
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy.cli.console import fail
from deploy.cli.faults import mutants, rig, table
from deploy.cli.faults.fleet import NotInTime
from deploy.cli.faults.ledger.account import Account
from deploy.cli.faults.load.door import NotAccepted
from deploy.cli.faults.sizes import ALL, MEANING, SIZES, Fault, Size
from deploy.cli.run import STOP_SIGNALS
from deploy.local.folder import CannotStart
from deploy.local.programs import DidNotStart
from deploy.local.settings import EstateSettings

CANNOT_TELL = 2
"""Exit code: the run did not come to an account."""
PROBLEMS = (NotInTime, NotAccepted, CannotStart, DidNotStart, OSError)


def _size(name: str) -> str:
    if name not in SIZES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(SIZES)}.")
    return name


def _mutant(name: str | None) -> str | None:
    if name is not None and name not in mutants.BY_NAME:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(mutants.BY_NAME)}.")
    return name


def _list_all(wanted: bool) -> None:
    if wanted:
        table.show_choices(
            {fault.value: MEANING[fault] for fault in Fault},
            {one.name: one.broken for one in mutants.MUTANTS},
            Console(),
        )
        raise typer.Exit


def faults(
    size: Annotated[
        str,
        typer.Option(
            envvar="FAULTS",
            callback=_size,
            help="short (20,000 reports, some minutes) or long (200,000 reports and at least 20 kills of each service).",
        ),
    ] = "short",
    seed: Annotated[
        int,
        typer.Option(
            envvar="FAULTS_SEED", help="The same reports, faults and order of faults for a seed."
        ),
    ] = 1,
    reports: Annotated[
        int | None, typer.Option(min=100, help="Another number of reports.", show_default=False)
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=1, help="Another number a second.", show_default=False)
    ] = None,
    only: Annotated[
        list[Fault] | None,
        typer.Option(help="Only these faults; may be given again.", show_default=False),
    ] = None,
    mutant: Annotated[
        str | None,
        typer.Option(
            callback=_mutant,
            help="Instead, a short run of code that is broken on purpose, which must come out wrong.",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Keep the estate's data and logs and the ledger's entries here, in a new folder.",
            show_default=False,
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    _list: Annotated[
        bool,
        typer.Option(
            "--list",
            is_eager=True,
            callback=_list_all,
            help="Say what each fault and each mutant is, and do nothing.",
        ),
    ] = False,
) -> None:
    """Harm an estate of its own in every way that machines have, while reports come in, and account for every one of them.

    Exit code 0 when every figure is what it must be, 1 when one is not, 2 when the run did not come to an account.
    """
    if folder is not None and folder.exists() and any(folder.iterdir()):
        fail(f"{folder} is not empty: an account covers one run.")
    # A broker that is killed is told of a hundred times.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    wanted = SIZES[size]
    wanted = replace(wanted, reports=reports or wanted.reports, rate=rate or wanted.rate)
    temporary = tempfile.TemporaryDirectory(prefix="insight-faults-")
    with nullcontext(folder) if folder else temporary as place:
        settings = rig.own_settings(Path(place))
        account = _run(_chosen(settings, wanted, seed, set(only or ALL), mutant))
    if json_:
        print(table.as_json(account))
    else:
        table.show(account, Console())
    if not account.right:
        raise typer.Exit(1)


def _chosen(
    settings: EstateSettings, size: Size, seed: int, only: set[Fault], mutant: str | None
) -> Coroutine[Any, Any, Account]:
    if mutant is not None:
        return mutants.run(mutants.BY_NAME[mutant], seed, settings, _say)
    return rig.run(size, only, seed, settings, _say)


def _run(work: Coroutine[Any, Any, Account]) -> Account:
    """Ends the command when there is no account: whatever was harmed is stopped first."""
    try:
        return asyncio.run(_until_told_to_stop(work))
    except* PROBLEMS as problems:
        print(f"insight: {_first(problems)}", file=sys.stderr, flush=True)
    except* asyncio.CancelledError:
        print("insight: stopped before there was an account", file=sys.stderr, flush=True)
    raise typer.Exit(CANNOT_TELL)


async def _until_told_to_stop(work: Coroutine[Any, Any, Account]) -> Account:
    task = asyncio.create_task(work)
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


def _first(problems: BaseException) -> BaseException:
    while isinstance(problems, BaseExceptionGroup):
        problems = problems.exceptions[0]
    return problems


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
