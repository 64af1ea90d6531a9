"""`insight contracts`: what the estate publishes about itself - schemas of facts, AsyncAPI and OpenAPI - made from the code.

The files in `docs/contracts` are what other people build on, so they are kept in the repository and compared: a change that an older
reader or writer would trip over is named and refused.
"""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.console import fail
from deploy.cli.contracts.documents import Difference, compare, documents

FOLDER = Path("docs/contracts")

app = typer.Typer(
    help="Published contracts: JSON Schemas, AsyncAPI, OpenAPI.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Option(help="Where the published documents are.")]


@app.command()
def check(folder: Folder = FOLDER) -> None:
    """Say whether the published documents are those of this code; exit code 1 if not."""
    differences = compare(folder)
    for difference in differences:
        print(difference.describe())
    if any(difference.breaking for difference in differences):
        fail("these changes break readers or writers: publish a new type on a new topic instead.")
    if differences:
        fail("the published contracts are not current: run `insight contracts write`.")
    print("The published contracts are current.")


@app.command()
def write(
    folder: Folder = FOLDER,
    breaking: Annotated[bool, typer.Option(help="Even what breaks a published contract.")] = False,
) -> None:
    """Bring the published documents up to date; a breaking change is refused."""
    differences = compare(folder)
    if not breaking and (refused := [each for each in differences if each.breaking]):
        _refuse(refused)
    made = documents()
    for path, content in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    for difference in differences:
        print(difference.describe())
        if difference.path not in made:
            (folder / difference.path).unlink()


def _refuse(refused: list[Difference]) -> None:
    for difference in refused:
        print(difference.describe())
    fail(
        "nothing written: publish a new type on a new topic instead (or --breaking, before a release)."
    )
