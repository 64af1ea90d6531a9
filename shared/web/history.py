"""The history of a record as a page and as a file: one way for all services.

    @router.get("/cases/{reference}/history")
    async def history(request: Request, ..., connection: Reading, before: Before = None) -> Response:
        return await show_history(request, connection, record, before)

Who may see it is settled before, by the query that finds the record itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.directory import repository as directory
from shared.platform.audit import RecordKind
from shared.platform.audit.repository import entries_of
from shared.platform.audit.verification import Kept
from shared.web.csv_text import csv_file
from shared.web.history_words import Line, Words, codes_in, line_of
from shared.web.pages import render

PAGE_SIZE = 50
_AT_A_TIME = 2_000
_COLUMNS = (
    "Entry",
    "Time (UTC)",
    "Record",
    "Record ID",
    "What happened",
    "Author is a",
    "Author",
    "Author ID",
    "Acting for",
    "Acting for (name now)",
    "Before",
    "After",
    "Hash",
)

Before = Annotated[int | None, Query(ge=1, lt=2**63)]
"""The number of an entry: the page shows those before it."""


@dataclass(frozen=True)
class Record:
    """Whose history it is, and how it is shown. `path` is the page's own, without `.csv`."""

    title: str
    caption: str
    path: str
    back: tuple[str, str]
    """Address and text of the link back."""
    kinds: Sequence[RecordKind]
    record_id: str | None
    """None: of every record of these kinds."""
    parts: bool = False
    """Also what belongs to the record: an organisation's members and keys."""
    words: Words = field(default_factory=Words)
    part_names: Mapping[str, str] = field(default_factory=dict)
    """What the parts are called, by record id."""
    note: str = ""


async def newest_lines(
    connection: AsyncConnection, record: Record, *, before: int | None = None, limit: int
) -> list[Line]:
    """The record's entries in words, newest first."""
    kept = await entries_of(
        connection,
        record.kinds,
        record.record_id,
        parts=record.parts,
        before=before,
        limit=limit,
    )
    names = await directory.names(connection, codes_in(kept, record.words))
    return [line_of(each, record.words, names) for each in kept]


async def show_history(
    request: Request, connection: AsyncConnection, record: Record, before: int | None
) -> Response:
    found = await newest_lines(connection, record, before=before, limit=PAGE_SIZE + 1)
    return render(
        request,
        "history.html",
        record=record,
        lines=found[:PAGE_SIZE],
        before=before,
        older=found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None,
        several_records=len(record.kinds) > 1 or record.record_id is None,
    )


async def download_history(connection: AsyncConnection, record: Record) -> Response:
    """Every entry, to the letter: with the time, the two sides and the hash as they stand in the chain."""
    kept: list[Kept] = []
    while True:
        found = await entries_of(
            connection,
            record.kinds,
            record.record_id,
            parts=record.parts,
            before=kept[-1].number if kept else None,
            limit=_AT_A_TIME,
        )
        kept += found
        if len(found) < _AT_A_TIME:
            break
    acting_for = {one.entry.acting_for for one in kept if one.entry.acting_for}
    names = await directory.names(connection, acting_for)
    name = "-".join(part for part in record.path.lower().split("/") if part)
    return csv_file(name, [_COLUMNS, *(_row(one, names) for one in kept)])


def _row(kept: Kept, names: Mapping[str, str]) -> Sequence[object]:
    entry = kept.entry
    return (
        kept.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.kind,
        entry.record_id,
        entry.step,
        entry.author_kind,
        entry.author_name,
        entry.author_id,
        entry.acting_for,
        names.get(entry.acting_for or ""),
        entry.before,
        entry.after,
        kept.hash.hex(),
    )
