"""Second readings: what somebody makes of a report that another person has decided, without seeing the decision. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.classification.domain.decision import Decision
from shared.contracts.reports import Tenet
from shared.contracts.themes import DecidedBy


@dataclass(frozen=True)
class Reading:
    """It supersedes nothing. `themes` are keys of `key_of`; none at all says that there is nothing to classify."""

    member_id: UUID
    revision: int
    """The decision that it is compared with: the one in force when the report was read."""
    themes: frozenset[str]
    tenet: Tenet
    read_at: datetime


def why_not_read(history: Iterable[Decision], member_id: UUID) -> str | None:
    """What to say to somebody who cannot read this report a second time; none where they can. The decisions in any order."""
    people = [each for each in history if each.decided_by is DecidedBy.PERSON]
    if not people:
        return "Nobody has decided on this report yet, so there is nothing to compare a second reading with."
    if any(each.member_id == member_id for each in people):
        return "You have decided on this report yourself. A second reading is somebody else's."
    return None


def compared(keys: Sequence[str], decided: frozenset[str], read: frozenset[str]) -> list[str]:
    """Themes that either chose, in the order of the list; those that it no longer has at the end."""
    either = decided | read
    return [key for key in keys if key in either] + sorted(either - set(keys))


def described_reading(reading: Reading) -> dict[str, object]:
    """As the verdict's history tells it."""
    return {
        "compared_with": reading.revision,
        "themes": sorted(reading.themes),
        "tenet": reading.tenet,
    }
