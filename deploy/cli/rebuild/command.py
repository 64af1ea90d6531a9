"""The command's words, answers and exit codes."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, NoReturn

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from deploy.cli.audit.verify import owner_url
from deploy.cli.console import estate_settings
from deploy.cli.rebuild.derived import DERIVED
from deploy.cli.rebuild.rebuilding import Rebuilt, Target, rebuild
from deploy.cli.rebuild.shadow import AnotherRebuild

DIFFERENT, NOT_DONE = 1, 3


def rebuild_command(
    service: Annotated[
        str,
        typer.Argument(
            help="reporting: its whole read model. classification, actions, notifications: their copy of the directory."
        ),
    ],
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only compare what Kafka says with what is there, and change nothing."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Make a service's read model again from Kafka, beside the one in use, and put it in its place.

    Pages go on showing the old one until the new one has caught up; the change itself takes a moment. Nothing else of the database is
    touched, nothing is published and nobody is mailed. It may be stopped at any time: then all is as it was. Compare first, if you
    like: --check.

    Exit code 0: done, or with --check both are equal row for row. 1: with --check they differ. 2: there is no such service. 3: it
    could not be done, and nothing was changed.
    """
    if service not in DERIVED:
        raise typer.BadParameter(
            f"{service} keeps nothing that could be rebuilt: name one of {', '.join(DERIVED)}",
            param_hint="SERVICE",
        )
    settings = estate_settings()
    target = Target(
        service,
        DERIVED[service],
        owner_url(settings, service),
        settings.database(service),
        settings.bootstrap,
        settings.topic_prefix,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("Records", total=None)
            rebuilt = asyncio.run(
                rebuild(
                    target,
                    switch=not check,
                    told=lambda done, of: progress.update(task, completed=done, total=of),
                )
            )
    except AnotherRebuild:
        _not_done(f"{service} is being rebuilt by somebody else just now.")
    except (OSError, SQLAlchemyError, KafkaError, TimeoutError) as problem:
        # A database error's own words may hold rows.
        _not_done(f"PostgreSQL or Kafka did not answer or refused ({type(problem).__name__}).")
    print(json.dumps(asdict(rebuilt)) if as_json else _as_text(service, rebuilt))
    if check and rebuilt.differences:
        raise typer.Exit(DIFFERENT)


def _as_text(service: str, rebuilt: Rebuilt) -> str:
    lines = [f"{service}: {rebuilt.records:,} records read."]
    lines += [f"  {name:<20} {count:>12,} rows" for name, count in rebuilt.rows.items()]
    if rebuilt.differences:
        found = ", ".join(f"{count:,} in {name}" for name, count in rebuilt.differences.items())
        lines.append(f"Rows that only one of the two had: {found}.")
    else:
        lines.append("Equal, row for row, to what was there.")
    if rebuilt.switched:
        lines.append("The new tables are in use.")
    return "\n".join(lines)


def _not_done(sentence: str) -> NoReturn:
    typer.echo(f"insight: {sentence} Nothing was changed.", err=True)
    raise typer.Exit(NOT_DONE)
