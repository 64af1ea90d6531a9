"""The account as people read it, and as programs do."""

import json
from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from deploy.cli.faults.ledger.account import Account, Figure, Line, Sort


def as_json(account: Account) -> str:
    told = TypeAdapter(Account).dump_python(account, mode="json")
    return json.dumps({"right": account.right, "wrong": account.wrong, **told}, indent=2)


def show(account: Account, console: Console) -> None:
    """Everything in detail, then the whole in ten lines."""
    console.print(_comparisons(account.lines))
    console.print(_figures(account.figures))
    console.print(_whole(account))
    for example in (example for line in account.lines for example in line.examples):
        console.print(example, markup=False)
    if account.right:
        console.print("Everything is as it must be.")
    else:
        console.print("\n  ".join(["Not as it must be:", *account.wrong]), markup=False)


def show_choices(faults: Mapping[str, str], mutants: Mapping[str, str], console: Console) -> None:
    for title, choices in (("--only", faults), ("--mutant", mutants)):
        table = Table(title, "What it is")
        for name, meaning in choices.items():
            table.add_row(name, meaning)
        console.print(table)


def _comparisons(lines: Iterable[Line]) -> Table:
    table = Table("What was compared", "Expected", "Lost", "Twice")
    for sort in Sort:
        for one in (line for line in lines if line.sort is sort):
            table.add_row(one.what, f"{one.expected:,}", f"{one.lost:,}", f"{one.twice:,}")
        table.add_section()
    return table


def _figures(figures: Iterable[Figure]) -> Table:
    table = Table("Figure", "Number", "Must be", "")
    for one in figures:
        table.add_row(one.what, f"{one.number:,.0f}", _bounds(one), one.remark)
    return table


def _bounds(figure: Figure) -> str:
    if figure.most is None:
        return f"at least {figure.least:,.0f}" if figure.least else ""
    return f"at most {figure.most:,.0f}" if figure.most else "0"


def _whole(account: Account) -> Table:
    table = Table("The whole", "", "")
    table.add_row("promised", _sum(account.told["promised"]), _words(account.told["promised"]))
    for what, sort in (("", Sort.EFFECTS), (" mails", Sort.MAILS), (" poison", Sort.POISON)):
        lines = [line for line in account.lines if line.sort is sort]
        table.add_row(f"lost{what}", f"{sum(line.lost for line in lines):,}", "")
        table.add_row(f"twice{what}", f"{sum(line.twice for line in lines):,}", "")
    for what in ("poison", "dead letters", "facts of the next release"):
        table.add_row(what, _sum(account.told[what]), _words(account.told[what]))
    if harms := account.told.get("faults"):
        table.add_row("faults", "", _words(harms))
    return table


def _sum(numbers: Mapping[str, int]) -> str:
    return f"{sum(numbers.values()):,}"


def _words(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())
