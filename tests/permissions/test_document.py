"""The page about permissions says what is tested."""

from tests.permissions.document import FILE, written


def test_the_tables_of_the_page_are_those_that_the_matrix_is_tested_with() -> None:
    text = FILE.read_text()
    assert written(text) == text, "run: python -m tests.permissions.document"
