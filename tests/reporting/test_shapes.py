"""Nothing of a record that was set aside is shown but what our own contracts say could be there."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.shapes import MOST_LINES, about, faults_in, shape_of
from shared.contracts.reports import ReportSubmitted
from tests.support.facts import proper_headers
from tests.support.reports import report

CANARY = "winterbourne"
_WORDS = st.sampled_from(
    [f"Mrs {CANARY}", CANARY, f"{CANARY}@example.org", "text", "harm", "a" * 50]
)
_NUMBERS = st.integers(min_value=9_434_765_919, max_value=9_434_765_919)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.floats(allow_nan=False) | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=20,
)
_BYTES = st.one_of(
    _WORDS.map(str.encode),
    st.binary(max_size=30).map(lambda some: some + CANARY.encode()),
    _JSON.map(lambda found: json.dumps(found).encode()),
)


@given(st.none() | _BYTES, st.none() | _BYTES, st.lists(st.tuples(_WORDS, _BYTES), max_size=3))
def test_no_word_and_no_number_of_a_record_shows_wherever_it_stands(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    shown = shape_of(key, value, headers).model_dump_json() + about(key, value).model_dump_json()
    assert CANARY not in shown.lower()
    assert "9434765919" not in shown
    assert "Mrs" not in shown


def test_a_record_s_structure_shows_with_its_fields_their_kinds_and_lengths() -> None:
    fact = report(text="x" * 1_234)
    shape = shape_of(fact.key.encode(), fact.model_dump_json().encode(), proper_headers(fact))
    fields = dict(shape.fields)
    assert fields["text"] == "text, 1,234 characters"
    assert fields["happened_on"] == "text, 10 characters, a date"
    assert fields["historic"] == "true or false"
    assert fields["question"] == "null"
    assert dict(shape.headers)["ce_type"] == ReportSubmitted.type
    assert shape.key == "36 bytes, an id"
    assert shape.value.startswith("JSON, ")
    assert not shape.left_out
    assert about(fact.key.encode(), fact.model_dump_json().encode()).reference == fact.reference


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "none"),
        (b"", "not JSON: 0 bytes"),
        (b"{" + CANARY.encode(), "not JSON: 13 bytes"),
        (b"\xff\xfe", "not JSON: 2 bytes, not UTF-8"),
        (b"[" * 5_000, "not JSON: 5,000 bytes"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not JSON: 5,007 bytes"),
        (b"[1, 2]", "JSON, 6 bytes"),
    ],
    ids=["none", "empty", "cut off", "not UTF-8", "nested too deep", "an endless number", "a list"],
)
def test_a_value_that_is_none_of_ours_is_told_by_its_length(value: bytes | None, told: str) -> None:
    assert shape_of(None, value, []).value == told


def test_of_a_huge_record_only_so_much_is_told() -> None:
    many = {f"field {number}": "x" for number in range(10_000)}
    shape = shape_of(None, json.dumps(many).encode(), [("h", b"")] * 10_000)
    assert len(shape.fields) == len(shape.headers) == MOST_LINES
    assert shape.left_out


def test_a_reference_is_told_only_where_it_is_one() -> None:
    for reference in (f"IN-{CANARY}", "943 476 5919", 7, None, ["IN-7K3Q-92"]):
        assert about(None, json.dumps({"reference": reference}).encode()).reference is None
    assert about(None, b'{"reference": "IN-7K3Q-92"}').reference == "IN-7K3Q-92"


def test_what_is_wrong_is_found_by_the_field_s_name_in_a_shape() -> None:
    found = faults_in("harm: enum; themes.0.title: string_too_long; no header ce_type")
    assert found == {"harm": "enum", "themes[0].title": "string_too_long"}
