"""What notifications does, one function for each fact, worker's step, timer or request."""

from services.notifications.use_cases.messages import (
    Batch,
    begin_sending,
    claim,
    give_up_lost,
    notify,
    record_outcomes,
    release_held,
    send_again,
    stop_telling,
)
from services.notifications.use_cases.signals import DIGEST, follow_signals, send_digest

__all__ = [
    "DIGEST",
    "Batch",
    "begin_sending",
    "claim",
    "follow_signals",
    "give_up_lost",
    "notify",
    "record_outcomes",
    "release_held",
    "send_again",
    "send_digest",
    "stop_telling",
]
