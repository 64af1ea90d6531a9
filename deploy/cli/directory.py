"""`insight directory import FILE`: organisations from the Organisation Data Service's files, through intake's own door."""

import asyncio
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx2
import typer
from rich.console import Console

from deploy.cli.console import administrator_key, estate_settings

DOOR = "/api/v1/directory/imports"
MOST_SHOWN = 20
"""Changes and rows that are written out; `--json` has them all."""
PATIENCE_SECONDS = 300

app = typer.Typer(help="Looks after the directory of organisations.", no_args_is_help=True)


@app.callback()
def _directory() -> None:
    """Looks after the directory of organisations."""


Query = list[tuple[str, str | int | float | bool | None]]


class Ends(StrEnum):
    """How the command ends, in words; `EXIT_CODES` has the numbers."""

    AGREES = "the directory says what the file says"
    SOME_ROWS_REFUSED = "the same, but some rows could not be taken in"
    CANNOT_RUN = "it could not be run to its end"
    NOT_APPLIED = "there are changes, and --apply was not given"
    MANY_CLOSURES = "it would close many organisations, and --allow-closures was not given"


EXIT_CODES = {end: code for code, end in enumerate(Ends)}


class FileKind(StrEnum):
    PRACTICE = "practice"
    TRUST = "trust"


class CommissionerFrom(StrEnum):
    COMMISSIONER = "commissioner"
    ICB = "icb"


