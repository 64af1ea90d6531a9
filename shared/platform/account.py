"""What a service tells of itself besides its health: what it has done, and what it is accountable for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.operations import Accepted, Waiting


@dataclass(frozen=True, slots=True)
class Account:
    """As its heartbeat has it."""

    counts: Mapping[str, int] = field(default_factory=dict)
    accepted: Accepted | None = None
    waiting: tuple[Waiting, ...] = ()
