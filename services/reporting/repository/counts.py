"""Keeping the counts: cells by cube, the lists of reports behind them, and whose area is whose."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.areas import Areas, Placed, of_practices, recorded_under
from services.reporting.domain.counts import Counts
from services.reporting.domain.cubes import CUBES, EVERY, Cube, Key, Measure, MonthOf, Standing
from shared.contracts.directory import OrganisationKind
from shared.directory.tables import organisation
from shared.platform.database import columns_of, insert_rows

TABLES = {cube: tables.metadata.tables[cube.name] for cube in CUBES}


async def move_counts(connection: AsyncConnection, counts: Counts) -> None:
    """Add the differences. Rows that come to nothing go, so that a rebuild leaves the same rows."""
    moved = counts.rows()
    for cube in CUBES:
        await _move_cells(connection, cube, moved.cells[cube])
    await insert_rows(
        connection,
        tables.tally,
        [{"name": name, "number": number} for name, number in sorted(moved.tallies.items())],
        "ON CONFLICT (name) DO UPDATE SET number = tally.number + excluded.number",
    )
    if any(number < 0 for number in moved.tallies.values()):
        await connection.execute(tables.tally.delete().where(tables.tally.c.number == 0))


async def _move_cells(
    connection: AsyncConnection, cube: Cube, cells: Mapping[Key, list[int]]
) -> None:
    if not cells:
        return
    # In the order of the key: neighbours lie in neighbouring pages.
    keys = sorted(cells)
    numbers = zip(*(cells[key] for key in keys), strict=True)
    moved: dict[str, Sequence[int]] = {
        name: by for name, by in zip(cube.measures, numbers, strict=True) if any(by)
    }
    columns: dict[str, Sequence[object]] = dict(
        zip(cube.columns, zip(*keys, strict=True), strict=True)
    )
    await connection.execute(
        _add(cube, tuple(each for each in cube.measures if each in moved)), {**columns, **moved}
    )
    # Whoever leaves a cell takes a report out of it: no cell has stages without reports.
    left = [key for key in keys if cells[key][0] < 0]
    if left:
        gone = zip(cube.columns, zip(*left, strict=True), strict=True)
        await connection.execute(_remove_empty(cube), dict(gone))


@cache
def _add(cube: Cube, moved: tuple[Measure, ...]) -> TextClause:
    """To these measures of the cells; a new cell has none of the others. Most facts move one or two: what is not sent costs nothing."""
    others = [each for each in cube.measures if each not in moved]
    arrays = [
        *(_array(name) for name in cube.columns),
        *(f"CAST(:{each} AS int[])" for each in moved),
    ]
    return text(
        f"INSERT INTO {cube.name} ({', '.join([*cube.columns, *moved, *others])})"  # noqa: S608 - our own names
        f" SELECT moved.*{', 0' * len(others)} FROM unnest({', '.join(arrays)}) AS moved {_adding(cube, moved)}"
    )


def _array(column: str) -> str:
    return f"CAST(:{column} AS {'date' if column == 'month' else 'text'}[])"


@cache
def _adding(cube: Cube, measures: tuple[Measure, ...]) -> str:
    key = ", ".join(cube.key)
    sums = ", ".join(f"{name} = {cube.name}.{name} + excluded.{name}" for name in measures)
    return f"ON CONFLICT ({key}) DO UPDATE SET {sums}"


@cache
def _remove_empty(cube: Cube) -> TextClause:
    arrays = ", ".join(map(_array, cube.key))
    same = " AND ".join(f"kept.{name} = gone.{name}" for name in cube.key)
    return text(
        f"DELETE FROM {cube.name} AS kept USING unnest({arrays}) AS gone ({', '.join(cube.key)})"  # noqa: S608 - our own names
        f" WHERE kept.reports = 0 AND {same}"
    )


async def list_reports(
    connection: AsyncConnection,
    before: Mapping[UUID, Standing],
    after: Mapping[UUID, Standing],
) -> None:
    """Keep the lists in step: a row for each report and theme. What stands nowhere any more is in `before` alone."""
    old = {
        (key, slug): standing.tenet for key, standing in before.items() for slug in standing.slugs
    }
    new = {
        (key, slug): standing.tenet for key, standing in after.items() for slug in standing.slugs
    }
    gone = [{"report_id": key, "theme": slug} for key, slug in old.keys() - new.keys()]
    if gone:
        await connection.execute(_UNLIST, columns_of(gone))
    changed = [at for at, tenet in new.items() if old.get(at) != tenet]
    await insert_rows(
        connection,
        tables.listed_report,
        [
            {
                "report_id": key,
                "theme": slug,
                "happened_on": after[key].happened_on,
                "provider": after[key].provider,
                "reporter": after[key].reporter,
                "tenet": after[key].tenet,
                "kind": after[key].kind,
                "harm": after[key].harm,
            }
            for key, slug in changed
        ],
        "ON CONFLICT (report_id, theme) DO UPDATE SET tenet = excluded.tenet",
    )


_UNLIST = text("""
    DELETE FROM listed_report AS listed
    USING unnest(CAST(:report_id AS uuid[]), CAST(:theme AS text[])) AS gone (report_id, theme)
    WHERE listed.report_id = gone.report_id AND listed.theme = gone.theme
