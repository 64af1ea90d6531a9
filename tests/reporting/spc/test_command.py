"""`insight spc` on files as people have them."""

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from deploy.cli.main import build
from deploy.cli.spc.reading import Unreadable, read_points
from services.reporting.domain.spc import Point
from tests.reporting.spc.series import month

PROGRAM = build(["spc"])
ROWS = [f"2024-{month:02},{4 if month % 2 else 6}" for month in range(1, 13)]
FILE = "\n".join(["date,value", *ROWS, "2025-01,4", "2025-02,40"])


def run(*arguments: str, given: str | bytes = FILE) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = CliRunner().invoke(PROGRAM, ["spc", *arguments], input=given)
    return done.exit_code, done.stdout, done.stderr


def test_a_table_says_what_the_chart_says_and_has_a_line_for_each_point() -> None:
    code, out, told = run("--improvement", "decrease", "--title", "Delays", "--target", "3")
    assert (code, told) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(
        "Delays: higher than expected in February 2025, likely a real change."
    )
    assert lines[1] == "Variation: Concern: high or rising, and lower is better."
    assert lines[2] == "Assurance: The target will be met at some times and missed at others."
    assert lines[-1].split() == [
        "2025-02-01",
        "40",
        "7.43",
        "2.11",
        "12.7",
        *["above", "the", "upper", "limit"],
    ]
    assert len(lines) == 3 + 1 + 1 + 14


@pytest.mark.parametrize(
    ("values", "variation", "assurance"),
    [
        (["5"] * 14, "there are no limits", "there are no limits"),
        (["5"], "there are no limits", "there are no limits"),
        (["5", "6", "5", ""], "the latest point has no value", "met at some times"),
    ],
)
def test_what_cannot_be_judged_is_not_called_calm_but_for_machines(
    values: list[str], variation: str, assurance: str
) -> None:
    given = "date,value\n" + "".join(f"{month(at)},{value}\n" for at, value in enumerate(values))
    options = ("--improvement", "increase", "--target", "5")
    lines = run(*options, given=given)[1].splitlines()
    assert lines[1] == f"Variation: Cannot be said, for {variation}."
    assert assurance in lines[2]
    told = json.loads(run(*options, "--json", given=given)[1])
    assert (told["variation_icon"], told["assurance_type"]) == ("common_cause", "inconsistent")


