"""The `insight` command: one module per verb, listed here. A verb is imported alone when it is asked for by name: some bring the whole
estate along."""

import errno
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer

VERBS = {
    "run": "deploy.cli.run:run",
    "status": "deploy.cli.status:status",
    "import": "deploy.cli.import_:import_file",
    "classify": "deploy.cli.classify:classify_file",
    "spc": "deploy.cli.spc.command:spc",
    "demo": "deploy.cli.demo.command:demo",
    "migrate": "deploy.cli.migrate:migrate",
    "topics": "deploy.cli.topics:topics",
    "bench": "deploy.cli.bench.command:bench",
    "faults": "deploy.cli.faults.command:faults",
    "audit": "deploy.cli.audit:app",
    "contracts": "deploy.cli.contracts:app",
    "rebuild": "deploy.cli.rebuild.command:rebuild_command",
    "dead-letters": "deploy.cli.dead_letters:app",
    "directory": "deploy.cli.directory:app",
    "themes": "deploy.cli.themes:app",
}
"""Each verb's function, or group of further verbs."""
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""The disk is full, or fails. That whoever reads has seen enough is Typer's to heed."""


def app() -> None:
    """Runs the verb that the command line names; every other command line is answered with all of them at hand."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        try:
            build([asked] if asked in VERBS else VERBS)()
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        # What is left in the buffer has nowhere to go: Python would try once more at its end, and fail aloud.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"insight: not all could be written: {error.strerror}.\n")
        sys.exit(1)


def build(verbs: Iterable[str]) -> typer.Typer:
    """The command with these verbs."""
    built = typer.Typer(
        name="insight",
        help="Runs Insight on this machine and looks after it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    built.callback()(_insight)
    for verb in verbs:
        module, _, name = VERBS[verb].partition(":")
        found: Any = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            built.add_typer(found, name=verb)
        else:
            built.command(verb)(found)
    return built


def _insight() -> None:
    """Without it, a command with one verb would take the verb's name for an argument."""
