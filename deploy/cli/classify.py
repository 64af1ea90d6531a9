"""`insight classify FILE`: themes for a file of texts, with no server running.

A CSV with columns `id` and `text` (and `kind`, `question` where there are some), or plain lines, each a text. One row of CSV comes
out for each text. Rows that cannot be read are told on standard error with their line; the others go on.
"""

import csv
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Annotated, NoReturn, TextIO, cast

import typer

from services.classification.domain import certainty_of
from services.classification.model.verdict import Asked, Verdict
from services.classification.model.versions import newest_classifier
from shared.contracts.reports import Kind

COLUMNS = ("id", "sub_themes", "themes", "tenet", "sentiment", "confidence", "hints")
_LONGEST_FIELD = 20_000_000
_AT_ONCE, _MOST_HELD = 256, 1_000_000
"""Rows, and characters."""
_TOLD_EVERY = 0.5
"""Seconds between two lines of progress."""


@dataclass(frozen=True)
class Row:
    """One text to classify, and the line of the file on which it begins."""

    line: int
    id: str
    text: str
    kind: Kind
    question: str | None


@dataclass(frozen=True)
class BadRow:
    line: int
    problem: str


def classify_file(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="CSV with the columns id and text (optionally kind: feedback or event; question), or plain lines. "
            "Without it, or as -, standard input is read.",
        ),
    ] = "-",
    kind: Annotated[
        Kind, typer.Option(help="What the texts are where the file does not say.")
    ] = Kind.FEEDBACK,
) -> None:
    """Give each text of a file its themes, as CSV on standard output."""
    if file == "-":
        _run(cast("BufferedReader", sys.stdin.buffer), kind, must_be_csv=False)
        return
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - closed below; opening alone may fail for the user's reasons
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}.")
    with source:
        _run(source, kind, must_be_csv=file.lower().endswith(".csv"))


def _run(source: BufferedReader, kind: Kind, *, must_be_csv: bool) -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # standard output is a text file here
    if source.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _stop("The file is UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8) and try again.")
    rows = read_rows(source, kind, must_be_csv=must_be_csv)
    classified, bad = write_verdicts(rows, sys.stdout, Progress(sys.stderr))
    if bad and not classified:
        _stop("No row could be read.")


def read_rows(source: Iterable[bytes], kind: Kind, *, must_be_csv: bool) -> Iterator[Row | BadRow]:
    """Rows in the file's order. Raises typer.Exit when a file called `.csv` has not the columns."""
    lines = _decoded(source)
    first = next(lines, "")
    header = [name.strip().lower() for name in next(csv.reader([first.rstrip("\r\n")]), [])]
    if {"id", "text"} <= set(header):
        yield from _csv_rows(lines, header, kind)
    elif must_be_csv and first:
        _stop("The first line must name the columns, id and text among them.")
    else:
        yield from _plain_rows(first, lines, kind)


def write_verdicts(
    rows: Iterable[Row | BadRow], out: TextIO, progress: "Progress"
) -> tuple[int, int]:
    """Writes CSV; returns how many were classified and how many could not be read."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for some in _batches(rows):
        good = [row for row in some if isinstance(row, Row)]
        for row, verdict in zip(good, _verdicts(good), strict=True):
            writer.writerow((row.id, *columns_of(verdict)))
        for bad in (row for row in some if isinstance(row, BadRow)):
            progress.tell_bad(bad)
        progress.tell_done(len(good))
    out.flush()
    progress.close()
    return progress.done, progress.bad


def _batches(rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    """Many at once are classified sooner; a bound on what is held, whatever the length of the texts."""
    some: list[Row | BadRow] = []
    held = 0
    for row in rows:
        some.append(row)
        held += len(row.text) if isinstance(row, Row) else 0
        if len(some) >= _AT_ONCE or held >= _MOST_HELD:
            yield some
            some, held = [], 0
    if some:
        yield some


def _verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """In the rows' order."""
    verdicts: dict[int, Verdict] = {}
    for kind in Kind:
        places = [place for place, row in enumerate(rows) if row.kind is kind]
        asked = [Asked(rows[place].text, None, rows[place].question) for place in places]
        if asked:
            verdicts.update(zip(places, newest_classifier(kind).classify_all(asked), strict=True))
    return [verdicts[place] for place in range(len(rows))]


