"""What the command tells: to people as tables, to programs as JSON."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.console import Group as Lines
from rich.markup import escape
from rich.table import Table

from deploy.cli.dead_letters.desk import Told
from services.reporting.domain.shapes import faults_in
from services.reporting.repository.letters import Group, Letter
from shared.contracts.operations import Decision, LetterOutcome
from shared.platform.audit.verification import Kept

OUTCOMES = {
    LetterOutcome.APPLIED: "applied",
    LetterOutcome.KNOWN: "applied before: no second effect",
    LetterOutcome.NOT_WANTED: "readable by now, and nothing that the service takes",
    LetterOutcome.REFUSED: "refused again: kept, and not tried by itself",
    LetterOutcome.DISCARDED: "discarded",
    LetterOutcome.MISSING: "not there any more: the service's database began anew since",
}


def group_as_json(group: Group) -> dict[str, Any]:
    return {
        "group": group.group,
        "cause": group.cause,
        "detail": group.detail,
        "consumer": group.consumer,
        "origin_topic": group.origin_topic,
        "waiting": group.waiting,
        "decided": group.decided,
        "oldest": group.oldest.isoformat(),
        "newest": group.newest.isoformat(),
    }


def letter_as_json(letter: Letter) -> dict[str, Any]:
    return {
        "letter_id": str(letter.letter_id),
        "group": letter.group,
        "state": letter.state,
        "outcome": letter.outcome,
        "tries": letter.tries,
        "cause": letter.cause,
        "detail": letter.detail,
        "consumer": letter.consumer,
        "origin": {
            "topic": letter.origin_topic,
            "partition": letter.origin_partition,
            "offset": letter.origin_offset,
        },
        "occurred_at": letter.occurred_at.isoformat(),
        "reference": letter.reference,
        "shape": letter.shape.model_dump(mode="json") if letter.shape else None,
    }


def entry_as_json(kept: Kept) -> dict[str, Any]:
    entry = kept.entry
    return {
        "at": entry.at.isoformat(),
        "who": entry.author_name,
        "author_kind": entry.author_kind,
        "acting_for": entry.acting_for,
        "step": entry.step,
        **json.loads(entry.after),
    }


def told_as_json(told: Told) -> dict[str, Any]:
    return {
        "letters": told.letters,
        "decisions": [str(one) for one in told.decisions],
        "outcomes": {outcome: told.outcomes[outcome] for outcome in LetterOutcome},
        "not_done": told.not_done,
    }


def show_groups(groups: Sequence[Group]) -> None:
    table = _table("Group", "Cause", "What was wrong", "Set aside by", "From", "Records", "Oldest")
    for one in groups:
        table.add_row(
            one.group,
            one.cause,
            escape(one.detail),
            one.consumer,
            escape(one.origin_topic),
            f"{one.waiting:,}" + (f" (+{one.decided:,} decided)" if one.decided else ""),
            _moment(one.oldest),
        )
    Console().print(table)


def show_letters(letters: Sequence[Letter], of: int) -> None:
    Console().print(Lines(*(_letter(one) for one in letters)))
    if of > len(letters):
        print(f"and {of - len(letters):,} more: --limit shows more of them")


def show_letter(letter: Letter, history: Sequence[Kept]) -> None:
    Console().print(_letter(letter))
    table = _table("When", "Who", "What", "Why")
    for kept in history:
        entry, told = kept.entry, json.loads(kept.entry.after)
        why = told.get("reason") or told.get("detail") or ""
        table.add_row(_moment(entry.at), escape(entry.author_name), entry.step, escape(why))
    if history:
        Console().print(table)
    else:
        print("Nobody has decided about it yet.")


def show_told(told: Told, decision: Decision) -> None:
    if not told.letters:
        print("None of those waits for a decision.")
        return
    what = "replay" if decision is Decision.REPLAY else "discard"
    print(f"Decided to {what} {told.letters:,}:")
    for outcome, words in OUTCOMES.items():
        if told.outcomes[outcome]:
            print(f"  {told.outcomes[outcome]:>8,} {words}")
    if told.not_done > 0:
        print(f"  {told.not_done:>8,} not done yet: it is once reporting and their service run")


def _letter(letter: Letter) -> RenderableType:
    table = _table("Letter", str(letter.letter_id))
    where = (
        f"{letter.origin_topic}, partition {letter.origin_partition}, offset {letter.origin_offset}"
    )
    state = f"{letter.state}, {OUTCOMES[letter.outcome]}" if letter.outcome else letter.state
    for name, told in (
        ("state", state),
        ("report", letter.reference or "not known"),
        ("cause", f"{letter.cause}: {letter.detail}"),
        ("set aside", f"by {letter.consumer} at {_moment(letter.occurred_at)}"),
        ("from", where),
        ("refused again", f"{letter.tries:,} times"),
    ):
        table.add_row(name, escape(told))
    if letter.shape is None:
        table.add_row("record", "not kept what it looks like")
        return table
    faults = faults_in(letter.detail)
    table.add_row("key", letter.shape.key)
    for name, told in letter.shape.headers:
        table.add_row(f"header {escape(name)}", escape(told))
    table.add_row("value", escape(letter.shape.value))
    for name, told in letter.shape.fields:
        wrong = f"  refused: {faults[name]}" if name in faults else ""
        table.add_row(f"  {escape(name)}", escape(told + wrong))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
