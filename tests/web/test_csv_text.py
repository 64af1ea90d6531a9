import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.csv_text import csv_file, csv_text, file_headers

# CR and LF are left out: Python's reader makes them one, as spreadsheets do.
CELLS = st.one_of(st.integers(), st.text(st.characters(exclude_characters="\r\n\0")))


def test_formula_characters_are_made_harmless_and_numbers_stay_numbers() -> None:
    lines = csv_text([("=1+1", "+x", "-y", "@z", "plain", -4, None)])
    assert lines == '"\'=1+1","\'+x","\'-y","\'@z","plain",-4,""\r\n'


@pytest.mark.parametrize(
    "text", ["=x", "  =x", "\t=x", "\r=x", "\n=x", "\N{FULLWIDTH EQUALS SIGN}x", "\ufeff=x"]
)
def test_a_formula_is_found_behind_what_spreadsheets_skip(text: str) -> None:
    assert csv_text([(text,)]).startswith("\"'")


def test_no_other_separator_opens_a_cell_inside_of_a_text() -> None:
    assert csv_text([("late;=1+1", "late\t=1+1")]) == '"late;=1+1","late\t=1+1"\r\n'


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_what_is_written_is_read_again_but_for_the_apostrophe(rows: list[list[object]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(rows), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [str(cell).removeprefix("'") for cell in row] for row in rows
    ]


def test_a_file_is_kept_under_its_name() -> None:
    answer = csv_file("history-in-7k3q-92", [("When",)])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="history-in-7k3q-92.csv"'
    assert bytes(answer.body).decode() == '\ufeff"When"\r\n'


@pytest.mark.parametrize("name", ['a"; x="b', "a\r\nSet-Cookie: x", "../a", ""])
def test_a_name_that_could_break_out_of_the_header_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        file_headers(name)