""")


async def areas(connection: AsyncConnection, codes: Iterable[str] | None = None) -> Areas:
    """The areas that the counts are kept by: of these organisations, or of all."""
    member = tables.area_member.c
    statement = select(member.organisation, member.area, member.as_provider)
    if codes is not None:
        statement = statement.where(member.organisation.in_(set(codes)))
    practices: dict[str, set[str]] = {}
    providers: dict[str, set[str]] = {}
    recorded: dict[str, str] = {}
    for code, area, as_provider in await connection.execute(statement):
        if (under := recorded_under(area)) is not None:
            recorded[code] = under
        else:
            (providers if as_provider else practices).setdefault(code, set()).add(area)
    return Areas(
        {code: frozenset(found) for code, found in practices.items()},
        {code: frozenset(found) for code, found in providers.items()},
        recorded,
    )


async def directory(connection: AsyncConnection) -> list[Placed]:
    """What the directory says of everybody, as far as it decides on areas."""
    one = organisation.c
    rows = await connection.execute(select(one.code, one.kind, one.commissioner, one.succeeded_by))
    return [Placed(code, OrganisationKind(kind), board, later) for code, kind, board, later in rows]


async def move_areas(connection: AsyncConnection, before: Areas, after: Areas) -> None:
    """Count by the areas of `after` what was counted by those of `before`, from the counts by pairs. Takes as long as the pairs that
    are concerned have cells."""
    practices, providers = before.changed(after)
    if not practices and not providers:
        return
    await _save_areas(connection, after, practices | providers)
    pairs = await connection.execute(
        _PAIRS, {"reporters": list(practices), "providers": list(providers)}
    )
    moves = [
        {
            "reporter": reporter,
            "about": about,
            "area": area,
            "provider": provider,
            "times": times,
        }
        for reporter, about in pairs.all()
        for (area, provider), times in _moved(
            before.places(reporter, about), after.places(reporter, about)
        )
    ]
    if moves:
        for cube in CUBES:
            if cube.base is not None:
                await connection.execute(_roll_up(cube, cube.base), columns_of(moves))
                await connection.execute(
                    text(f"DELETE FROM {cube.name} WHERE area = ANY(:areas) AND reports = 0"),  # noqa: S608 - our own name
                    {"areas": sorted({cast("str", move["area"]) for move in moves})},
                )


def _moved(
    before: frozenset[tuple[str, str]], after: frozenset[tuple[str, str]]
) -> Sequence[tuple[tuple[str, str], int]]:
    return [*((place, -1) for place in before - after), *((place, 1) for place in after - before)]


async def _save_areas(connection: AsyncConnection, kept: Areas, changed: frozenset[str]) -> None:
    member = tables.area_member
    await connection.execute(member.delete().where(member.c.organisation.in_(changed)))
    await insert_rows(
        connection,
        member,
        [
            {"organisation": code, "area": area, "as_provider": as_provider}
            for as_provider, side in ((False, kept.practices), (True, kept.providers))
            for code in sorted(changed & side.keys())
            for area in sorted(side[code])
        ]
        + [
            {
                "organisation": code,
                "area": of_practices(kept.recorded[code]),
                "as_provider": False,
            }
            for code in sorted(changed & kept.recorded.keys())
        ],
    )


_PAIRS = text(f"""
    SELECT DISTINCT reporter, provider FROM pair_count
    WHERE month_of = '{MonthOf.EVENT}' AND sub_theme = '{EVERY}' AND theme = '{EVERY}'
      AND (reporter = ANY(:reporters) OR provider = ANY(:providers))
""")  # noqa: S608 - our own values


@cache
def _roll_up(cube: Cube, base: Cube) -> TextClause:
    """Add to a cube of places what moves (reporter, about: to or from an area and provider), from its base by pairs."""
    rest = ", ".join(cube.rest)
    sums = ", ".join(f"sum(moved.times * base.{name})" for name in cube.measures)
    return text(
        f"INSERT INTO {cube.name} (area, provider, {rest}, {', '.join(cube.measures)})"  # noqa: S608 - our own names
        f" SELECT moved.area, moved.provider, {rest}, {sums}"
        " FROM unnest(CAST(:reporter AS text[]), CAST(:about AS text[]), CAST(:area AS text[]),"
        " CAST(:provider AS text[]), CAST(:times AS int[])) AS moved (reporter, about, area, provider, times)"
        f" JOIN {base.name} AS base ON base.reporter = moved.reporter AND base.provider = moved.about"
        f" GROUP BY moved.area, moved.provider, {rest} {_adding(cube, cube.measures)}"
    )


async def tallies(connection: AsyncConnection) -> dict[str, int]:
    """Everything that is tallied as facts come in: `reports_counted`, `cases_open`, `messages_sent`..."""
    rows = await connection.execute(select(tables.tally.c.name, tables.tally.c.number))
    return {"reports_counted": 0} | dict(rows.all())


async def told(connection: AsyncConnection) -> dict[str, int]:
    """What this service tells of the whole: its reports. Cases and messages are told by their owners."""
    found = await tallies(connection)
    return {name: number for name, number in found.items() if name.startswith("reports_")}
