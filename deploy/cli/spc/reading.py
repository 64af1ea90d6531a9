"""A series from a CSV file as people have them: from Excel, from R, with a byte order mark, semicolons, British dates."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from services.reporting.domain.spc import Point

MOST_POINTS = 100_000
EARLIEST, LATEST = 1900, 2199
"""Years. What lies beyond is a slip of the pen."""
DATES = "2024-03-31, 2024-03 or 31/03/2024"
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 00:00(?::00)?)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_MISSING = {"", "na", "n/a", "null", "none", "."}
_MOST_TOLD = 5
"""Lines with mistakes that are told; the others are counted."""


class Unreadable(ValueError):
    """What was given cannot be used. The message is a sentence, or several lines, for whoever gave it."""


@dataclass(frozen=True)
class _Columns:
    separator: str
    number: int
    date: int
    value: int


def read_points(content: bytes) -> list[Point]:
    """The points in the file's order. Raises `Unreadable` that names what is missing, or the lines that are wrong."""
    lines = StringIO(_text(content), newline="")
    header = lines.readline()
    if not header.strip():
        raise Unreadable("the file is empty: its first line must name the columns date and value")
    columns = _columns(header)
    points: list[Point] = []
    mistakes: list[str] = []
    for number, row in _rows(lines, columns.separator):
        try:
            points.append(_point(row, columns))
        except Unreadable as mistake:
            mistakes.append(f"line {number}: {mistake}")
        if len(points) + len(mistakes) > MOST_POINTS:
            raise Unreadable(f"there are more than {MOST_POINTS:,} points: no chart can show them")
    if mistakes:
        raise Unreadable(_listed(mistakes))
    if not points:
        raise Unreadable("there is no row below the first line: the file has no data")
    return points


def read_date(written: str) -> date:
    """Raises `Unreadable`."""
    text = written.strip()
    if iso := _ISO.fullmatch(text):
        year, month, day = iso[1], iso[2], iso[3] or "1"
    elif british := _BRITISH.fullmatch(text):
        day, month, year = british[1], british[2], british[3]
    else:
        raise Unreadable(f'"{_short(text)}" is not a date: write it as {DATES}')
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable(f'"{text}" is not a day of the calendar') from None
    if not EARLIEST <= found.year <= LATEST:
        raise Unreadable(f'"{text}" is not a date between {EARLIEST} and {LATEST}')
    return found


def read_value(written: str) -> float | None:
    """None for a value that is missing: nothing, NA. Raises `Unreadable`."""
    text = written.strip()
    if text.lower() in _MISSING:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise Unreadable(f'"{_short(text)}" is not a number: write it as 12 or 12.5')
    return float(text)


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("the file is UTF-16: save it as UTF-8 (in Excel: CSV UTF-8) and try again")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _columns(header: str) -> _Columns:
    """How the columns are separated, how many there are, and where the two are."""
    found: list[str] = []
    for separator in (",", ";", "\t"):
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator))]
        twice = [name for name in ("date", "value") if names.count(name) > 1]
        if twice:
            raise Unreadable(f"the column {twice[0]} is there twice")
        if "date" in names and "value" in names:
            return _Columns(separator, len(names), names.index("date"), names.index("value"))
        found = max(found, names, key=len)
    missing = [name for name in ("date", "value") if name not in found]
    word = "column" if len(missing) == 1 else "columns"
    there = _short(", ".join(name or "(no name)" for name in found), 120)
    raise Unreadable(
        f"the {word} {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: the first line names {there}"
    )


def _rows(lines: StringIO, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row that has anything in it, with its line."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 2  # one for the first line, one for counting from 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                f"line {number}: this is not CSV ({error}): look at its quotation marks"
            ) from None
        if any(cell.strip() for cell in row):
            yield number, row


def _point(row: Sequence[str], columns: _Columns) -> Point:
    if len(row) <= max(columns.date, columns.value):
        raise Unreadable(f"there are only {len(row)} columns")
    if any(cell.strip() for cell in row[columns.number :]):
        hint = "; write a number as 1000, not as 1,000" if columns.separator == "," else ""
        raise Unreadable(
            f"there are {len(row)} columns, and the first line names {columns.number}{hint}"
        )
    written = row[columns.value]
    if columns.separator != "," and "," in written:
        raise Unreadable(
            f'"{_short(written.strip())}" has a comma, which can stand for thousands or for decimals: write it as 5408 or 5.408'
        )
    return Point(read_date(row[columns.date]), read_value(written))


def _listed(mistakes: Sequence[str]) -> str:
    more = len(mistakes) - _MOST_TOLD
    told = [*mistakes[:_MOST_TOLD], *([f"and {more:,} lines more"] if more > 0 else [])]
    return told[0] if len(told) == 1 else "\n  ".join(["some lines cannot be read:", *told])


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
