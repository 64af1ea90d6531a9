"""Dead letters of an estate, looked at and decided about where reporting keeps account of them: in its database.

The same use cases as the page's, so that both say and do the same. Whoever runs this has the databases' own rights. Reporting
publishes what was decided once it runs, if it does not.
"""

import asyncio
import getpass
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.audit.verify import owner_url
from deploy.local.settings import EstateSettings
from services.reporting.domain.letters import Selection
from services.reporting.repository import letter_decisions, letters
from services.reporting.repository.letter_decisions import Decided
from services.reporting.repository.letters import Group, Letter
from services.reporting.use_cases import decide_about_letters
from shared.contracts.operations import Decision, LetterOutcome
from shared.platform.audit import Author, AuthorKind, RecordKind
from shared.platform.audit.repository import entries_of
from shared.platform.audit.verification import Kept
from shared.platform.transaction import Transactions

SERVICE = "reporting"
OPERATOR_VARIABLE = "INSIGHT_OPERATOR"
_LOOK_SECONDS = 0.2
MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What was decided about how many letters, and what became of them."""

    letters: int
    decisions: Sequence[UUID]
    outcomes: Counter[LetterOutcome]

    @property
    def not_done(self) -> int:
        return self.letters - self.outcomes.total()


def who_runs_this() -> str:
    """The name that the environment gives, else the one that the person is signed in to this machine by."""
    try:
        return os.environ.get(OPERATOR_VARIABLE) or getpass.getuser()
    except (KeyError, OSError):  # no name for this user, as in some containers
        return "somebody"


class Desk:
    """Opened by `opened`."""

    def __init__(self, transactions: Transactions, author: Author) -> None:
        self._transactions = transactions
        self._author = author

    async def groups(self, selection: Selection, limit: int) -> list[Group]:
        async with self._transactions.read() as connection:
            return await letters.groups(connection, selection, limit=limit)

    async def letters(self, selection: Selection, limit: int) -> list[Letter]:
        """Open ones, oldest first."""
        async with self._transactions.read() as connection:
            return await letters.letters(connection, selection, limit=limit)

    async def letter(self, letter_id: UUID) -> tuple[Letter, list[Kept]] | None:
        """With its history, newest first."""
        async with self._transactions.read() as connection:
            found = await letters.letter(connection, letter_id)
            history = await entries_of(
                connection, [RecordKind.DEAD_LETTER], str(letter_id), limit=MOST_ENTRIES
            )
        return None if found is None else (found, history)

    async def decide(
        self,
        selections: Iterable[Selection],
        decision: Decision,
        reason: str,
        tell: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> Told:
        """Each letter that waits among those selected, once; `tell` hears how many of how many are decided about."""
        wanted = list(selections)
        todo = 0
        async with self._transactions.read() as connection:
            for selection in wanted:
                todo += await letters.count_waiting(connection, selection)
        done = 0
        decisions: list[UUID] = []
        for selection in wanted:
            tell(done, todo)
            while decided := await self._some(selection, decision, reason, decisions):
                done += decided.letters
                decisions.append(decided.decision_id)
                tell(done, max(done, todo))
        return Told(done, decisions, Counter())

    async def _some(
        self, selection: Selection, decision: Decision, reason: str, before: Sequence[UUID]
    ) -> Decided | None:
        # What is refused again meanwhile waits again: it must not be decided about for ever.
        others = replace(selection, decided_by_others_than=tuple(before))
        async with self._transactions.begin(who_asks=lambda: self._author) as tx:
            return await decide_about_letters(others, decision, reason, tx)

    async def outcomes(
        self,
        told: Told,
        patience: float,
        tell: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> Told:
        """The same once the services have done all of it, or as far as they have within so many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while True:
            found = Told(told.letters, told.decisions, await self._outcomes(told.decisions))
            tell(found.outcomes.total(), told.letters)
            if found.not_done <= 0 or loop.time() > until:
                return found
            await asyncio.sleep(_LOOK_SECONDS)

    async def _outcomes(self, decisions: Sequence[UUID]) -> Counter[LetterOutcome]:
        found: Counter[LetterOutcome] = Counter()
        async with self._transactions.read() as connection:
            for decision_id in decisions:
                decided = await letter_decisions.one(connection, decision_id)
                if decided is not None:
                    found.update({key: n for key, n in decided.outcomes.items() if key is not None})
        return found


@asynccontextmanager
async def opened(settings: EstateSettings, name: str) -> AsyncIterator[Desk]:
    """`name` is who decides, as the history will have it. Raises what the database raises."""
    engine = create_async_engine(owner_url(settings, SERVICE), hide_parameters=True)
    try:
        transactions = Transactions(engine, source=SERVICE, topic_prefix=settings.topic_prefix)
        yield Desk(transactions, Author(AuthorKind.COMMAND, name))
    finally:
        await engine.dispose()
