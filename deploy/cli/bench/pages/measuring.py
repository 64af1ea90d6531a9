"""The pages over few reports and over many, on one estate."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import psutil

from deploy.cli.bench.measured import Measured, percentile
from deploy.cli.bench.pages.asking import LEAD, PAGES, cookies, seconds
from deploy.cli.bench.pages.copying import copied
from deploy.cli.bench.pages.exporting import xlsx
from deploy.cli.bench.pages.loading import load
from deploy.cli.bench.pages.plans import Scan, scans
from deploy.cli.bench.pages.synthetic import Shape
from deploy.local.estate import Estate, server_url
from deploy.local.settings import database_url

FEW = 10_000
MADE_AT_MOST = 400_000
"""Beyond it several practices report alike."""
_SHARE = 0.95
_LOOKING_SECONDS = 1_800
_STARTING_SECONDS = 60.0
Say = Callable[[str], None]


async def measure(
    estate: Estate, reports: int, practices: int, times: int, say: Say
) -> tuple[list[Measured], list[Scan]]:
    """Each page's p95 over so many reports beside the same over `FEW`, of which a second process has a copy, so that both are opened in
    the same minutes; and which of its statements read a table of facts from end to end."""
    owner = database_url(server_url(estate.settings), estate.settings.database("reporting"))
    today = datetime.now(UTC).date() - timedelta(days=1)  # the last whole day of reports
    for number in (FEW, reports):
        say(f"{number:,} reports")
        await load(owner, Shape(number, practices, today, alike=_alike(number, practices)), say)
        say("Signals")
        await _until_looked_for(owner)
        if number == FEW:
            copy = await copied(server_url(estate.settings), estate.database_url("reporting"))
    say("Pages")
    signed_in = await asyncio.to_thread(cookies, estate.url, PAGES)
    second = await estate.add_replica("reporting", 2, _STARTING_SECONDS, copy)
    urls = [estate.address(each) for each in ("reporting", second)]
    many, few = await asyncio.to_thread(seconds, urls, PAGES, signed_in, times)
    await estate.remove_replica(second)
    say("A spreadsheet")
    reporting = psutil.Process(estate.program("reporting").pid)
    file = await asyncio.to_thread(xlsx, estate.url, signed_in[LEAD], reporting, reports, today)
    say("Plans")
    found = await scans(estate.environment("reporting"), estate.url, PAGES, signed_in)
    told = [
        Measured(
            page.title,
            "ms",
            1000 * percentile(many[page], _SHARE),
            1000 * percentile(few[page], _SHARE),
            "300; ratio 2",
        )
        for page in PAGES
    ]
    return [*told, *file], found


async def _until_looked_for(owner: str) -> None:
    """The service looks for signals in all that was loaded, beside the pages. Raises TimeoutError when it does not come to an end."""
    connection = await asyncpg.connect(owner.replace("+asyncpg", ""))
    try:
        async with asyncio.timeout(_LOOKING_SECONDS):
            while await connection.fetchval("SELECT EXISTS (SELECT FROM touched_subject)"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(1)
    finally:
        await connection.close()


def _alike(reports: int, practices: int) -> int:
    """How many practices report alike: no more than are needed, of the numbers that divide them all."""
    enough = (each for each in range(1, practices) if each * MADE_AT_MOST >= reports)
    return next((each for each in enough if not practices % each), practices)
