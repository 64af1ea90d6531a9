"""The command's verbs and exit codes."""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from deploy.cli.console import estate_settings
from deploy.cli.dead_letters import words
from deploy.cli.dead_letters.desk import OPERATOR_VARIABLE, Desk, Told, opened, who_runs_this
from deploy.local.settings import SERVICES
from services.reporting.domain.letters import ALL, Selection
from shared.contracts.operations import Cause, Decision, LetterOutcome

OPEN, WRONGLY_ASKED, CANNOT_ASK, NOT_DONE = 1, 2, 3, 4
MOST_GROUPS = 1_000

_GROUP = re.compile(r"[0-9a-f]{12}")

T = TypeVar("T")

app = typer.Typer(
    help="Records that services could not process: look at them masked, replay them, discard them.",
    no_args_is_help=True,
    add_completion=False,
)
Which = Annotated[
    list[str] | None,
    typer.Argument(help="Letters and groups, as `list` and `show` name them.", show_default=False),
]
OfCause = Annotated[Cause | None, typer.Option(help="Only of this cause.", show_default=False)]
OfService = Annotated[
    str | None, typer.Option(help="Only what this service set aside.", show_default=False)
]
Everything = Annotated[bool, typer.Option("--all", help="Every letter that waits.")]
By = Annotated[
    str | None,
    typer.Option(
        help=f"Who decides, for the history; {OPERATOR_VARIABLE}, or who is signed in here, unless said.",
        show_default=False,
    ),
]
Wait = Annotated[
    float, typer.Option(min=0, help="Seconds to wait for the services to have done it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]


@app.command("list")
def list_groups(
    cause: OfCause = None, service: OfService = None, *, as_json: AsJson = False
) -> None:
    """Say what waits for a decision, by reason.

    Exit code 0: nothing waits. 1: something does. 3: the database does not answer.
    """
    selection = Selection(cause=cause, consumer=_service(service))
    groups = _ask(lambda desk: desk.groups(selection, MOST_GROUPS))
    if as_json:
        print(json.dumps([words.group_as_json(one) for one in groups], indent=2))
    elif groups:
        words.show_groups(groups)
    else:
        print("None: no record waits for a decision.")
    if groups:
        raise typer.Exit(OPEN)


@app.command("show")
def show(
    which: Annotated[str, typer.Argument(help="A letter or a group.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Letters of a group to show.")] = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a letter with its history, or the letters of a group: structure, kinds and lengths, never what is in them.

    Exit code 0: shown. 2: there is no such letter or open group. 3: the database does not answer.
    """
    if _GROUP.fullmatch(which):
        _show_group(which, limit, as_json=as_json)
        return
    letter_id = _letter_id(which)
    found = _ask(lambda desk: desk.letter(letter_id))
    if found is None:
        _wrong(f"there is no dead letter {letter_id}")
    letter, history = found
    if as_json:
        entries = [words.entry_as_json(one) for one in history]
        print(json.dumps(words.letter_as_json(letter) | {"history": entries}, indent=2))
    else:
        words.show_letter(letter, history)


def _show_group(group: str, limit: int, *, as_json: bool) -> None:
    selection = Selection(group=group)
    groups = _ask(lambda desk: desk.groups(selection, 1))
    if not groups:
        _wrong(f"no letter of group {group} is open")
    letters = _ask(lambda desk: desk.letters(selection, limit))
    if as_json:
        told = [words.letter_as_json(one) for one in letters]
        print(json.dumps(words.group_as_json(groups[0]) | {"letters": told}, indent=2))
    else:
        words.show_groups(groups)
        words.show_letters(letters, groups[0].number)


@app.command("replay")
def replay(
    which: Which = None,
    cause: OfCause = None,
    service: OfService = None,
    reason: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    by: By = None,
    wait: Wait = 30,
    *,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Have the services that set records aside try them once more. Nobody else does, and twice has no second effect.

    What cannot be read at all is refused again until a release runs that can read it: mend the reader first.

    Exit code 0: done (or nothing waited). 1: some were refused again. 2: wrongly asked. 3: the database does not answer.
    4: decided, and not done within --wait.
    """
    _decide(
        Decision.REPLAY, _selections(which, cause, service, everything), reason, by, wait, as_json
    )


@app.command("discard")
def discard(
    reason: Annotated[str, typer.Option(help="Why, for the history.", show_default=False)],
    which: Which = None,
    cause: OfCause = None,
    service: OfService = None,
    by: By = None,
    wait: Wait = 30,
    *,
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Have records never applied. This cannot be undone.

    Exit code 0: done (or nothing waited). 2: wrongly asked. 3: the database does not answer. 4: decided, and not done within
    --wait.
    """
    if not reason.strip():
        _wrong("--reason must say why")
    _decide(
        Decision.DISCARD, _selections(which, cause, service, everything), reason, by, wait, as_json
    )


def _decide(
    decision: Decision,
    selections: list[Selection],
    reason: str,
    by: str | None,
    wait: float,
    as_json: bool,
) -> None:
    if len(reason) > 500:
        _wrong("--reason must be 500 characters or fewer")
    told = _ask(lambda desk: _decided(desk, decision, selections, reason.strip(), wait), by)
    if as_json:
        print(json.dumps(words.told_as_json(told), indent=2))
    else:
        words.show_told(told, decision)
    if told.not_done > 0:
        raise typer.Exit(NOT_DONE)
    if told.outcomes[LetterOutcome.REFUSED]:
        raise typer.Exit(OPEN)


async def _decided(
    desk: Desk, decision: Decision, selections: list[Selection], reason: str, wait: float
) -> Told:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        deciding = progress.add_task("Decided", total=None)
        doing = progress.add_task("Done by the services", total=None)
        told = await desk.decide(
            selections,
            decision,
            reason,
            lambda done, of: progress.update(deciding, completed=done, total=of),
        )
        return await desk.outcomes(
            told, wait, lambda done, of: progress.update(doing, completed=done, total=of)
        )


def _selections(
    which: list[str] | None,
    cause: Cause | None,
    service: str | None,
    everything: bool,
) -> list[Selection]:
    if everything:
        if which or cause or service:
            _wrong("--all goes with nothing else")
        return [ALL]
    if not which:
        if not (cause or service):
            _wrong("name letters or groups, a --cause or a --service, or --all")
        return [Selection(cause=cause, consumer=_service(service))]
    groups = [one for one in which if _GROUP.fullmatch(one)]
    ids = tuple(_letter_id(one) for one in which if one not in groups)
    narrowed = {"cause": cause, "consumer": _service(service)}
    found = [Selection(group=group, **narrowed) for group in groups]  # type: ignore[arg-type]  # each has its own type
    if ids:
        found.append(Selection(ids=ids, **narrowed))  # type: ignore[arg-type]  # the same
    return found


def _letter_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        _wrong(f"{text} is neither a letter nor a group")


def _service(name: str | None) -> str | None:
    if name is not None and name not in SERVICES:
        _wrong(f"{name} is none of {', '.join(SERVICES)}")
    return name


def _ask(question: Callable[[Desk], Awaitable[T]], by: str | None = None) -> T:
    settings = estate_settings()

    async def ask() -> T:
        async with opened(settings, by or who_runs_this()) as desk:
            return await question(desk)

    try:
        return asyncio.run(ask())
    except (OSError, SQLAlchemyError, TimeoutError) as problem:
        print(
            f"insight: reporting's database does not answer or refused ({type(problem).__name__}). Is INSIGHT_POSTGRES right, or"
            " `insight run` running, and is it migrated?",
            file=sys.stderr,
        )
        raise typer.Exit(CANNOT_ASK) from None


def _wrong(sentence: str) -> NoReturn:
    print(f"insight: {sentence}.", file=sys.stderr)
    raise typer.Exit(WRONGLY_ASKED)
