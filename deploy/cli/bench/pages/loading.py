"""Synthetic reports into reporting's tables, by COPY: facts, lists and counts as the service would have kept them.

Two processes make and count half of the practices each, by the service's own rules, once for all that report alike. Facts and counts by pairs
are written for each of these; those of places are added up over all. Areas come last, by the service's own handler of the directory.
"""

import asyncio
import concurrent.futures
import io
import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, Table, text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.bench.pages import synthetic
from deploy.cli.bench.pages.synthetic import Shape
from services.reporting import tables
from services.reporting.domain.areas import Areas
from services.reporting.domain.counts import Cells, Counts, standing_of
from services.reporting.domain.cubes import CUBES, PLACE, Cube, Standing
from services.reporting.domain.known import Known
from services.reporting.repository.counts import TABLES
from services.reporting.use_cases import follow_directory
from shared.contracts.messages import MessageKind, MessageState
from shared.platform.transaction import Transactions

_PROCESSES = 2
FACTS = (
    tables.report_fact,
    tables.verdict_fact,
    tables.case_fact,
    tables.message_fact,
    tables.action_fact,
    tables.listed_report,
)
"""With a row or more for each report."""
_OF_PAIRS = [cube for cube in CUBES if cube.axes[0] is not PLACE]
_OF_PLACES = [cube for cube in CUBES if cube.axes[0] is PLACE]
_COPIED = (*FACTS, *(TABLES[cube] for cube in _OF_PAIRS))
_NO_AREAS = Areas()
Lines = dict[Table, list[str]]


async def load(owner_url: str, shape: Shape, say: Callable[[str], None]) -> None:
    """Take out what is there, and put the shape's reports in. By the owner of the tables."""
    engine = create_async_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(_empty)
    await asyncio.to_thread(_fill, owner_url, shape)
    say("Indexes")
    async with engine.begin() as connection:
        await connection.run_sync(_make_indexes)
    say("Areas")
    async with Transactions(engine, source="reporting").begin() as tx:
        await follow_directory(synthetic.directory(shape), tx)
    await engine.dispose()
    say("Statistics")
    cleaner = create_async_engine(owner_url, isolation_level="AUTOCOMMIT")
    async with cleaner.connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE)"))
        # What loading left to be written would be written while pages are measured.
        await connection.execute(text("CHECKPOINT"))
    await cleaner.dispose()


def _empty(connection: Connection) -> None:
    # Whose area is whose comes first, as it does for the service, which may be following the directory just now.
    others = (tables.area_member, tables.theme_title, tables.tally)
    for table in (*others, *_COPIED, *(TABLES[cube] for cube in _OF_PLACES)):
        connection.execute(text(f"TRUNCATE {table.name}"))
    for table in _COPIED:
        connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {table.name}_pkey"))
        for index in table.indexes:
            index.drop(connection)
    for slug in (*synthetic.EVENT_THEMES, *synthetic.FEEDBACK_THEMES):
        for sub_theme in ("", *synthetic.SUB_THEMES):
            title = f"{slug} {sub_theme}".strip().capitalize()
            connection.execute(
                tables.theme_title.insert().values(
                    theme=slug, sub_theme=sub_theme, title=title, named_at=text("now()")
                )
            )


