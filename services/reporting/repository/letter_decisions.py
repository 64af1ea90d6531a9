"""What operators decided about dead letters, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.tables import dead_letter_fact, letter_decision
from shared.contracts.operations import Decision, LetterOutcome


@dataclass(frozen=True)
class Decided:
    """What somebody decided about some letters together, and how these stand now."""

    decision_id: UUID
    decision: Decision
    reason: str
    decided_by: str
    acting_for: str | None
    decided_at: datetime
    letters: int
    outcomes: Mapping[LetterOutcome | None, int]
    """What became of them by it; none for those of which it is not known yet. Letters that somebody decided about again since
    are in none of them."""

    @property
    def settled(self) -> bool:
        return None not in self.outcomes

    @property
    def decided_again(self) -> int:
        return self.letters - sum(self.outcomes.values())


async def add(connection: AsyncConnection, decided: Decided) -> None:
    await connection.execute(
        letter_decision.insert().values(
            decision_id=decided.decision_id,
            decision=decided.decision,
            reason=decided.reason,
            decided_by=decided.decided_by,
            acting_for=decided.acting_for,
            decided_at=decided.decided_at,
            letters=decided.letters,
        )
    )


async def one(connection: AsyncConnection, decision_id: UUID) -> Decided | None:
    found = await _decisions(connection, letter_decision.c.decision_id == decision_id, limit=1)
    return found[0] if found else None


async def newest(connection: AsyncConnection, *, limit: int) -> list[Decided]:
    return await _decisions(connection, limit=limit)


async def _decisions(
    connection: AsyncConnection, *conditions: ColumnElement[bool], limit: int
) -> list[Decided]:
    rows = await connection.execute(
        select(letter_decision)
        .where(*conditions)
        .order_by(letter_decision.c.decided_at.desc(), letter_decision.c.decision_id)
        .limit(limit)
    )
    found = list(rows.mappings())
    outcomes = await _outcomes(connection, [row["decision_id"] for row in found])
    return [
        Decided(
            **(dict(row) | {"decision": Decision(row["decision"])}),
            outcomes=outcomes.get(row["decision_id"], {}),
        )
        for row in found
    ]


async def _outcomes(
    connection: AsyncConnection, decisions: Sequence[UUID]
) -> dict[UUID, dict[LetterOutcome | None, int]]:
    rows = await connection.execute(
        select(dead_letter_fact.c.decision_id, dead_letter_fact.c.outcome, func.count())
        .where(dead_letter_fact.c.decision_id.in_(decisions))
        .group_by(dead_letter_fact.c.decision_id, dead_letter_fact.c.outcome)
    )
    found: dict[UUID, dict[LetterOutcome | None, int]] = {}
    for decision_id, outcome, number in rows:
        told = None if outcome is None else LetterOutcome(outcome)
        found.setdefault(decision_id, {})[told] = number
    return found
