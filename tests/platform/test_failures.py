"""Whose fault a failure is: a record is never set aside for an outage, and never tried for ever for its own fault."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError

from shared.platform.failures import Rejected, Transient, describe, is_poison

SECRET = "Mrs Winterbourne"


class _MailServerDown(Transient):
    pass


def _database_error(driver: Exception, kind: type[DBAPIError] = DBAPIError) -> DBAPIError:
    return kind("INSERT INTO x", {"name": SECRET}, driver)


def _caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _validation_error() -> ValidationError:
    class Model(BaseModel):
        age: int

    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"age": SECRET})
    return caught.value


POISON: dict[str, Exception] = {
    "a rule": Rejected("no such case"),
    "a value": ValueError("x"),
    "a lookup": KeyError("x"),
    "a type": TypeError("x"),
    "arithmetic": ZeroDivisionError(),
    "a contract": _validation_error(),
    "unique violation": _database_error(asyncpg.UniqueViolationError("x"), IntegrityError),
    "value too long": _database_error(asyncpg.StringDataRightTruncationError("x")),
    "unknown character": _database_error(asyncpg.CharacterNotInRepertoireError("x")),
    "a value the driver cannot send": _database_error(asyncpg.DataError("x")),
}
OUTAGES: dict[str, Exception] = {
    "outside is down": _MailServerDown("x"),
    "time-out": TimeoutError(),
    "connection lost": ConnectionResetError(),
    "Kafka away": KafkaConnectionError("x"),
    "database shutting down": _database_error(asyncpg.AdminShutdownError("x")),
    "database starting": _database_error(asyncpg.CannotConnectNowError("x")),
    "too many connections": _database_error(asyncpg.TooManyConnectionsError("x")),
    "deadlock": _database_error(asyncpg.DeadlockDetectedError("x")),
    "serialisation": _database_error(asyncpg.SerializationError("x")),
    "disk full": _database_error(asyncpg.DiskFullError("x")),
    "statement cancelled": _database_error(asyncpg.QueryCanceledError("x")),
    "table missing": _database_error(asyncpg.UndefinedTableError("x")),
    "connection closed": _database_error(asyncpg.InterfaceError("closed"), InterfaceError),
    "connection broken between two messages": asyncpg.InternalClientError("cannot switch"),
    "a value error caused by an outage": _caused_by(ValueError("x"), ConnectionResetError()),
    "something nobody thought of": RuntimeError("x"),
}


@pytest.mark.parametrize("name", POISON)
def test_the_records_own_fault_is_poison(name: str) -> None:
    assert is_poison(POISON[name])


@pytest.mark.parametrize("name", OUTAGES)
def test_the_worlds_fault_is_not(name: str) -> None:
    assert not is_poison(OUTAGES[name])


@pytest.mark.parametrize("error", [*POISON.values(), *OUTAGES.values()], ids=repr)
def test_a_description_holds_no_value(error: Exception) -> None:
    text = describe(error)
    assert text
    assert len(text) <= 500
    assert SECRET not in text


def test_a_description_says_what_can_be_acted_on() -> None:
    assert describe(Rejected("no such case")) == "no such case"
    assert describe(_validation_error()) == "age: int_parsing"
    assert "23505" in describe(POISON["unique violation"])