def columns_of(verdict: Verdict) -> tuple[str, ...]:
    """The columns after `id`. Confidence is that of the least sure theme, 0 where there is none."""
    sub_themes = dict.fromkeys(t.sub_theme_title for t in verdict.themes if t.sub_theme_title)
    themes = dict.fromkeys(theme.title for theme in verdict.themes)
    return (
        "|".join(sub_themes),
        "|".join(themes),
        verdict.tenet.value,
        str(verdict.sentiment or ""),
        f"{certainty_of(verdict.themes):.4f}",
        "|".join(hint.value for hint in verdict.hints),
    )


class Progress:
    """Tells on standard error how far it is: in one line on a terminal, else at the end only. Bad rows are always told."""

    def __init__(self, stream: TextIO) -> None:
        self.done = 0
        self.bad = 0
        self._stream = stream
        self._live = stream.isatty()
        self._began = time.monotonic()
        self._told = self._began

    def tell_done(self, count: int) -> None:
        self.done += count
        if self._live and time.monotonic() - self._told > _TOLD_EVERY:
            self._told = time.monotonic()
            self._stream.write(f"\r{self.done:,} classified")
            self._stream.flush()

    def tell_bad(self, row: BadRow) -> None:
        self.bad += 1
        self._stream.write(f"{self._fresh_line()}line {row.line}: {row.problem}\n")

    def close(self) -> None:
        seconds = time.monotonic() - self._began
        refused = f", {self.bad:,} could not be read" if self.bad else ""
        self._stream.write(
            f"{self._fresh_line()}{self.done:,} classified in {seconds:.1f} s{refused}\n"
        )

    def _fresh_line(self) -> str:
        return "\r\x1b[K" if self._live else ""


def _decoded(source: Iterable[bytes]) -> Iterator[str]:
    """Lines as text; bytes that are not UTF-8 are carried on as lone surrogates, to be told with their row."""
    for number, line in enumerate(source):
        text = line.decode("utf-8", "surrogateescape")
        yield text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}") if number == 0 else text


def _csv_rows(lines: Iterator[str], header: list[str], kind: Kind) -> Iterator[Row | BadRow]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines)
    while True:
        line = reader.line_num + 2  # one for the header, one for counting from 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(line, f"not CSV: {error}")
            continue
        if values:
            yield _row_of(line, values, header, kind)


def _row_of(line: int, values: list[str], header: list[str], kind: Kind) -> Row | BadRow:
    if len(values) != len(header):
        return BadRow(line, f"{len(values)} columns where the first line has {len(header)}")
    if not all(_is_utf8(value) for value in values):
        return BadRow(line, "not UTF-8")
    row = dict(zip(header, values, strict=True))
    named = row.get("kind", "").strip().lower()
    if named and named not in {each.value for each in Kind}:
        return BadRow(line, "kind must be feedback or event")
    if not row["id"].strip():
        return BadRow(line, "no id")
    question = row.get("question", "").strip() or None
    return Row(line, row["id"], row["text"], Kind(named) if named else kind, question)


def _plain_rows(first: str, lines: Iterator[str], kind: Kind) -> Iterator[Row | BadRow]:
    """Each line is a text, called by its number; empty lines are passed over."""
    for number, line in enumerate(chain([first], lines), start=1):
        yield from _plain_row(number, line, kind)


def _plain_row(number: int, line: str, kind: Kind) -> Iterator[Row | BadRow]:
    text = line.strip()
    if text and not _is_utf8(text):
        yield BadRow(number, "not UTF-8")
    elif text:
        yield Row(number, str(number), text, kind, None)


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)


def _stop(sentence: str) -> NoReturn:
    sys.stderr.write(sentence + "\n")
    raise typer.Exit(2)
