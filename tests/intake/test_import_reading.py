"""`insight import`: what it reads, and what it makes of each row."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.import_.mapping import Mapping, UnusableMapping, read_mapping
from deploy.cli.import_.table import Row, UnusableFile, count_rows, read_rows

SETS = ["reporter=PG1", "provider=RZ1", "happened_on=2022-03-31"]


def rows(folder: Path, content: bytes, needed: tuple[str, ...] = ("id", "text")) -> list[Row]:
    file = folder / "table.csv"
    file.write_bytes(content)
    found = list(read_rows(file, needed))
    assert count_rows(file, needed) == len(found)
    return found


def test_a_row_is_named_by_the_line_it_begins_on_even_after_texts_of_several_lines(
    tmp_path: Path,
) -> None:
    found = rows(tmp_path, b'id,text\n1,"a\nb"\n\n2,"said ""so"", twice"\n')
    assert [(row.line, row.values["text"]) for row in found] == [
        (2, "a\nb"),
        (5, 'said "so", twice'),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert rows(tmp_path, b"\xef\xbb\xbfid,text\n1,a\n")[0].values == {"id": "1", "text": "a"}


def test_a_row_that_is_not_utf_8_is_reported_and_its_neighbours_are_read(tmp_path: Path) -> None:
    found = rows(tmp_path, b"id,text,note\n1,caf\xe9,\n2,fine,\xe9\n3,caf\xc3\xa9,\n")
    assert [row.problem for row in found] == ["column text is not valid UTF-8", "", ""]
    assert found[2].values["text"] == "café"


def test_rows_that_are_no_csv_are_reported_with_their_line(tmp_path: Path) -> None:
    found = rows(tmp_path, b'id,text\n1,a,b\n2,"x"y\n3\n4,fine\n5,"never closed\n')
    assert [(row.line, bool(row.problem)) for row in found] == [
        (2, True),
        (3, True),
        (4, True),
        (5, False),
        (6, True),
    ]
    assert found[0].problem == "has 3 columns where the header has 2"


@pytest.mark.parametrize("content", [b"", b"\n", b"id,comment\n1,a\n", b'"id,text\n'])
def test_a_file_without_the_needed_header_is_unusable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnusableFile):
        rows(tmp_path, content)


def test_a_file_that_is_not_there_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        list(read_rows(tmp_path / "nothing.csv", ()))


def report(mapping: Mapping, **values: str) -> dict[str, Any]:
    return mapping.report(Row(2, values), Counter())


def test_options_lay_over_the_mapping_file(tmp_path: Path) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(
        '[columns]\ntext = "comment"\nprovider = "trust"\n[set]\nreporter = "PG1"\nhappened_on = 2022-03-31\n'
        '[values.provider]\nNEAS = "RZ1"\n'
    )
    mapping = read_mapping(file, ["text=answer"], ["kind=event"], ["provider:NHFT=RZ2"])
    made = report(mapping, answer=" It hurt. ", comment="no", trust="NHFT ")
    assert made.pop("idempotency_key").startswith("import-")
    assert made == {
        "reporter": "PG1",
        "happened_on": "2022-03-31",
        "kind": "event",
        "provider": "RZ2",
        "text": " It hurt. ",
    }
    assert report(mapping, answer="x", trust="NEAS")["provider"] == "RZ1"


def test_what_became_of_history_goes_together_and_leaves_the_identity_of_what_says_nothing_of_it() -> (
    None
):
    plain = read_mapping(None, ["text=t"], SETS, [])
    told = read_mapping(
        None,
        ["text=t", "reported_on=r", "outcome_recorded_on=o"],
        [*SETS, "date_format=%d.%m.%Y"],
        [],
    )
    sent = report(told, t="a", r="02.04.2022", o="30.04.2022")
    assert sent["past"] == {"reported_on": "2022-04-02", "outcome_recorded_on": "2022-04-30"}
    assert "past" not in report(told, t="a", r="", o="")
    same = report(plain, t="a")["idempotency_key"]
    assert report(told, t="a", r="", o="")["idempotency_key"] == same != sent["idempotency_key"]
    with pytest.raises(ValueError, match="outcome_recorded_on is not a date"):
        report(told, t="a", r="", o="2022-04-30")


def test_an_id_of_the_source_is_the_reports_identity_whatever_else_changes() -> None:
    mapping = read_mapping(None, ["text=t", "id=i"], SETS, [])
    first = report(mapping, t="a", i="F1")
    assert first["idempotency_key"] == report(mapping, t="b", i="F1")["idempotency_key"]
    assert first["idempotency_key"] != report(mapping, t="a", i="F2")["idempotency_key"]
    other = read_mapping(None, ["text=t", "id=i"], [*SETS, "source=elsewhere"], [])
    assert first["idempotency_key"] != report(other, t="a", i="F1")["idempotency_key"]
    assert "id" not in first


def test_without_ids_the_same_words_twice_are_two_reports_and_the_same_two_the_next_time() -> None:
    mapping = read_mapping(None, ["text=t"], SETS, [])

    def keys() -> list[str]:
        seen: Counter[str] = Counter()
        return [mapping.report(Row(2, {"t": text}), seen)["idempotency_key"] for text in "aab"]

    assert len(set(keys())) == 3
    assert keys() == keys()


def test_dates_are_read_in_the_format_that_is_said() -> None:
    mapping = read_mapping(
        None,
        ["text=t", "happened_on=d"],
        ["reporter=PG1", "provider=RZ1", "date_format=%d/%m/%Y"],
        [],
    )
    assert report(mapping, t="a", d="31/03/2022")["happened_on"] == "2022-03-31"
    with pytest.raises(ValueError, match="happened_on is not a date"):
        report(mapping, t="a", d="2022-03-31")


@pytest.mark.parametrize(
    ("maps", "sets", "values"),
    [
        ([], SETS, []),
        (["text=t"], [], []),
        (["text=t", "colour=c"], SETS, []),
        (["text"], SETS, []),
        (["text=t"], [*SETS, "=x"], []),
        (["text=t"], SETS, ["provider"]),
        (["text=t"], SETS, ["colour:a=b"]),
    ],
)
def test_options_that_do_not_say_what_is_needed_are_unusable(
    maps: list[str], sets: list[str], values: list[str]
) -> None:
    with pytest.raises(UnusableMapping):
        read_mapping(None, maps, sets, values)


@pytest.mark.parametrize("content", ["not toml", "[colums]\n", 'columns = "x"', "\udcff"])
def test_a_mapping_file_that_cannot_be_understood_is_unusable(tmp_path: Path, content: str) -> None:
    file = tmp_path / "mapping.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableMapping):
        read_mapping(file, ["text=t"], SETS, [])
