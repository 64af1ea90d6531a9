"""Copies of the code in which a few lines are changed: services are started from there instead of from here.

Everything unchanged is a link. A change whose old lines are not there any more, or are there twice, is an error: it would test
nothing.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.parts import ROOT

ROOMS = ("shared", "services", "deploy")


class DoesNotFit(Exception):
    """The lines to change are not there as they were; the message says which."""


@dataclass(frozen=True)
class Change:
    file: str
    old: str
    new: str


NEXT_RELEASE = (
    Change(
        "shared/contracts/base.py",
        "    occurred_at: AwareDatetime\n",
        '    occurred_at: AwareDatetime\n    edition: str | None = "next"\n',
    ),
)
"""A release whose facts all have one more optional field, which the present one does not know."""


def build(changes: Sequence[Change], folder: Path) -> Path:
    """Makes the copy in a new folder and gives it. Raises DoesNotFit."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, copy_function=os.symlink)
    for change in changes:
        file = folder / change.file
        text = file.read_text() if file.exists() else ""
        if text.count(change.old) != 1:
            raise DoesNotFit(f"{change.file} has not once: {change.old}")
        file.unlink(missing_ok=True)
        file.write_text(text.replace(change.old, change.new))
    return folder
