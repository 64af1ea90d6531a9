"""A session that has ended before its time opens nothing, in any service, whoever still has its cookie."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from shared.contracts.sessions import SessionEnded
from shared.platform.http import runtime_of
from shared.platform.transaction import Transactions
from shared.sessions import repository
from shared.sessions.use_cases import end_sessions, end_sessions_once
from shared.web import session


class Endings:
    """Asked at each request, told where people sign out."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def has_ended(self, handles: Sequence[str], signed_in_at: datetime) -> bool:
        async with self._transactions.read() as connection:
            return await repository.has_ended(connection, handles, signed_in_at)

    async def end(
        self, endings: Mapping[str, datetime | None], *, request_id: UUID | None = None
    ) -> bool:
        """Ends by handle, for sessions signed in until then (None: whenever), everywhere. A request with an id is granted once:
        says whether it was now."""
        async with self._transactions.begin() as tx:
            events = [
                SessionEnded(occurred_at=tx.now, handle=handle, signed_in_until=until)
                for handle, until in endings.items()
            ]
            if request_id is not None:
                return await end_sessions_once(request_id, events, tx)
            await end_sessions(events, tx)
            return True


def find_endings(request: Request) -> Endings:
    """This service's own read model. Tests put their own in its place."""
    return Endings(runtime_of(request).transactions)


CurrentEndings = Annotated[Endings, Depends(find_endings)]


async def refuse_ended(request: Request, endings: CurrentEndings) -> None:
    """Dependency of every route, before anything else looks at the session: an ended one is as good as none.

    A session without handles is one from before there were any: nothing could end it, so it is not taken.
    """
    past = session.ended_in(request.session)
    if past is not None and await endings.has_ended(past.handles, _moment(past.signed_in)):
        request.session.clear()
    if session.SUBJECT not in request.session:
        return
    handles = session.handles(request.session)
    at = _moment(session.signed_in_at(request.session))
    if not handles or await endings.has_ended(handles, at):
        request.session.clear()


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
