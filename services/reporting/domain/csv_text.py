"""Tables as CSV text that a spreadsheet cannot be made to run."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as lines. Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(value) for value in row] for row in rows)
    return written.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
