"""`insight import FILE`: a table of reports through intake's own door."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.cli.console import KEY_VARIABLE, administrator_key, estate_settings
from deploy.cli.import_.account import Account
from deploy.cli.import_.mapping import Mapping, UnusableMapping, read_mapping
from deploy.cli.import_.sending import CannotSend, send_all
from deploy.cli.import_.table import UnusableFile, count_rows, read_rows
from deploy.local.settings import EstateSettings

OWN_KEY_VARIABLE = "INSIGHT_KEY"
MOST_SHOWN = 20
"""Refused rows that are written out; `--json` has them all."""


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with a header, in UTF-8.", show_default=False)],
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file that says which column is what.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Takes a field from a column."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="Gives a field the same value in every row."
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD:FROM=TO", help="Reads one value of a column as another."),
    ] = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Start response clocks and alert providers. Without it rows are history."
        ),
    ] = False,
    batch: Annotated[int, typer.Option(min=1, max=1_000, help="Reports in one request.")] = 250,
    url: Annotated[
        str | None, typer.Option(help="The front door, if it is not this machine's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The closing account as JSON.")] = False,
) -> None:
    """Take the reports of a CSV file in. Running it again adds nothing that is there already.

    The key is read from INSIGHT_KEY (an organisation's own) or INSIGHT_ADMINISTRATOR_KEY, or from the data folder of the estate on this machine.
    Exit code: 0 all rows are in, 1 some were refused, 2 the import could not be run to its end.
    """
    settings = estate_settings()
    try:
        plan = read_mapping(mapping, map_ or [], set_ or [], value or [])
        account = asyncio.run(
            _run(file, plan, live=live, batch=batch, url=url or settings.url, key=_key(settings))
        )
    except (UnusableMapping, UnusableFile, CannotSend) as problem:
        if isinstance(problem, CannotSend) and problem.account.read:
            _tell(problem.account, as_json)
        print(f"insight: {problem}", file=typer.get_text_stream("stderr"), flush=True)
        raise typer.Exit(2) from None
    _tell(account, as_json)
    if account.refused:
        raise typer.Exit(1)


def _key(settings: EstateSettings) -> str:
    key = os.environ.get(OWN_KEY_VARIABLE) or administrator_key(settings)
    if key is None:
        raise CannotSend(
            f"there is no estate in {settings.folder}: set {KEY_VARIABLE} to the key of the one to import into, or INSIGHT_DATA.",
            Account(),
        )
    return key


async def _run(file: Path, plan: Mapping, *, live: bool, batch: int, url: str, key: str) -> Account:
    total = count_rows(file, plan.columns_used)
    account = Account()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Reports", total=total)
        rows = read_rows(file, plan.columns_used)
        await send_all(
            rows,
            plan,
            account,
            historic=not live,
            batch=batch,
            url=url,
            key=key,
            advance=lambda count: progress.update(task, advance=count),
        )
    return account


def _tell(account: Account, as_json: bool) -> None:
    if as_json:
        print(json.dumps(account.as_document(), indent=2))
        return
    print(f"Read            {account.read:>9,}")
    print(f"Accepted        {account.accepted:>9,}")
    print(f"Already there   {account.already_there:>9,}")
    print(f"Refused         {len(account.refused):>9,}")
    if account.masked:
        print(f"Identifiers masked {account.masked:>6,}")
    for refusal in account.refused[:MOST_SHOWN]:
        print(f"  line {refusal.line}: {refusal.reason}")
    if len(account.refused) > MOST_SHOWN:
        print(f"  and {len(account.refused) - MOST_SHOWN:,} more: --json lists them all")