def _make_indexes(connection: Connection) -> None:
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for table in _COPIED:
        key = ", ".join(column.name for column in table.primary_key)
        connection.execute(text(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({key})"))
        for index in table.indexes:
            index.create(connection)


def _fill(owner_url: str, shape: Shape) -> None:
    # Fresh processes: what a fork would copy of an event loop and its connections is nobody's to use.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(_PROCESSES, context) as pool:
        shares = [[*shape.told][at::_PROCESSES] for at in range(_PROCESSES)]
        for done in [pool.submit(_fill_share, owner_url, shape, share) for share in shares]:
            done.result()


def _fill_share(owner_url: str, shape: Shape, practices: Sequence[str]) -> None:
    asyncio.run(_copy_share(owner_url, shape, practices))


async def _copy_share(owner_url: str, shape: Shape, practices: Sequence[str]) -> None:
    connection = await asyncpg.connect(owner_url.replace("+asyncpg", ""))
    counts = Counts()
    for first in practices:
        made = [*_facts_of(shape, first, counts), *_pairs_of(counts)]
        for at, practice in enumerate(shape.told[first]):
            for table, lines in made:
                told = lines.replace(first.encode(), practice.encode())
                told = told.replace(synthetic.WHOSE.encode(), b"-%04x" % at)
                await _copy(connection, table, told)
    for cube in _OF_PLACES:
        await _add(connection, cube, _lines_of_cells(cube, counts.cells[cube], shape.alike))
    await connection.close()


def _facts_of(shape: Shape, practice: str, counts: Counts) -> Iterator[tuple[Table, bytes]]:
    """The rows of one practice, by table; its reports are counted."""
    facts: Lines = {table: [] for table in FACTS}
    for report_id, known in synthetic.reports(shape, practice):
        standing = standing_of(known, _NO_AREAS)
        if standing is None:
            raise AssertionError("a synthetic report is known")
        counts.add(standing)
        for table, part, more in _parts(report_id, known, standing):
            facts[table].append(
                _line(
                    [more[name] if name in more else getattr(part, name) for name in _NAMES[table]]
                )
            )
    for table, lines in facts.items():
        yield table, _text(lines)


def _pairs_of(counts: Counts) -> Iterator[tuple[Table, bytes]]:
    """The counts by pairs of the practice that was counted last, which are taken out."""
    for cube in _OF_PAIRS:
        yield TABLES[cube], _lines_of_cells(cube, counts.cells[cube], 1)
        counts.cells[cube] = {}


def _parts(
    report_id: UUID, known: Known, standing: Standing
) -> Iterator[tuple[Table, object, Mapping[str, object]]]:
    """For each row: what its columns' values are attributes of, and those that are not."""
    report, verdict, progress = known.reported, known.verdict, known.progress
    if report is None or verdict is None or progress is None:
        raise AssertionError("all is known of a synthetic report")
    key = {"report_id": report_id, "reporter": report.reporter, "provider": report.provider}
    yield tables.report_fact, report, key
    themes = [{"theme": each.slug, "sub_theme": each.sub_theme} for each in verdict.themes]
    yield tables.verdict_fact, verdict, key | {"themes": json.dumps(themes)}
    yield tables.case_fact, progress, key
    alert = {"message_id": report_id, "kind": MessageKind.ALERT, "recipient": report.provider}
    sent = {"state": MessageState.SENT, "settled_at": report.submitted_at}
    yield tables.message_fact, None, key | alert | sent
    if progress.action_completed_on is not None:
        done = {"action_id": report_id, "completed_on": progress.action_completed_on}
        yield tables.action_fact, None, key | done | {"due_on": None}
    for slug in standing.slugs:
        yield tables.listed_report, standing, key | {"theme": slug}


_NAMES = {table: [column.name for column in table.columns] for table in FACTS}


def _lines_of_cells(cube: Cube, cells: Cells, times: int) -> bytes:
    """In the order of the table's columns; counted so many times."""
    order = [cube.columns.index(name) for name in cube.key]
    found = []
    for first, others in cells.items():
        for rest, numbers in others.items():
            key = (*first, *rest)
            found.append(_line([*(key[at] for at in order), *(times * each for each in numbers)]))
    return _text(found)


def _text(lines: Sequence[str]) -> bytes:
    return "".join([f"{line}\n" for line in lines]).encode()


def _line(values: Sequence[object]) -> str:
    return "\t".join([_NULL if value is None else str(value) for value in values])


_NULL = "\\N"


async def _copy(
    connection: asyncpg.Connection, table: Table, lines: bytes, into: str | None = None
) -> None:
    """Into the table, or another of the same columns."""
    if lines:
        await connection.copy_to_table(
            into or table.name,
            columns=[*table.columns.keys()],
            source=io.BytesIO(lines),
            format="text",
        )


async def _add(connection: asyncpg.Connection, cube: Cube, lines: bytes) -> None:
    """To what the other process has counted."""
    await connection.execute(f"CREATE TEMP TABLE moved (LIKE {cube.name})")
    await _copy(connection, TABLES[cube], lines, "moved")
    sums = ", ".join(f"{name} = {cube.name}.{name} + excluded.{name}" for name in cube.measures)
    await connection.execute(
        f"INSERT INTO {cube.name} SELECT * FROM moved ORDER BY {', '.join(cube.key)}"  # noqa: S608 - our own names
        f" ON CONFLICT ({', '.join(cube.key)}) DO UPDATE SET {sums}"
    )
    await connection.execute("DROP TABLE moved")
