"""`insight themes`: trains the model for feedback and measures it, for developers. Needs no servers; `make train` installs what it needs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import fail
from services.classification.model.versions import COMMENTS, weights_file

app = typer.Typer(no_args_is_help=True, help="Train the model for feedback, and measure it.")

Files = Annotated[
    list[Path],
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="CSV with text, question, sentiment and sub_themes (titles, separated by a bar), such as the published labelled "
        "comments, or the corrections that the review pages give.",
    ),
]


@app.command()
def train(
    files: Files,
    out: Annotated[
        Path | None,
        typer.Option(help="Where the weights go; by default where the newest version has them."),
    ] = None,
) -> None:
    """Fit the model to all the labelled comments of FILES. On one machine, the same files give the same bytes."""
    from deploy.training import commands, rows  # what they import is there for developers only

    try:
        sys.stdout.write(commands.train(files, out or weights_file(COMMENTS)))
    except (rows.UnusableRows, commands.EncoderMissing) as problem:
        fail(problem)


@app.command()
def evaluate(
    files: Files,
    card: Annotated[bool, typer.Option("--card", help="Write the model card, too.")] = False,
) -> None:
    """Cross-validate on the labelled comments of FILES and print the figures."""
    from deploy.training import commands, rows

    try:
        sys.stdout.write(commands.evaluate(files, card=card))
    except (rows.UnusableRows, commands.EncoderMissing) as problem:
        fail(problem)
