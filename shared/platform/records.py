"""Facts as Kafka records: CloudEvents in binary mode, and back again, trusting nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from shared.contracts.base import Fact
from shared.contracts.facts import FACTS
from shared.contracts.operations import Cause
from shared.platform.failures import describe

_TYPE_NAME = re.compile(r"insight(\.[a-z]+(-[a-z]+)*){1,4}\.v[0-9]{1,2}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Received:
    """A record that holds to its contract."""

    record: "ConsumerRecord[bytes, bytes]"
    fact: Fact
    traceparent: str | None

    @property
    def identity(self) -> UUID:
        return self.fact.event_id


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that does not, and why."""

    record: "ConsumerRecord[bytes, bytes]"
    cause: Cause
    detail: str
    traceparent: str | None = None

    @property
    def identity(self) -> UUID:
        """From the record's position, since it has no identity of its own that could be trusted."""
        return position_id(self.record)


def position_id(record: "ConsumerRecord[bytes, bytes]") -> UUID:
    return uuid5(NAMESPACE_URL, f"{record.topic}/{record.partition}/{record.offset}")


def headers_of(fact: Fact, *, source: str, traceparent: str | None) -> dict[str, str]:
    """The headers a fact travels with. They carry no free text and no identifier of a person."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(fact.event_id),
        "ce_type": fact.type,
        "ce_source": f"insight/{source}",
        "ce_time": fact.occurred_at.isoformat(),
        "ce_subject": fact.key,
        "content-type": "application/json",
    }
    return headers | {"traceparent": traceparent} if traceparent else headers


def _decoded(headers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """Raises UnicodeDecodeError, AttributeError: a header may hold any bytes or none."""
    return {name: value.decode("ascii") for name, value in headers}


def _wrong_with_headers(error: Exception) -> str:
    match error:
        case KeyError():
            return f"no header {error.args[0]}"
        case UnicodeDecodeError():
            return "a header is not ASCII"
        case AttributeError():
            return "a header has no value"
        case _:
            return "ce_id is no id"


def read(record: "ConsumerRecord[bytes, bytes]") -> Received | Malformed | None:
    """The fact in a record; none for a record without value (a tombstone of a compacted topic)."""
    try:
        headers = _decoded(record.headers)
        name, identity = headers["ce_type"], UUID(headers["ce_id"])
    except (KeyError, ValueError, AttributeError) as error:
        return Malformed(record, Cause.BAD_HEADERS, _wrong_with_headers(error))
    traceparent = headers.get("traceparent")
    if traceparent is not None and not _TRACEPARENT.fullmatch(traceparent):
        traceparent = None
    contract = FACTS.get(name)
    if contract is None:
        return Malformed(record, Cause.UNKNOWN_TYPE, _called(name), traceparent)
    if record.value is None:
        return None
    try:
        fact = contract.model_validate_json(record.value)
    except ValidationError as error:
        return Malformed(record, Cause.BAD_VALUE, describe(error), traceparent)
    if fact.event_id != identity:
        return Malformed(
            record, Cause.BAD_HEADERS, "ce_id is not the value's event_id", traceparent
        )
    return Received(record, fact, traceparent)


def _called(name: str) -> str:
    """A type that we do not know, if that is what it is: a header may hold anybody's words."""
    return name if _TYPE_NAME.fullmatch(name) else f"no type's name, {len(name)} characters"
