"""The Organisation Data Service's files: what is read of them, and what they would change."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.directory import content, following
from services.intake.domain.directory_import import (
    CommissionerColumn,
    Options,
    Plan,
    Sort,
    What,
    applied,
    make_plan,
    sort_of,
)
from services.intake.domain.ods import OdsRow, Standing, UnusableFile, read_file, readable_name
from shared.contracts.directory import OrganisationKind, OrganisationRecorded, OrganisationStatus
from tests.intake.samples import SHARED_DATA
from tests.support.directory import RECORDED_AT, closed, directory, organisation
from tests.support.ods import line, national_file, written

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
PRACTICES = SHARED_DATA / "organisations" / "epraccur_staffordshire.csv"
TRUSTS = SHARED_DATA / "organisations" / "etr_sample.csv"
NEEDS_DATA = pytest.mark.skipif(
    not PRACTICES.exists(), reason="the published files are not beside this repository"
)
Known = Mapping[str, OrganisationRecorded]


def read(*lines: str, encoding: str = "utf-8") -> list[OdsRow]:
    rows, bad = read_file("\r\n".join(lines).encode(encoding), TODAY)
    assert bad == []
    return rows


def reasons(*lines: str) -> dict[int, str]:
    """Of the bad lines, beside one that is good."""
    _, bad = read_file("\n".join((line("Z99999"), *lines)).encode(), TODAY)
    return {each.line: each.reason for each in bad}


def plan(rows: list[OdsRow], known: Known | None = None, options: Options | None = None) -> Plan:
    given = known or {}
    codes = {row.code for row in rows}
    expected = [c for c, each in given.items() if each.status is OrganisationStatus.OPEN]
    named = {code: each for code, each in given.items() if code in codes}
    return make_plan(rows, [], options or Options(), named, expected, [])


def after(what: Plan, known: Known) -> dict[str, OrganisationRecorded]:
    """The directory once the plan has been applied."""
    changed = {}
    for step in what.steps:
        before = known.get(step.code)
        changed[step.code] = following(applied(step, before, NOW), before, NOW)
    return {**known, **changed}


def test_a_line_is_read_column_by_column() -> None:
    (row,) = read(line("y90001", "ST OSWIN'S  SURGERY", closed="", postcode="zz9 9zz"))
    assert row == OdsRow(
        line=1,
        code="Y90001",
        name="St Oswin's Surgery",
        icb="QZ9",
        postcode="ZZ9 9ZZ",
        opened_on=date(1974, 4, 1),
        closed_on=None,
        standing=Standing.ACTIVE,
        commissioner="0Z9",
        setting="4",
    )


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("NORTH STAFFORDSHIRE BCSC", "North Staffordshire BCSC"),
        (
            "UNIVERSITY HOSPITALS OF THE NORTH NHS TRUST",
            "University Hospitals of the North NHS Trust",
        ),
        ("THE O'BRIEN & PATEL PRACTICE", "The O'Brien & Patel Practice"),
        ("DR A-B JONES (2)", "Dr A-B Jones (2)"),
        ("Already Written well", "Already Written well"),
        ("HIGH STREET H/CTR", "High Street H/Ctr"),
    ],
)
def test_names_in_capitals_are_written_as_people_write_them(name: str, readable: str) -> None:
    assert readable_name(name) == readable
    assert readable_name(readable) == readable


def test_a_bad_line_is_told_with_its_number_and_spoils_no_other() -> None:
    assert reasons(
        "one,two",
        line("?"),
        line("Z00001", ""),
        line("Z00002", opened="19741332"),
        line("Z00003", status="X"),
        '"Z00004","never closed',
        line("Z99999"),
    ) == {
        2: "has 2 columns instead of 27",
        3: "column 1 is no organisation's code",
        4: "column 2 of Z00001 is no name",
        5: "column 11 or 12 of Z00002 is no date like 19740401",
        6: "column 13 of Z00003 is no status (A, C, D or P)",
        7: "is not readable as CSV (unexpected end of data)",
        8: "Z99999 is on line 1 already",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_older_files_are_in_latin_1(encoding: str) -> None:
    (row,) = read(line("Z00001", "CAFÉ SURGERY"), encoding=encoding)
    assert row.name == "Café Surgery"


@pytest.mark.parametrize(
    "content", [b"", b"\r\n\r\n", b"name,code\nx,y\n", b"\0\0\0", b"%PDF-1.7\n\xff"]
)
def test_another_file_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(UnusableFile, match="no epraccur or etr file"):
        read_file(content, TODAY)


def test_trusts_say_when_they_closed_and_nothing_else() -> None:
    row = {1: "RX1", 2: "OLD TRUST", 4: "QZ9"}
    gone, later = written({**row, 12: "20200331"}), written({**row, 1: "RX2", 12: "29990331"})
    rows = read(gone, later)
    assert [each.standing for each in rows] == [Standing.CLOSED, Standing.ACTIVE]
    assert sort_of(rows) is Sort.TRUSTS
    assert sort_of(read(line("Z00001"))) is Sort.PRACTICES


def test_practices_are_told_by_their_prescribing_setting() -> None:
    rows = read(line("Z00001"), line("Z00002", setting="0"), line("Z00003", setting="9"))
    found = plan(rows)
    assert [each.code for each in found.steps] == ["Z00001"]
    assert found.left_out == {"prescribing setting is not 4": 2}
    options = Options(settings=frozenset({"4", "9"}), kind=OrganisationKind.COMMUNITY)
    kinds = {each.code: each.after["kind"] for each in plan(rows, options=options).steps}
    assert kinds == {"Z00001": "practice", "Z00003": "community"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("WESTVALE AMBULANCE SERVICE NHS TRUST", OrganisationKind.AMBULANCE),
        ("WESTVALE MENTAL HEALTH NHS TRUST", OrganisationKind.MENTAL_HEALTH),
        ("UNIVERSITY HOSPITALS OF WESTVALE NHS TRUST", OrganisationKind.ACUTE),
        ("WESTVALE PARTNERSHIP NHS TRUST", None),
        ("WESTVALE HOSPITAL AND COMMUNITY NHS TRUST", None),
    ],
)
def test_a_trust_s_kind_is_told_by_its_name_or_must_be_said(
    name: str, kind: OrganisationKind | None
) -> None:
    rows = read(written({1: "RX1", 2: name, 4: "QZ9"}))
    found = plan(rows, options=Options(Sort.TRUSTS))
    assert [each.after["kind"] for each in found.steps] == ([kind] if kind else [])
    assert ["does not tell what RX1 is" in each.reason for each in found.problems] == [True] * (
        not kind
    )
    said = Options(Sort.TRUSTS, kinds={"RX1": OrganisationKind.COMMUNITY})
    assert [each.after["kind"] for each in plan(rows, options=said).steps] == ["community"]


def test_what_the_file_does_not_know_stays_and_every_changed_field_is_told() -> None:
    known = {each.code: each for each in directory()}
    rows = read(
        line("Y90001", "ELM ROAD SURGERY"), line("Y90002", "NEW HARBOUR", commissioner="Q9A")
    )
    found = plan(rows, known)
    elm, harbour = found.steps
    assert (elm.what, elm.before) == (
        What.CHANGED,
        {"commissioner": "Q9A", "postcode": None, "opened_on": None},
    )
    assert elm.after == {"commissioner": "0Z9", "postcode": "ZZ9 9ZZ", "opened_on": "1974-04-01"}
    assert harbour.after["name"] == "New Harbour"
    assert found.unknown_commissioners == {"0Z9": 1}
    changed = after(found, known)["Y90001"]
    assert (changed.members, changed.contacts) == (
        known["Y90001"].members,
        known["Y90001"].contacts,
    )
    assert changed.revision == known["Y90001"].revision + 1


def test_closed_organisations_close_and_missing_ones_are_only_told() -> None:
    known = {each.code: each for each in directory()}
    gone = line("Y90001", closed="20260331", status="C")
    found = plan(read(gone, line("Z00001", status="C"), line("Z00002", status="D")), known)
    (step,) = found.steps
    assert step.what is What.CLOSED
    assert "Y90002" in found.missing
    assert set(found.left_out) == {
        "closed, and never in the directory",
        "dormant, which is neither open nor closed",
    }
    record = after(found, known)["Y90001"]
    assert (record.status, record.closed_on) == (OrganisationStatus.CLOSED, date(2026, 3, 31))


def test_what_an_administrator_closed_no_file_opens_again() -> None:
    known = {"Y90001": closed(directory()[0], "Y90002")}
    found = plan(read(line("Y90001")), known)
    assert (found.steps, found.closed_here) == ((), ("Y90001",))


def test_the_board_may_be_taken_for_the_commissioner_and_is_for_trusts() -> None:
    rows = read(line("Z00001"))
    boards = Options(commissioner=CommissionerColumn.ICB)
    assert plan(rows, options=boards).steps[0].after["commissioner"] == "QZ9"
    trust = read(written({1: "RX1", 2: "X HOSPITAL", 4: "QZ9"}))
    assert plan(trust, options=Options(Sort.TRUSTS)).steps[0].after["commissioner"] == "QZ9"


def test_many_closures_are_asked_about() -> None:
    records = [
        organisation(f"Z{number:05}", "A", OrganisationKind.PRACTICE) for number in range(300)
    ]
    known = {each.code: each for each in records}

    def closing(count: int) -> Plan:
        return plan(
            read(*(line(c, status="C" if n < count else "A") for n, c in enumerate(known))), known
        )

    assert not closing(15).many_closures
    assert closing(16).many_closures


@NEEDS_DATA
def test_the_published_files_are_read_to_the_last_row() -> None:
    rows, bad = read_file(PRACTICES.read_bytes(), TODAY)
    assert (len(rows), bad) == (274, [])
    found = plan(rows)
    assert len(found.of(What.NEW)) == 143
    assert found.left_out["prescribing setting is not 4"] == 118
    trusts, bad = read_file(TRUSTS.read_bytes(), TODAY)
    assert (len(trusts), bad, sort_of(trusts)) == (8, [], Sort.TRUSTS)
    kinds = {s.code: s.after["kind"] for s in plan(trusts, options=Options(Sort.TRUSTS)).steps}
    assert kinds == {"RJE": "acute", "RX1": "acute", "RYA": "ambulance"}


CODES = [f"Z{number:05}" for number in range(6)]
lines = st.lists(
    st.builds(
        line,
        st.sampled_from(CODES),
        st.sampled_from(["ELM ROAD SURGERY", "Elm Road Surgery", "NEW NAME", "A & B'S"]),
        opened=st.sampled_from(["", "19740401", "20200101"]),
        closed=st.sampled_from(["", "20260331"]),
        status=st.sampled_from(["A", "C", "D", "P"]),
        commissioner=st.sampled_from(["", "0Z9", "Q9A", "?"]),
        postcode=st.sampled_from(["", "ZZ9 9ZZ", "nonsense"]),
        setting=st.sampled_from(["4", "4", "0"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each[:8],
)
records = st.dictionaries(
    st.sampled_from(CODES),
    st.builds(
        lambda name, kind, is_closed, commissioner: (name, kind, is_closed, commissioner),
        st.sampled_from(["Elm Road Surgery", "Old name"]),
        st.sampled_from([OrganisationKind.PRACTICE, OrganisationKind.ACUTE]),
        st.booleans(),
        st.sampled_from([None, "Q9A"]),
    ),
)


def known_of(values: Mapping[str, tuple[str, OrganisationKind, bool, str | None]]) -> Known:
    found = {}
    for code, (name, kind, is_closed, commissioner) in values.items():
        record = organisation(code, name, kind, commissioner=commissioner)
        found[code] = closed(record) if is_closed else record
    return found


@given(lines, records, st.randoms(use_true_random=False))
def test_applying_twice_is_nothing_and_the_order_of_rows_is_irrelevant(
    written_lines: list[str],
    values: dict[str, tuple[str, OrganisationKind, bool, str | None]],
    chosen: random.Random,
) -> None:
    known = known_of(values)
    rows = read(*written_lines)
    first = plan(rows, known)
    changed = after(first, known)
    again = plan(rows, changed)
    assert again.steps == ()
    assert again.problems == first.problems
    shuffled = list(rows)
    chosen.shuffle(shuffled)
    assert plan(shuffled, known) == first
    # Nobody but the named changed, and of them only what a file knows.
    for code, record in known.items():
        steps = [each for each in first.steps if each.code == code]
        assert (content(changed[code]) != content(record)) == bool(steps)
        assert (changed[code].members, changed[code].kind) == (record.members, record.kind)


def test_the_made_up_national_file_is_the_same_for_the_same_seed() -> None:
    assert national_file(50) == national_file(50) != national_file(50, seed=2)
    assert len(read(*national_file(50).splitlines())) == 50
    assert RECORDED_AT < NOW
