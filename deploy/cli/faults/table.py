"""The account as people read it, and as programs do."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from deploy.cli.faults.ledger.account import Account, Line, Sort


def as_json(account: Account) -> str:
    return json.dumps({"right": account.right, "wrong": account.wrong, **asdict(account)}, indent=2)


def show(account: Account, console: Console) -> None:
    console.print(_comparisons(account.lines))
    console.print(_figures(account))
    for what, numbers in account.told.items():
        told = ", ".join(f"{name} {number:,}" for name, number in numbers.items())
        console.print(f"{what}: {told or 'none'}")
    for example in (example for line in account.lines for example in line.examples):
        console.print(f"[bold]{example}[/bold]")
    console.print(verdict(account))


def verdict(account: Account) -> str:
    if account.right:
        return "Everything is as it must be."
    return "\n".join(["Not as it must be:", *(f"  {one}" for one in account.wrong)])


def _comparisons(lines: Iterable[Line]) -> Table:
    table = Table("What", "Expected", "Lost", "Twice")
    for sort in Sort:
        for one in (line for line in lines if line.sort is sort):
            table.add_row(one.what, f"{one.expected:,}", f"{one.lost:,}", f"{one.twice:,}")
        table.add_section()
    return table


def _figures(account: Account) -> Table:
    table = Table("Figure", "Number", "Must be", "")
    for one in account.figures:
        bounds = ""
        if one.most is not None:
            bounds = f"at most {one.most:,.0f}" if one.most else "0"
        elif one.least:
            bounds = f"at least {one.least:,.0f}"
        table.add_row(one.what, f"{one.number:,.0f}", bounds, one.remark)
    return table
