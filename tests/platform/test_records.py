"""What travels with a fact, and what is made of a record that may be anything."""

import json
from dataclasses import replace
from typing import TypeAlias

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.operations import Cause
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.platform.records import Malformed, Received, headers_of, position_id, read
from tests.support.reports import report

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Record: TypeAlias = ConsumerRecord[bytes, bytes]


def _record(fact: ReportSubmitted | None = None, **changes: object) -> Record:
    """A proper record, unless changed."""
    fact = fact or report()
    named = headers_of(fact, source="tests", traceparent=TRACE)
    record: Record = ConsumerRecord(
        topic=REPORTS_TOPIC,
        partition=1,
        offset=7,
        timestamp=0,
        timestamp_type=0,
        key=fact.key.encode(),
        value=fact.model_dump_json().encode(),
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=tuple((name, value.encode()) for name, value in named.items()),
    )
    return replace(record, **changes)


def test_a_fact_comes_back_as_it_was_sent() -> None:
    fact = report(3)
    received = read(_record(fact))
    assert isinstance(received, Received)
    assert received.fact == fact
    assert received.traceparent == TRACE
    assert received.identity == fact.event_id


def test_the_headers_are_cloudevents_in_binary_mode_without_a_word_of_the_report() -> None:
    fact = report(3)
    headers = headers_of(fact, source="intake", traceparent=TRACE)
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(fact.event_id),
        "ce_type": "insight.report.submitted.v1",
        "ce_source": "insight/intake",
        "ce_time": fact.occurred_at.isoformat(),
        "ce_subject": str(fact.report_id),
        "content-type": "application/json",
        "traceparent": TRACE,
    }
    assert "traceparent" not in headers_of(fact, source="intake", traceparent=None)


def test_a_tombstone_is_nothing_to_apply() -> None:
    assert read(_record(value=None)) is None


@pytest.mark.parametrize("trace", ["", "00-1-2-01", TRACE.upper(), TRACE + "-more", "z" * 55])
def test_a_malformed_trace_is_dropped_and_the_fact_kept(trace: str) -> None:
    record = _record()
    others = [header for header in record.headers if header[0] != "traceparent"]
    received = read(replace(record, headers=(*others, ("traceparent", trace.encode()))))
    assert isinstance(received, Received)
    assert received.traceparent is None


def test_a_malformed_record_is_known_by_its_place() -> None:
    bad = read(_record(headers=()))
    assert isinstance(bad, Malformed)
    assert bad.cause is Cause.BAD_HEADERS
    assert bad.identity == position_id(bad.record)
    elsewhere = read(_record(headers=(), offset=8))
    assert isinstance(elsewhere, Malformed)
    assert bad.identity != elsewhere.identity


def test_the_detail_of_a_bad_value_names_fields_and_not_what_was_in_them() -> None:
    value = json.loads(report().model_dump_json()) | {"harm": "Mrs Winterbourne", "text": 7}
    bad = read(_record(value=json.dumps(value).encode()))
    assert isinstance(bad, Malformed)
    assert bad.cause is Cause.BAD_VALUE
    assert "harm: " in bad.detail
    assert "text: string_type" in bad.detail
    assert "Winterbourne" not in bad.detail


@given(
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["ce_type", "ce_id", "traceparent", "x"]),
            st.none() | st.binary(max_size=60),
        ),
        max_size=6,
    ),
)
def test_no_record_whatever_is_in_it_makes_reading_fail(
    value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    result = read(_record(value=value, headers=tuple(headers)))
    assert result is None or isinstance(result, Malformed)


@given(value=st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=20))
def test_no_value_of_a_known_type_makes_reading_fail(value: object) -> None:
    fact = report()
    changed = json.loads(fact.model_dump_json()) | {"text": value, "happened_on": value}
    assert isinstance(read(_record(fact, value=json.dumps(changed).encode())), Malformed)
