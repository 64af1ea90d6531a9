"""CSV as people's programs write it: each row with the line it begins on, or what is wrong with it. One bad row spoils no other."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

_LONGEST_FIELD = 1_000_000
"""Characters; a quotation mark that is never closed runs into this instead of swallowing the rest of the file."""


class UnusableFile(Exception):
    """Nothing in the file can be taken in; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `values` by column, or the `problem` that keeps it out."""

    line: int
    values: dict[str, str]
    problem: str = ""


def read_rows(file: Path, needed: Collection[str]) -> Iterator[Row]:
    """Every row in turn. Raises `UnusableFile` when the file cannot be opened, or its header lacks a column of `needed`."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        # Bytes that are no UTF-8 come through as lone surrogates, so that they spoil their own row only.
        opened = file.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise UnusableFile(f"{file} cannot be read: {error.strerror}.") from None
    with opened:
        reader = csv.reader(opened, strict=True)
        header = _header(reader, file, needed)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, {}, f"not readable as CSV ({error})")
                continue
            if fields:
                yield _row(line, header, fields, needed)


def count_rows(file: Path, needed: Collection[str]) -> int:
    """How many rows `read_rows` will give: a progress bar must know its end."""
    return sum(1 for _ in read_rows(file, needed))


def _header(reader: Iterator[list[str]], file: Path, needed: Collection[str]) -> list[str]:
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise UnusableFile(f"{file} has no readable header ({error}).") from None
    if not header:
        raise UnusableFile(f"{file} is empty: its first line must name the columns.")
    if missing := [name for name in needed if name not in header]:
        raise UnusableFile(
            f"{file} has no column {', '.join(missing)}. Its columns are {', '.join(header)}."
        )
    return header


def _row(line: int, header: list[str], fields: list[str], needed: Collection[str]) -> Row:
    if len(fields) != len(header):
        return Row(line, {}, f"has {len(fields)} columns where the header has {len(header)}")
    values = dict(zip(header, fields, strict=True))
    for name in needed:
        if not values[name].isascii() and any(
            "\udc80" <= each <= "\udcff" for each in values[name]
        ):
            return Row(line, {}, f"column {name} is not valid UTF-8")
    return Row(line, values)