class CannotImport(Exception):
    """The message says why."""


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="epraccur or etr, as it was published.", show_default=False)
    ],
    kind: Annotated[
        FileKind | None,
        typer.Option(help="Which file it is; without it the file tells.", show_default=False),
    ] = None,
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="KIND or CODE=KIND",
            help="What new organisations are whose kind the file does not tell; one of them by its code.",
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(help="Prescribing setting to take in; 4 (GP practice) unless given."),
    ] = None,
    commissioner: Annotated[
        CommissionerFrom,
        typer.Option(help="Whom practices belong to: column 15, or the board of column 4."),
    ] = CommissionerFrom.COMMISSIONER,
    apply: Annotated[
        bool, typer.Option("--apply", help="Make the changes. Without it they are only shown.")
    ] = False,
    allow_closures: Annotated[
        bool,
        typer.Option("--allow-closures", help="Also when it closes many organisations."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    url: Annotated[
        str | None, typer.Option(help="The front door, if it is not this machine's.")
    ] = None,
) -> None:
    """Say what a file of the Organisation Data Service adds, changes and closes, and with --apply do it.

    Members, contacts, services and response times stay. An organisation that is not in the file is reported, not closed.
    The administrator's key is read from INSIGHT_ADMINISTRATOR_KEY, or from the data folder of the estate on this machine.
    Exit code: 0 the directory says what the file says, 1 the same but some rows could not be taken in, 2 it could not be run,
    3 there are changes and --apply was not given, 4 it would close many organisations and --allow-closures was not given.
    """
    settings = estate_settings()
    key = administrator_key(settings)
    if key is None:
        _end(f"there is no estate in {settings.folder}: set INSIGHT_ADMINISTRATOR_KEY.")
    try:
        content = file.read_bytes()
    except OSError as problem:
        _end(f"{file} cannot be read: {problem.strerror}.")
    asked = _query(kind, as_ or [], setting or [], commissioner)
    try:
        plan, end = asyncio.run(
            _run(
                content,
                asked,
                url=url or settings.url,
                key=key,
                apply=apply,
                allow_closures=allow_closures,
            )
        )
    except CannotImport as problem:
        _end(str(problem))
    if as_json:
        print(json.dumps({"ends": end.name.lower().replace("_", "-"), **plan}, indent=2))
    else:
        _tell(plan, end)
    raise typer.Exit(EXIT_CODES[end])


def _end(sentence: str) -> NoReturn:
    print(f"insight: {sentence}", file=sys.stderr, flush=True)
    raise typer.Exit(EXIT_CODES[Ends.CANNOT_RUN])


def _query(
    kind: FileKind | None,
    kinds: list[str],
    settings: list[str],
    commissioner: CommissionerFrom,
) -> Query:
    query: Query = [("commissioner", commissioner.value)]
    if kind:
        query.append(("sort", kind.value))
    query += [("setting", each) for each in settings]
    query += [("kind_of", each) if "=" in each else ("kind", each) for each in kinds]
    return query


async def _run(
    content: bytes,
    query: Query,
    *,
    url: str,
    key: str,
    apply: bool,
    allow_closures: bool,
) -> tuple[dict[str, Any], Ends]:
    headers = {"Authorization": f"Bearer {key}"}
    console = Console(stderr=True)
    try:
        async with httpx2.AsyncClient(
            base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
        ) as client:
            with console.status("Comparing the file with the directory"):
                answer = await client.post(
                    DOOR, params=query, content=content, headers={"Content-Type": "text/csv"}
                )
                plan = _answered(answer)
            if not plan["steps"] or not apply:
                return plan, _without_applying(plan)
            if plan["many_closures"] and not allow_closures:
                return plan, Ends.MANY_CLOSURES
            with console.status(f"Applying {len(plan['steps']):,} changes"):
                answer = await client.post(
                    f"{DOOR}/{plan['import_id']}/apply", params={"allow_closures": allow_closures}
                )
                plan = _answered(answer)
    except httpx2.HTTPError as problem:
        raise CannotImport(
            f"{url} cannot be reached ({type(problem).__name__}). Run the same command again:"
            " nothing is done twice."
        ) from None
    return plan, Ends.SOME_ROWS_REFUSED if plan["problems"] else Ends.AGREES


def _without_applying(plan: dict[str, Any]) -> Ends:
    if plan["steps"]:
        return Ends.NOT_APPLIED
    return Ends.SOME_ROWS_REFUSED if plan["problems"] else Ends.AGREES


def _answered(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_success:
        found: dict[str, Any] = answer.json()
        return found
    if answer.status_code in (401, 403):
        raise CannotImport(
            "the key is not an administrator's of this estate: set INSIGHT_ADMINISTRATOR_KEY."
        )
    try:
        document = answer.json()
        errors = "; ".join(f"{each['field']}: {each['message']}" for each in document["errors"])
        why = errors or document["detail"]
    except (ValueError, KeyError):
        why = f"HTTP {answer.status_code}"
    raise CannotImport(f"intake does not take this: {why}")


def _tell(plan: dict[str, Any], end: Ends) -> None:
    for name in ("new", "changed", "closed", "unchanged"):
        print(f"{name.capitalize():<16}{plan[name]:>9,}")
    print(f"{'Refused':<16}{len(plan['problems']):>9,}")
    _list(plan["steps"], _step_in_words)
    _list(plan["problems"], lambda each: f"line {each['line']}: {each['reason']}")
    for reason, count in plan["left_out"].items():
        print(f"Left out, {count:,}: {reason}")
    for title, name in (
        ("Commissioners that the directory does not know", "unknown_commissioners"),
        ("Open in the file, closed in the directory, left so", "closed_here"),
        ("Not in the file, left as they are", "missing"),
    ):
        codes = list(plan[name])
        if codes:
            more = f" and {len(codes) - MOST_SHOWN:,} more" if len(codes) > MOST_SHOWN else ""
            print(f"{title}: {', '.join(codes[:MOST_SHOWN])}{more}")
    print("Applied." if plan["applied_at"] else f"Not applied: {_why_not(end)}.")


def _why_not(end: Ends) -> str:
    return "there is nothing to change" if end in (Ends.AGREES, Ends.SOME_ROWS_REFUSED) else end


def _list(items: list[dict[str, Any]], words: Callable[[dict[str, Any]], str]) -> None:
    for each in items[:MOST_SHOWN]:
        print(f"  {words(each)}")
    if len(items) > MOST_SHOWN:
        print(f"  and {len(items) - MOST_SHOWN:,} more: --json lists them all")


def _step_in_words(step: dict[str, Any]) -> str:
    if step["what"] == "new":
        return f"new      {step['code']} {step['name']}"
    changes = "; ".join(
        f"{name} {step['before'].get(name) or 'nothing'} -> {value}"
        for name, value in step["after"].items()
    )
    return f"{step['what']:<8} {step['code']} {step['name']}: {changes}"
