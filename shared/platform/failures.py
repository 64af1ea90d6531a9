"""Whose fault a failure is: the record's (set it aside) or the world's (try again).

Getting this wrong loses data in one direction and stops the line in the other, so it is decided here and nowhere else.
"""

from collections.abc import Iterator

from asyncpg import InternalClientError
from sqlalchemy.exc import SQLAlchemyError

DATABASE_AWAY = (SQLAlchemyError, InternalClientError, OSError)
"""What a database that is going, or gone, makes a statement raise. asyncpg's own error comes when the connection breaks between two of its
messages; SQLAlchemy hands it on as it is."""


class Rejected(Exception):
    """A rule refuses this record; trying again cannot help."""


class Transient(Exception):
    """Something outside is down or busy; trying again will help."""


_POISON = (Rejected, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
_DATA_ERRORS = ("22", "23")
"""SQLSTATE classes: data exception, integrity constraint violation."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what the database driver raised beneath it, and their causes."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [getattr(one, "orig", None), one.__cause__]


def is_poison(error: BaseException) -> bool:
    """Whether the record itself is at fault. An `OSError`, a lost connection, a deadlock or a time-out never is."""
    chain = list(_chain(error))
    if any(isinstance(one, Transient | OSError) for one in chain):
        return False
    states = [str(getattr(one, "sqlstate", None) or "") for one in chain]
    if any(states):
        return any(state.startswith(_DATA_ERRORS) for state in states)
    return any(isinstance(one, _POISON) for one in chain)


def describe(error: BaseException) -> str:
    """What went wrong, for a dead letter: error types, field names and SQLSTATE, never the record's own words."""
    errors = getattr(error, "errors", None)
    if callable(errors):
        found = errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['type']}" for e in found)[
            :500
        ]
    if isinstance(error, Rejected):
        return str(error)[:500]
    states = [state for one in _chain(error) if (state := getattr(one, "sqlstate", None))]
    return f"{type(error).__name__}{' SQLSTATE ' + states[0] if states else ''}"[:500]