def test_csv_has_the_numbers_in_full() -> None:
    _, out, _ = run("--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 14
    assert rows[-1]["mean"] == "7.42857142857143"
    assert (rows[-1]["outside_limits"], rows[-1]["special_cause_type"]) == ("true", "Above UCL")
    assert float(rows[0]["near_upl"]) == pytest.approx(7.428571 + 2.66 * 2 * 2 / 3)


def test_json_has_options_sentence_icons_and_points() -> None:
    _, out, _ = run("--json", "--improvement", "decrease", "--rebase", "2024-06-15=New letter")
    told = json.loads(out)
    assert told["variation_icon"] == "concern_high"
    assert told["options"]["rebase"] == [{"date": "2024-07-01", "reason": "New letter"}]
    assert [point["rebase_group"] for point in told["points"]] == [0] * 6 + [1] * 8
    assert len(told["warnings"]) == 2


@pytest.mark.parametrize(("option", "width"), [([], 720), (["--narrow"], 350)])
def test_svg_is_a_file_of_its_own(option: list[str], width: int) -> None:
    _, out, _ = run("--svg", "--title", "A & B", *option)
    root = ET.fromstring(out)  # noqa: S314 - our own text
    assert root.get("viewBox", "").split()[2] == str(width)
    assert ".spc-mark--concern" in (root.findtext("{http://www.w3.org/2000/svg}style") or "")
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "A & B"


def test_screening_and_a_fixed_baseline_change_the_limits() -> None:
    def upper(*options: str) -> float:
        return float(json.loads(run("--json", *options)[1])["points"][-1]["upl"])

    assert upper() == pytest.approx(104 / 14 + 2.66 * 2)
    assert upper("--no-screen") == pytest.approx(104 / 14 + 2.66 * (24 + 36) / 13)
    assert upper("--fix-after", "12") == pytest.approx(5 + 2.66 * 2)


def test_a_rebase_between_two_points_begins_with_the_next_and_says_so() -> None:
    code, out, told = run("--rebase", "15/06/2024", "--rebase", "2024-03", "--json")
    assert code == 0
    assert (
        told
        == "insight: there is no point on 2024-06-15: the limits begin anew with that of 2024-07-01.\n"
    )
    groups = [point["rebase_group"] for point in json.loads(out)["points"]]
    assert groups == [0] * 2 + [1] * 4 + [2] * 8


def test_a_file_is_read_whatever_separates_its_columns_and_in_whatever_order_it_is() -> None:
    british = "\ufeffValue;Note;DATE\r\n1234;;31/03/2024\r\n;gap;2024-04-30\r\n\r\n5.5;x;29/02/2024 00:00\r\n"
    assert read_points(british.encode()) == [
        Point(date(2024, 3, 31), 1234),
        Point(date(2024, 4, 30), None),
        Point(date(2024, 2, 29), 5.5),
    ]
    assert run("-", "--csv", given=british)[1].splitlines()[1].startswith("2024-02-29,5.5,")


def test_thousands_may_be_marked_where_quotes_hold_them_together_and_empty_cells_are_passed_over() -> (
    None
):
    assert read_points(b'date,value\n2024-03,"1,234"\n2024-04,5,,\n') == [
        Point(date(2024, 3, 1), 1234),
        Point(date(2024, 4, 1), 5),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, out, told = run(str(tmp_path / "none.csv"))
    assert (code, out) == (2, "")
    assert told.startswith("insight: ")
    assert "none.csv cannot be read" in told


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "the file is empty"),
        ("date,value\n", "the file has no data"),
        (
            "date,number\n2024-01,1\n",
            "the column value is missing: the first line names date, number",
        ),
        ("a\n1\n", "the columns date and value are missing"),
        ("date,value,Value\n2024-01,1,2\n", "the column value is there twice"),
        ("date,value\n31/02/2024,1\n", 'line 2: "31/02/2024" is not a day of the calendar'),
        ("date,value\n2024-01,1\nMarch,2\n", 'line 3: "March" is not a date'),
        ("date,value\n0024-01-01,1\n", "not a date between 1900 and 2199"),
        ("date,value\n2024-01-01 15:30,1\n", "is not a date"),
        ("date,value\n2024-01,many\n", 'line 2: "many" is not a number'),
        ("date,value\n2024-01,1e400\n", "not a usable number"),
        ("date,value\n2024-01,nan\n", '"nan" is not a number'),
        ("date,value\n2024-01\n", "line 2: there are only 1 columns"),
        ("date,value\n2024-01,1\n2024-02,1,000\n", "line 3: there are 3 columns"),
        ("date;value\n2024-01;5,408\n", 'line 2: "5,408" has a comma'),
        ("date\tvalue\n2024-01\t4,5\n", 'line 2: "4,5" has a comma'),
        ('date,value,note\n2024-01,1,"gap\n2024-02,2,\n', "line 2: this is not CSV"),
        ("date,value\n2024-01,1\n2024-01-01,2\n", "2024-01-01 comes twice"),
        ("date,value\n" + "x,1\n" * 9, "and 4 lines more"),
        (b"\xff\xfed\0", "the file is UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0", "the columns date and value are missing"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(content: str | bytes, problem: str) -> None:
    code, out, told = run(given=content)
    assert (code, out) == (2, "")
    assert problem in told


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--fix-after", "11"], "12 points or more, not after 11"),
        (["--target", "nan"], "the target nan is not a usable number"),
        (
            ["--rebase", "2023-12-01"],
            "the rebase of 2023-12-01 has no point before it: the first is of 2024-01-01",
        ),
        (["--rebase", "2030-01-01"], "the rebase of 2030-01-01 is after the last point"),
        (["--rebase", "soon"], '"soon" is not a date'),
        (["--csv", "--svg"], "only one of"),
        (["--cases", "a.json", "b.csv"], "b.csv is one file too many"),
        (["--improvement", "up"], "--improvement"),
    ],
)
def test_options_that_cannot_be_used_are_told(options: list[str], problem: str) -> None:
    code, out, told = run(*options)
    assert (code, out) == (2, "")
    assert problem in told


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"date,value\n{text}".encode())
)
def test_any_file_is_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        assert read_points(content)
    except Unreadable as refused:
        assert str(refused)  # noqa: PT017 - either is right


def test_the_command_brings_no_server_or_database_along() -> None:
    program = "import sys, deploy.cli.main as m; m.build(['spc']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    heavy = {"sqlalchemy", "fastapi", "aiokafka", "pydantic", "numpy", "deploy.local.estate"}
    assert not heavy & set(done.stdout.split())
