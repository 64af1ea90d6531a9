"""The Organisation Data Service's `epraccur` and `etr` files: 27 columns in quotation marks, no header, one organisation in a line.

One bad line spoils no other. The files are in UTF-8 or, older ones, in Latin-1; names are in capitals.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

COLUMNS = 27
_CODE = re.compile(r"[A-Z0-9]{2,12}")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}")
_LONGEST_NAME = 500
_LONGEST_LINE = 10_000


class UnusableFile(Exception):
    """Nothing in it can be taken in; the message says why."""


class Standing(StrEnum):
    """What the file says of an organisation. Proposed and dormant ones are neither open nor closed to us."""

    ACTIVE = "active"
    CLOSED = "closed"
    DORMANT = "dormant"
    PROPOSED = "proposed"


_STANDINGS = {
    "A": Standing.ACTIVE,
    "C": Standing.CLOSED,
    "D": Standing.DORMANT,
    "P": Standing.PROPOSED,
}


@dataclass(frozen=True, slots=True)
class OdsRow:
    """One organisation. `setting` is the prescribing setting of `epraccur` (4 = GP practice), empty in `etr`."""

    line: int
    code: str
    name: str
    icb: str | None
    postcode: str | None
    opened_on: date | None
    closed_on: date | None
    standing: Standing
    commissioner: str | None
    setting: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be taken in, and why."""

    line: int
    reason: str


def read_file(content: bytes, today: date) -> tuple[list[OdsRow], list[BadRow]]:
    """Every line that is not blank. Raises UnusableFile when no line has the format's columns."""
    rows: list[OdsRow] = []
    bad: list[BadRow] = []
    first_line: dict[str, int] = {}
    for number, fields in _lines(_text(content)):
        row = fields if isinstance(fields, str) else _row(number, fields, today)
        if isinstance(row, str):
            bad.append(BadRow(number, row))
        elif row.code in first_line:
            reason = f"{row.code} is on line {first_line[row.code]} already"
            bad.append(BadRow(number, reason))
        else:
            first_line[row.code] = number
            rows.append(row)
    if not rows:
        why = f"line {bad[0].line}: {bad[0].reason}" if bad else "it is empty"
        raise UnusableFile(
            f"This is no epraccur or etr file of the Organisation Data Service: {why}."
        )
    return rows, bad


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _lines(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Number and fields of each line, or what keeps it from having any. A record never goes over a line's end, so that a quotation
    mark that is not closed takes no other line with it."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip("\r\x1a \t"):
            continue
        if len(line) > _LONGEST_LINE:
            yield number, "is far too long"
            continue
        try:
            yield number, next(csv.reader([line.rstrip("\r")], strict=True))
        except csv.Error as error:
            yield number, f"is not readable as CSV ({error})"


def _row(number: int, fields: list[str], today: date) -> OdsRow | str:
    """The organisation, or what is wrong with the line."""
    if len(fields) != COLUMNS:
        return f"has {len(fields)} columns instead of {COLUMNS}"
    values = [" ".join(field.split()) for field in fields]
    code, name, status = values[0].upper(), values[1], values[12].upper()
    if not _CODE.fullmatch(code):
        return "column 1 is no organisation's code"
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return f"column 2 of {code} is no name"
    if status and status not in _STANDINGS:
        return f"column 13 of {code} is no status (A, C, D or P)"
    try:
        opened_on, closed_on = _date(values[10]), _date(values[11])
    except ValueError:
        return f"column 11 or 12 of {code} is no date like 19740401"
    return OdsRow(
        line=number,
        code=code,
        name=readable_name(name),
        icb=_code(values[3]),
        postcode=_postcode(values[9]),
        opened_on=opened_on,
        closed_on=closed_on,
        standing=_STANDINGS.get(status) or _by_date(closed_on, today),
        commissioner=_code(values[14]),
        setting=values[25],
    )


def _date(value: str) -> date | None:
    """Raises ValueError for what is no date."""
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{8}", value):
        raise ValueError
    return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007 - a day, not a moment


def _by_date(closed_on: date | None, today: date) -> Standing:
    """`etr` gives no status, only the day."""
    return Standing.CLOSED if closed_on is not None and closed_on <= today else Standing.ACTIVE


def _code(value: str) -> str | None:
    return value.upper() if _CODE.fullmatch(value.upper()) else None


def _postcode(value: str) -> str | None:
    return value.upper() if _POSTCODE.fullmatch(value.upper()) else None


_SMALL = frozenset({"a", "and", "at", "by", "for", "in", "of", "on", "the", "to", "upon", "with"})
_CAPITALS = frozenset({"NHS", "GP", "GPS", "ICB", "ICS", "UK", "HMP", "YOI", "A&E", "ENT"})
_WORDS = frozenset({"ST", "DR", "DRS", "MR", "MRS", "MS", "RD", "LTD", "CTR", "H/CTR"})


def readable_name(name: str) -> str:
    """`ST OSWIN'S SURGERY` -> `St Oswin's Surgery`. A name that is not all in capitals stays as it is, and so does a word that
    looks like an abbreviation: a known one, or one without vowels (`BCSC`)."""
    if name.upper() != name:
        return name
    words = name.split(" ")
    return " ".join(_readable_word(word, first=index == 0) for index, word in enumerate(words))


def _readable_word(word: str, *, first: bool) -> str:
    bare = word.strip("().,-")
    if bare.lower() in _SMALL and not first:
        return word.lower()
    is_abbreviation = bare in _CAPITALS or (not re.search("[AEIOUY]", bare) and bare not in _WORDS)
    if is_abbreviation or any(each.isdigit() for each in bare):
        return word
    return re.sub(
        r"[^\W\d_]+(?:'(?:S|T|D|LL|RE|VE)\b)?",
        lambda part: part.group()[:1] + part.group()[1:].lower(),
        word,
    )
