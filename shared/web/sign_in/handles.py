"""What a session can be ended by. The names are digests under the session key: whoever reads them learns nothing about a person,
and cannot find out a guessed one."""

import hmac
import secrets
from dataclasses import dataclass

_CHARACTERS = 32
"""128 bits in hexadecimal: as many as of a random id."""


def own_handle() -> str:
    """A new session's own id."""
    return secrets.token_hex(_CHARACTERS // 2)


@dataclass(frozen=True)
class Handles:
    """Handles for what one provider calls its sessions and people."""

    key: str
    issuer: str

    def of_session(self, subject: str, sid: str | None) -> tuple[str, ...]:
        """All that a new session answers to: its own, the provider's session, the person."""
        theirs = self._of("session", sid) if sid else self._of("person without session", subject)
        return own_handle(), theirs, self._of("person", subject)

    def of_logout(self, subject: str | None, sid: str | None) -> tuple[str, ...]:
        """What the provider means when it ends a session (`sid`), or all of a person's when it names none.

        Where it names both, sessions of that person for which it never named a session are meant as well: nothing else could
        end them.
        """
        if sid is None:
            return (self._of("person", subject),) if subject else ()
        lone = (self._of("person without session", subject),) if subject else ()
        return self._of("session", sid), *lone

    def _of(self, kind: str, name: str) -> str:
        # Lengths first: no two names can run together into the same bytes.
        parts = (kind, self.issuer, name)
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self.key.encode(), text.encode(), "sha256").hex()[:_CHARACTERS]
