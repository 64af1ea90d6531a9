"""How PostgreSQL answers what the pages ask: no statement may read a table of facts from end to end.

The service runs once more in this process, on the same database, so that its statements can be listened to.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.cli.bench.pages.asking import Page
from deploy.cli.bench.pages.loading import FACTS
from services.reporting.app import create_app
from services.reporting.settings import Settings

_FACTS = frozenset(table.name for table in FACTS)


@dataclass(frozen=True)
class Scan:
    """A table of facts that a page reads from end to end, and the statement that does."""

    page: Page
    table: str
    statement: str


async def scans(
    environment: Mapping[str, str], url: str, pages: Sequence[Page], signed_in: Mapping[str, str]
) -> list[Scan]:
    """`environment`: what the service is told; `url`: its pages' own address."""
    told = {name.lower().removeprefix("reporting_"): value for name, value in environment.items()}
    app = create_app(Settings.model_validate(told))
    engine: AsyncEngine = app.state.runtime.engine
    found = []
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=url) as client:
        for page in pages:
            asked: list[tuple[str, Any]] = []
            with _listening(engine, asked):
                answer = await client.get(page.path, headers={"Cookie": signed_in[page.subject]})
            answer.raise_for_status()
            found += [
                Scan(page, table, statement)
                for statement, parameters in asked
                for table in await _scanned(engine, statement, parameters)
            ]
    await engine.dispose()
    return found


@contextlib.contextmanager
def _listening(engine: AsyncEngine, asked: list[tuple[str, Any]]) -> Iterator[None]:
    def hear(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def _scanned(engine: AsyncEngine, statement: str, parameters: Any) -> list[str]:
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        plan = rows.scalar_one()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return [
        str(node["Relation Name"])
        for node in _nodes(plan[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in _FACTS
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)
