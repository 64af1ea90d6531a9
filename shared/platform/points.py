"""Named points of the work at which the fault rig (`insight faults`) can end or freeze this very process.

Crashes that meet such a point by chance are one in thousands, and it is there that things get lost or done twice. Without
`INSIGHT_FAULT_POINTS`, as everywhere but in the rig, passing a point is one comparison.
"""

import os
import signal
from enum import StrEnum
from pathlib import Path

_FOLDER = os.environ.get("INSIGHT_FAULT_POINTS")
"""Replicas share it: the first to pass a point for which there is a file takes the file and does what it says."""


class Point(StrEnum):
    """Between which two steps. "Written" is in a transaction that has not committed yet."""

    BATCH_WRITTEN = "batch-written"
    BATCH_COMMITTED = "batch-committed"
    """The offsets are not."""
    DOOR_WRITTEN = "door-written"
    DOOR_COMMITTED = "door-committed"
    """The answer has not left."""
    RELAY_TAKEN = "relay-taken"
    """From the outbox; nothing is sent yet."""
    RELAY_SENT = "relay-sent"
    """Kafka has acknowledged; nothing is deleted yet."""
    TIMERS_WRITTEN = "timers-written"
    TIMERS_COMMITTED = "timers-committed"
    MAIL_CLAIM_WRITTEN = "mail-claim-written"
    MAIL_CLAIMED = "mail-claimed"
    MAIL_BEGUN = "mail-begun"
    """It counts as possibly sent, and nothing has left yet."""
    MAIL_ACCEPTED = "mail-accepted"
    """By the mail server; nobody else knows."""
    MAIL_OUTCOME_WRITTEN = "mail-outcome-written"


def reach(point: Point) -> None:
    """Goes on, except where the rig has put a file of the point's name: it holds the name of the signal to send oneself."""
    if _FOLDER is not None:
        _strike(Path(_FOLDER) / point)


def _strike(file: Path) -> None:
    try:
        wanted = file.read_text()
        file.unlink()
    except FileNotFoundError:
        return  # not asked for, or another replica was first
    os.kill(os.getpid(), signal.Signals[wanted])
