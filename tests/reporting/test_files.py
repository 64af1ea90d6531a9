"""Tables as files: a spreadsheet holds what the table holds, text stays text, and a long one takes no more memory than a short one."""

import os
import tempfile
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from services.reporting.domain.numbers import Few
from services.reporting.pages import files
from services.reporting.pages.files import Rows, TableFile, csv_lines, workbook

HEADING = ("Reference", "Happened on", "Reports")
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://insight.example/", "12", "\x01odd")


async def written(rows: object) -> bytes:
    return b"".join([part async for part in workbook(TableFile("t", rows))])  # type: ignore[arg-type]  # rows of a test


def cells(sheet: bytes) -> list[list[tuple[str, str]]]:
    """By row: each cell's type and content. `f` is a formula."""
    root = ET.fromstring(sheet)  # noqa: S314 - our own text
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [
        [
            (
                "f" if cell.find(f"{space}f") is not None else cell.get("t", "n"),
                "".join(cell.itertext()),
            )
            for cell in row
        ]
        for row in root.iter(f"{space}row")
    ]


def sheets(book: bytes) -> list[bytes]:
    with ZipFile(BytesIO(book)) as archive:
        names = sorted(name for name in archive.namelist() if "worksheets/sheet" in name)
        return [archive.read(name) for name in names]


async def test_numbers_days_and_text_keep_their_kind() -> None:
    (sheet,) = sheets(await written([HEADING, ("IN-1", date(2026, 3, 16), 7), (Few(5), None, 0.5)]))
    assert cells(sheet) == [
        [("inlineStr", name) for name in HEADING],
        [("inlineStr", "IN-1"), ("n", "46097"), ("n", "7")],
        [("inlineStr", "fewer than 5"), ("n", "0.5")],
    ]


@pytest.mark.parametrize("text", DANGEROUS)
async def test_text_that_looks_like_a_formula_a_link_or_a_number_is_text(text: str) -> None:
    (sheet,) = sheets(await written([HEADING, (text, None, 1)]))
    kind, content = cells(sheet)[1][0]
    assert kind == "inlineStr"
    assert content == text.replace("\x01", "_x0001_")
    lines = "".join([part async for part in csv_lines(TableFile("t", [HEADING, (text, None, 1)]))])
    cell = lines.splitlines()[1]
    assert cell.startswith("\"'" if text[0] in "=+-@\t" else '"')


async def test_a_table_longer_than_a_sheet_goes_on_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "ROWS_OF_A_SHEET", 3)
    found = sheets(await written([HEADING, *((f"IN-{at}", None, at) for at in range(5))]))
    assert [len(cells(sheet)) for sheet in found] == [3, 3, 2]
    assert all(cells(sheet)[0][0][1] == "Reference" for sheet in found)


async def test_an_empty_table_has_its_heading() -> None:
    (sheet,) = sheets(await written([HEADING]))
    assert len(cells(sheet)) == 1


async def test_a_long_table_is_never_in_memory_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = str(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", folder)

    async def rows() -> AsyncIterator[Rows]:
        yield [HEADING]
        for batch in range(10):
            yield [(f"IN-{batch}-{at}", date(2026, 3, 1), at) for at in range(2_000)]

    size = 0
    tracemalloc.start()
    async for part in workbook(TableFile("t", rows())):
        size += len(part)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 300_000
    assert most < 4 << 20
    assert not [entry.name for entry in os.scandir(folder)]
