"""What becomes of a submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.submissions import Problem


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a report is kept, with what its writer should know."""

    report_id: UUID
    reference: str
    submitted_at: datetime
    masked: Mapping[str, int]
    """Identifiers that were masked, by kind."""


@dataclass(frozen=True, slots=True)
class Accepted:
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The same key with the same content came before: this is that report's receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Refused:
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """The same key came before with other content: one of the two was not meant, and only the sender knows which."""

    reference: str
    """Of the report that holds the key."""


Outcome = Accepted | AlreadyThere | Refused | KeyTaken
