"""`insight classify` on files as people have them."""

import csv
import io
import subprocess
import sys
from pathlib import Path

PROGRAM = "import typer; from deploy.cli.classify import classify_file; typer.run(classify_file)"
GOOD = b"id,text\nA1,Rude staff\nA2,Nowhere to park the car\n"


def _run(*arguments: str, given: bytes = b"") -> tuple[list[dict[str, str]], str, int]:
    """What came out as rows, what was told on standard error, and the exit code."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], input=given, capture_output=True, timeout=60
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    return rows, done.stderr.decode(), done.returncode


def test_a_csv_gets_a_row_for_each_text(tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_bytes(GOOD)
    rows, told, code = _run(str(tmp_path / "comments.csv"))
    assert [row["id"] for row in rows] == ["A1", "A2"]
    assert rows[1] == {
        "id": "A2",
        "sub_themes": "Parking",
        "themes": "Service location, travel & transport",
        "tenet": "experience",
        "sentiment": rows[1]["sentiment"],
        "confidence": "0.8500",
        "hints": "",
    }
    assert "2 classified" in told
    assert code == 0


def test_plain_lines_are_read_from_standard_input_and_called_by_their_line() -> None:
    rows, _, code = _run(given=b"rude staff\n\nparking was awful\n")
    assert [(row["id"], row["sub_themes"]) for row in rows] == [
        ("1", "Staff manner & personal attributes"),
        ("3", "Parking"),
    ]
    assert code == 0


def test_kind_and_question_are_taken_from_the_file() -> None:
    given = b"question,KIND,id,text\n,event,1,d/c summary not rec'd\nHow could we improve?,,2,N/A\n"
    rows, _, _ = _run("-", given=given)
    assert (rows[0]["sub_themes"], rows[0]["sentiment"]) == ("Discharge summaries", "")
    assert rows[0]["themes"] == "Discharge and discharge summaries"
    assert rows[1]["sub_themes"] == "Positive experience & gratitude"


def test_kind_can_be_said_for_the_whole_file() -> None:
    rows, _, _ = _run("--kind", "event", given=b"Wrong dose of warfarin\n")
    assert rows[0]["themes"] == "Medications"
    assert rows[0]["hints"] == "possible-harm"


def test_bad_rows_are_told_with_their_line_and_the_others_go_on() -> None:
    given = b'id,text,kind\n1,"two\nlines",\n2,too,many,columns\n,no id,\n4,odd kind,letter\n5,\xff\xfe,\n6,fine,\n'
    rows, told, code = _run(given=given)
    assert [row["id"] for row in rows] == ["1", "6"]
    for line in ("line 4: 4 columns", "line 5: no id", "line 6: kind must be", "line 7: not UTF-8"):
        assert line in told
    assert "2 classified" in told
    assert "4 could not be read" in told
    assert code == 0


def test_odd_texts_do_not_stop_it() -> None:
    texts = ["", "🙂", "\x00\x1b", "a" * 200_000, "待ち時間"]
    given = io.StringIO()
    csv.writer(given).writerows([("id", "text"), *enumerate(texts)])
    rows, _, code = _run(given=given.getvalue().encode())
    assert [row["themes"] for row in rows] == [""] * len(texts)
    assert {row["confidence"] for row in rows} == {"0.0000"}
    assert code == 0


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    rows, _, _ = _run(given=b"\xef\xbb\xbf" + GOOD)
    assert [row["id"] for row in rows] == ["A1", "A2"]


def test_a_file_that_cannot_be_used_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    _, told, code = _run(str(tmp_path / "other.csv"))
    assert (told, code) == ("The first line must name the columns, id and text among them.\n", 2)
    _, told, code = _run(str(tmp_path / "none.csv"))
    assert told.endswith("cannot be read: No such file or directory.\n")
    assert code == 2
    _, told, code = _run(given="id,text\n1,a\n".encode("utf-16"))
    assert "UTF-16" in told
    assert code == 2
