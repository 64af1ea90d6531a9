"""Engines, and the one way to write many rows in one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import RowMapping, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def create_engine(url: str, *, pool: int, application: str) -> AsyncEngine:
    """An engine whose broken connections are noticed before use and whose waits are bounded."""
    return create_async_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        # A statement's parameters are people's words: no error message may repeat them.
        hide_parameters=True,
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {
                "application_name": application,
                # A frozen process must not hold its locks for ever: the database ends its transaction.
                "idle_in_transaction_session_timeout": "60000",
                "timezone": "UTC",
                # Statements read little, by an index: helpers of one that wants the newest ten read far ahead of it.
                "max_parallel_workers_per_gather": "0",
            },
        },
    )


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], after: str) -> TextClause:
    arrays = ", ".join(
        f"CAST(:{name} AS {table.c[name].type.compile(dialect=_DIALECT)}[])" for name in columns
    )
    names = ", ".join(f'"{name}"' for name in columns)
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) {after}')  # noqa: S608 - names come from our own tables


def columns_of(rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Rows turned on their side, as `unnest` takes them: one list for each column. All rows have the first one's keys."""
    return {name: [row[name] for row in rows] for name in rows[0]}


async def insert_rows(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    after: str = "",
) -> Sequence[RowMapping]:
    """Insert all rows by one statement, in their order; `after` may hold ON CONFLICT and RETURNING clauses of our own text.

    Returns the rows that RETURNING gives, else nothing. JSONB values are given as JSON text, array columns are not supported
    (PostgreSQL's `unnest` would flatten them).
    """
    if not rows:
        return ()
    result = await connection.execute(_insert(table, tuple(rows[0]), after), columns_of(rows))
    return result.mappings().all() if result.returns_rows else ()
