"""The data folder: who uses it, and the secrets made for it."""

import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TextIO

NEEDED_BYTES = 1_000_000_000
SECRETS = ("session_key", "administrator_key", "sign_in_client_secret", "database_password")


class CannotStart(Exception):
    """Something outside must change first; the message says what, in a sentence for whoever started it."""


def lock(folder: Path) -> TextIO:
    """Makes the folder and takes it for this process alone until the result is closed; `CannotStart` if it is taken.

    The kernel lets go of it when the process ends, however it ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = (folder / "lock").open("a")
    except OSError as problem:
        raise CannotStart(
            f"The data folder {folder} cannot be used ({problem.strerror}): set INSIGHT_DATA to one that can."
        ) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise CannotStart(
            f"Insight is already running on {folder}. Stop that copy with Ctrl-C, or start another one beside it "
            "with INSIGHT_DATA and INSIGHT_PORT set."
        ) from None
    return held


def need_space(folder: Path) -> None:
    """`CannotStart` when the disk is about to be full: PostgreSQL and Kafka would stop half-way."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"The disk is nearly full: {free / 1e9:.1f} GB are free for {folder} and 1 GB is needed. "
            "Make room, or set INSIGHT_DATA to a folder on another disk."
        )


def read_secrets(folder: Path) -> dict[str, str]:
    """The estate's own random secrets, made the first time, readable by the owner only."""
    kept = folder / "secrets.json"
    known: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    missing = [name for name in SECRETS if name not in known]
    if missing:
        known.update({name: secrets.token_urlsafe(32) for name in missing})
        new = kept.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file, indent=2)
        new.replace(kept)
    return known
