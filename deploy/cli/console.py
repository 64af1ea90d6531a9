"""What all verbs share: reading the settings, and ending with one sentence."""

import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from deploy.local.settings import EstateSettings


def fail(sentence: object) -> NoReturn:
    """Says what is wrong on standard error and ends the command with exit code 1."""
    print(f"insight: {sentence}", file=sys.stderr, flush=True)
    raise typer.Exit(1)


def estate_settings() -> EstateSettings:
    """The settings of this environment; a wrong one ends the command with a sentence that names it."""
    try:
        return EstateSettings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = "INSIGHT_" + "_".join(str(part) for part in first["loc"]).upper()
        fail(f"{name} is not usable: {first['msg']}.")
