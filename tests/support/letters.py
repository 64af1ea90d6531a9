"""Dead letters to look at."""

from base64 import b64encode

from shared.contracts.operations import Cause, DeadLetter, RawHeader
from shared.contracts.reports import REPORTS_TOPIC
from tests.support.facts import proper_headers
from tests.support.reports import SUBMITTED_AT, report


def set_aside(
    detail: str = "harm: enum",
    number: int = 0,
    text: str = "A letter came late.",
    **changes: object,
) -> DeadLetter:
    """By a service that there is not, so that nothing becomes of what is decided about it; `changes` are fields of the contract.
    The record is a report with this text, whose harm is one of the text's words."""
    fact = report(number, text=text)
    harm = f'"harm":"{text.split()[0]}"'.encode()
    value = fact.model_dump_json().encode().replace(b'"harm":"low"', harm)
    values: dict[str, object] = {
        "occurred_at": SUBMITTED_AT,
        "consumer": "nobody",
        "origin_topic": REPORTS_TOPIC,
        "origin_partition": 0,
        "origin_offset": number,
        "cause": Cause.BAD_VALUE,
        "detail": detail,
        "record_key": b64encode(fact.key.encode()),
        "record_value": b64encode(value),
        "record_headers": tuple(
            RawHeader(name=name, value=b64encode(told)) for name, told in proper_headers(fact)
        ),
    }
    return DeadLetter.model_validate(values | changes)
