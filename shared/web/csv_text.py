"""Tables as CSV files that a spreadsheet cannot be made to run: the only place where a service writes CSV.

return csv_file("history-in-7k3q-92", [("When", "Who"), ("5:30pm", name)])     # a file that fits into memory
yield BYTE_ORDER_MARK + csv_text([header]); ...; yield csv_text(batch)         # one that is sent as it is read
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from fastapi import Response

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""
MEDIA_TYPE = "text/csv; charset=utf-8"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms that East Asian versions of Excel take for the first four."""
_NAME = re.compile(r"[a-z0-9-]+")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as lines. Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers. All
    text stands in quotes, so that a spreadsheet that takes semicolons or tabs for the separator finds no cell inside of it."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return written.getvalue()


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """The rows as a file to keep, `name`.csv."""
    return Response(
        BYTE_ORDER_MARK + csv_text(rows), media_type=MEDIA_TYPE, headers=file_headers(name)
    )


def file_headers(name: str, ending: str = "csv") -> dict[str, str]:
    """Headers that make the browser keep what follows as `name`.csv, or with another ending. Raises `ValueError` for anything but
    lower-case letters, digits and hyphens: nothing may break out of the header."""
    if not _NAME.fullmatch(name):
        raise ValueError("a file's name takes lower-case letters, digits and hyphens only")
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" \ufeff\u200b\u00a0").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
