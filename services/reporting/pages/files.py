"""Tables as files of exactly a page's view: CSV and XLSX, sent as they are read.

@as_files(router, "/trends/months")                 # GET /trends/months.csv and /trends/months.xlsx
async def months(request: Request, actor: CurrentActor, connection: Reading) -> TableFile:
    return TableFile("reports-by-month", [("Month", "Reports"), *rows])
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shared.web.csv_text import BYTE_ORDER_MARK, MEDIA_TYPE, csv_text, file_headers

Row = Sequence[object]
Rows = Sequence[Row]
XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_SHEET = 1_048_576
"""What a spreadsheet program reads; longer tables go on in a further sheet."""
_CHUNK = 1 << 16
_HARMLESS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Text stays text, whatever it begins with."""
_WIDTH = 22
P = ParamSpec("P")


@dataclass(frozen=True)
class TableFile:
    """A heading and rows. `name` is the file's, without its ending; `rows` come at once or in batches as they are read."""

    name: str
    rows: Iterable[Row] | AsyncIterable[Rows]


def as_files(
    router: APIRouter, path: str
) -> Callable[[Callable[P, Awaitable[TableFile]]], Callable[P, Awaitable[TableFile]]]:
    """Serve the table that a handler returns at `path`.csv and at `path`.xlsx."""

    def register(handler: Callable[P, Awaitable[TableFile]]) -> Callable[P, Awaitable[TableFile]]:
        @wraps(handler)
        async def as_csv(*args: P.args, **kwargs: P.kwargs) -> StreamingResponse:
            table = await handler(*args, **kwargs)
            return StreamingResponse(
                csv_lines(table), media_type=MEDIA_TYPE, headers=file_headers(table.name)
            )

        @wraps(handler)
        async def as_xlsx(*args: P.args, **kwargs: P.kwargs) -> StreamingResponse:
            table = await handler(*args, **kwargs)
            return StreamingResponse(
                workbook(table),
                media_type=XLSX_MEDIA_TYPE,
                headers=file_headers(table.name, "xlsx"),
            )

        for ending, endpoint in (("csv", as_csv), ("xlsx", as_xlsx)):
            # What the handler returns is no response model.
            router.get(f"{path}.{ending}", response_class=StreamingResponse, response_model=None)(
                endpoint
            )
        return handler

    return register


async def csv_lines(table: TableFile) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK
    async for batch in _batches(table):
        yield csv_text(batch)


async def workbook(table: TableFile) -> AsyncIterator[bytes]:
    """The rows go to a file as they come, in threads: a spreadsheet is an archive, whose beginning is known only at the end."""
    with TemporaryDirectory(prefix="insight-xlsx-") as folder:
        path = Path(folder) / "table.xlsx"
        book = Workbook(str(path), {**_HARMLESS, "tmpdir": folder})
        sheets = _Sheets(book)
        async for batch in _batches(table):
            await asyncio.to_thread(sheets.write, batch)
        await asyncio.to_thread(book.close)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk


class _Sheets:
    """The rows one below the other; the first is the heading, which each sheet begins with."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._bold: Format = book.add_format({"bold": True})
        self._day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self._heading: Row | None = None
        self._sheet: Worksheet | None = None
        self._at = 0

    def write(self, rows: Rows) -> None:
        for row in rows:
            if self._heading is None:
                self._heading = row
            elif self._sheet is None or self._at == ROWS_OF_A_SHEET:
                self._sheet = self._begin(self._heading)
                self._write(self._sheet, row)
            else:
                self._write(self._sheet, row)
        if self._sheet is None and self._heading is not None:
            self._sheet = self._begin(self._heading)

    def _begin(self, heading: Row) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet()
        sheet.set_column(0, len(heading) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(heading):
            sheet.write_string(0, column, str(name), self._bold)
        self._at = 1
        return sheet

    def _write(self, sheet: Worksheet, row: Row) -> None:
        for column, value in enumerate(row):
            match value:
                case None:
                    pass
                case bool():
                    sheet.write_boolean(self._at, column, value)
                case int() | float():
                    sheet.write_number(self._at, column, value)
                case date():
                    sheet.write_datetime(self._at, column, value, self._day)
                case _:
                    sheet.write_string(self._at, column, str(value))
        self._at += 1


async def _batches(table: TableFile) -> AsyncIterator[Rows]:
    if isinstance(table.rows, AsyncIterable):
        async for batch in table.rows:
            yield batch
        return
    rows = iter(table.rows)
    while batch := list(islice(rows, 1_000)):
        yield batch
