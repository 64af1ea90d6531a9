"""`insight themes`: trains the models and measures them, for developers. Needs no servers; `make train` installs what it needs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import fail
from services.classification.model.versions import COMMENTS, NARRATIVES, Version, weights_file
from shared.contracts.reports import Kind

app = typer.Typer(
    no_args_is_help=True, help="Train the models that assign themes, and measure them."
)

_TRAINED = {Kind.FEEDBACK: COMMENTS, Kind.EVENT: NARRATIVES}

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="CSV, titles separated by a bar. Of feedback: text, question, sentiment and sub_themes, such as the published labelled "
        "comments. Of events: text and themes; without a file, the narratives that come with Insight. Of either, the corrections that "
        "the review pages give.",
    ),
]
OfKind = Annotated[Kind, typer.Option("--kind", help="Which model.")]


@app.command()
def train(
    files: Files = None,
    kind: OfKind = Kind.FEEDBACK,
    out: Annotated[
        Path | None,
        typer.Option(help="Where the weights go; by default where the newest version has them."),
    ] = None,
) -> None:
    """Fit the model to all the labelled texts of FILES. On one machine, the same files give the same bytes."""
    from deploy.training import commands, rows  # what they import is there for developers only

    version = _TRAINED[kind]
    try:
        sys.stdout.write(
            commands.train(version, _files(version, files), out or weights_file(version))
        )
    except (rows.UnusableRows, commands.EncoderMissing) as problem:
        fail(problem)


@app.command()
def evaluate(
    files: Files = None,
    kind: OfKind = Kind.FEEDBACK,
    card: Annotated[bool, typer.Option("--card", help="Write the model card, too.")] = False,
) -> None:
    """Measure on labelled texts that the model has not seen, and print the figures."""
    from deploy.training import commands, rows

    version = _TRAINED[kind]
    try:
        sys.stdout.write(commands.evaluate(version, _files(version, files), write_card=card))
    except (rows.UnusableRows, commands.EncoderMissing) as problem:
        fail(problem)


def _files(version: Version, files: list[Path] | None) -> list[Path]:
    if files:
        return files
    if version.kind is Kind.FEEDBACK:
        fail("Name the files of labelled comments.")
    from deploy.training.narratives import TUNING

    return [TUNING]
