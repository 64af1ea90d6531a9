"""`insight.sessions.v1`: whose session is over before its time. Published by intake, where people sign in and out; every service
keeps the endings for as long as a session could have lived on without them."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, StringConstraints

from shared.contracts.base import Fact

SESSIONS_TOPIC = "insight.sessions.v1"

SessionHandle = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""What a session can be ended by: a random id, or a keyed digest of what the sign-in provider calls the session or the person.
It says nothing to whoever reads it, and opens nothing."""


class SessionEnded(Fact):
    """Whoever shows a session with this handle must sign in again."""

    topic: ClassVar[str] = SESSIONS_TOPIC
    type: ClassVar[str] = "insight.session.ended.v1"

    handle: SessionHandle
    signed_in_until: AwareDatetime | None = None
    """Only sessions that were signed in by then, by the provider's clock; none means every one with this handle."""

    @property
    def key(self) -> str:
        return self.handle
