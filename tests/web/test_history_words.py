"""How an entry reads."""

from datetime import UTC, datetime

import pytest

from shared.platform.audit import Author, AuthorKind, Change, RecordKind, difference, fingerprint
from shared.platform.audit.chain import SYSTEM, entry_of
from shared.platform.audit.verification import Kept
from shared.web.history_words import Difference, Line, Words, codes_in, line_of

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
KEY = Author(AuthorKind.PROGRAM, "API key", "0190", "Y90001")
WORDS = Words(
    fields={"due_at": "Answer due", "learning.why": "Why it happened"},
    values={"state": {"open": "New"}, "factors": {"a": "Alpha", "b": "Beta"}},
    organisations=frozenset({"provider"}),
    steps={"opened": "opened by the report"},
)


def _line(before: dict[str, object], after: dict[str, object], author: Author = SYSTEM) -> Line:
    change = Change(RecordKind.CASE, "1", "opened", before, after)
    kept = Kept(7, entry_of(change, author, AT), bytes(32))
    return line_of(kept, WORDS, {"RZ1": "Northfield Acute", "Y90001": "Elm Road Surgery"})


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        ("open", "state", "New"),
        ("closed", "state", "closed"),
        ("2026-07-01T16:30:00Z", "due_at", "5:30pm on 1 July 2026"),
        ("2026-07-01T16:30:00.123456+00:00", "at", "5:30pm on 1 July 2026"),
        ("2026-12-01", "happened_on", "1 December 2026"),
        ("2026-13-45", "note", "2026-13-45"),
        (True, "late", "Yes"),
        (1000, "hours", "1,000"),
        (["b", "a", "c"], "factors", "Beta, Alpha, c"),
        ([{"slug": "x", "title": "X-ray"}], "services", "x X-ray"),
        ("RZ1", "provider", "Northfield Acute (RZ1)"),
        ("RZ9", "provider", "RZ9"),
        (fingerprint("abc"), "text", "3 characters (SHA-256 ba7816bf8f01cfea\u2026)"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, name: str, text: str) -> None:
    [shown] = _line({}, {name: value}).differences
    assert (shown.before, shown.after) == (None, text)


def test_fields_have_their_names_and_inner_ones_their_outer_ones() -> None:
    shown = _line({}, {"due_at": "x", "learning": {"why": "w", "method": "m"}, "next_step": "n"})
    names = [one.name for one in shown.differences]
    assert names == ["Answer due", "Why it happened", "Learning: method", "Next step"]


def test_both_sides_of_a_change_stand_together_and_what_was_never_set_is_left_out() -> None:
    line = _line({"owner": "Jo", "late": None, "gone": "x"}, {"owner": "Kim", "late": None})
    assert line.differences == (Difference("Owner", "Jo", "Kim"), Difference("Gone", "x", None))


def test_who_reads_as_a_person_for_an_organisation_and_insight_as_automatic() -> None:
    assert _line({}, {}, KEY).acting_for == "for Elm Road Surgery (Y90001)"
    line = _line({}, {})
    assert (line.who, line.acting_for, line.step) == (
        "Insight",
        "automatically",
        "Opened by the report",
    )


def test_organisations_are_looked_up_wherever_they_are_named() -> None:
    change = Change(RecordKind.CASE, "1", "opened", {"provider": "RZ1"}, {"provider": "RZ2"})
    assert codes_in([Kept(1, entry_of(change, KEY, AT), b"")], WORDS) == {"RZ1", "RZ2", "Y90001"}


def test_a_difference_holds_only_what_changed() -> None:
    before, after = difference({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4})
    assert (before, after) == ({"b": 2, "c": 3}, {"b": 5, "d": 4})
