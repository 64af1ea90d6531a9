"""What all verbs share: reading the settings, and ending with one sentence."""

import os
import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from deploy.local.folder import read_secrets
from deploy.local.settings import EstateSettings

KEY_VARIABLE = "INSIGHT_ADMINISTRATOR_KEY"


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


def administrator_key(settings: EstateSettings) -> str | None:
    """From the environment, else of the estate on this machine; none where there is neither."""
    if key := os.environ.get(KEY_VARIABLE):
        return key
    if not (settings.folder / "secrets.json").exists():
        return None
    return read_secrets(settings.folder)["administrator_key"]
