"""`insight bench`."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psutil
import typer

from deploy.cli.bench import chain, door, following, latency, showing, themes, workload
from deploy.cli.bench.measured import Measured, as_json, percentile, show
from deploy.cli.bench.pages.measuring import measure
from deploy.cli.bench.pages.plans import Scan
from deploy.local.estate import Estate
from deploy.local.settings import SERVICES, EstateSettings, free_ports
from shared.contracts.reports import Kind

_MIB = 2**20
_TEXTS = 10_000
_PRACTICES = 600
_TIMES = 100


def bench(
    reports: Annotated[
        int, typer.Option(min=500, help="Reports for each throughput figure.")
    ] = 10_000,
    rate: Annotated[
        float, typer.Option(min=1, help="Reports a second for the latency figures.")
    ] = 20,
    seconds: Annotated[int, typer.Option(min=5, help="How long to send at that rate.")] = 30,
    history: Annotated[
        bool, typer.Option("--history", help="Also the latency while history is classified anew.")
    ] = False,
    pages: Annotated[
        int | None,
        typer.Option(
            min=10_000,
            help="Instead: the trends' pages over so many synthetic reports; the floor is 10,000.",
        ),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure the estate on this machine: an estate of its own, in a temporary folder, on free ports.

    Each figure stands beside a floor from the same run: raw aiokafka and raw asyncpg doing the same statements, commits and hops.
    With --pages the exit code is 1 when a page's statement reads a table of facts from end to end.
    """
    # One address sends as fast as it can: its limits are lifted, and still looked up, since that is part of the price.
    os.environ["INSIGHT_WEB_RATE_SCALE"] = "10000"
    scanned: list[Scan] = []
    with tempfile.TemporaryDirectory(prefix="insight-bench-") as folder:
        if pages is None:
            found = asyncio.run(_measure(Path(folder), reports, rate, seconds, history=history))
        else:
            found, scanned = asyncio.run(_pages(Path(folder), pages))
    if json_:
        typer.echo(as_json(found))
    else:
        show(found)
    for scan in scanned:
        _say(f"{scan.page.title} reads {scan.table} from end to end: {scan.statement}")
    if scanned:
        raise typer.Exit(1)


async def _measure(
    folder: Path, reports: int, rate: float, seconds: int, *, history: bool
) -> list[Measured]:
    _say("Texts to verdicts")
    today = datetime.now(UTC).date()
    verdicts = [
        found
        for kind in Kind
        for found in await themes.measure(kind, workload.texts(kind, _TEXTS, today))
    ]
    estate = Estate(EstateSettings(port=free_ports(), data=folder), _say)
    try:
        await estate.start()
        backlog = await _chain(estate, reports, mails=False)
        return [
            *verdicts,
            backlog,
            await _chain(estate, reports // 4, mails=True),
            *await _showing(estate, showing.SHARE * backlog.ours, seconds),
            *await _latency(estate, rate, seconds),
            await _door(estate, reports // 4),
            *await _memory(estate),
            *(await _following(estate, rate, seconds) if history else []),
        ]
    finally:
        await estate.stop()


async def _pages(folder: Path, reports: int) -> tuple[list[Measured], list[Scan]]:
    estate = Estate(EstateSettings(port=free_ports(), data=folder), _say)
    try:
        await estate.start()
        return await measure(estate, reports, _PRACTICES, _TIMES, _say)
    finally:
        await estate.stop()


def _items(count: int, *, historic: bool) -> list[dict[str, object]]:
    return workload.bodies(workload.told(count, datetime.now(UTC).date()), historic=historic)


async def _chain(estate: Estate, reports: int, *, mails: bool) -> Measured:
    kind = "with its mail" if mails else "a backlog"
    items = _items(reports, historic=not mails)
    _say(f"The floor's chain, {kind}")
    async with chain.floor_running(estate, mails=mails) as running:
        floor = await chain.floor_chain(running, items, mails=mails)
    _say(f"The whole chain, {kind}")
    ours = await chain.insight(estate, items, mails=mails)
    return Measured(f"Whole chain, {kind}", "reports/s", ours, floor, "half of the floor")


async def _latency(estate: Estate, rate: float, seconds: int) -> list[Measured]:
    items = _items(int(rate * seconds), historic=False)
    _say(f"From report to mail at {rate:g} reports/s")
    ours = await latency.insight(estate, items, rate)
    async with chain.floor_running(estate, mails=True) as running:
        floor = await latency.of_floor(running, items, rate, estate.settings.mails)
    return [
        Measured(
            f"Report to mail at {rate:g}/s, p{int(share * 100)}",
            "s",
            percentile(ours, share),
            percentile(floor, share),
            bar,
        )
        for share, bar in ((0.5, ""), (0.99, "under 2 s"))
    ]


async def _showing(estate: Estate, rate: float, seconds: int) -> list[Measured]:
    items = _items(int(rate * seconds), historic=True)
    _say(f"From report to page while the chain has {rate:.0f} reports/s")
    found, kept = await showing.insight(estate, items, rate)
    what = f"Report to page, the chain at {showing.SHARE:.0%} of its capacity"
    return [
        *(
            Measured(f"{what}, p{int(share * 100)}", "s", percentile(found, share), bar=bar)
            for share, bar in ((0.5, ""), (0.99, "under 1 s"))
        ),
        Measured("Reports taken in meanwhile", "reports/s", kept, rate),
    ]


async def _following(estate: Estate, rate: float, seconds: int) -> list[Measured]:
    """Beside the same without, one right after the other."""
    _say(f"From report to mail at {rate:g} reports/s, again")
    count = int(rate * seconds)
    without = await latency.insight(estate, _items(count, historic=False), rate)
    _say("The same while history is classified anew")
    found = await following.insight(estate, _items(count, historic=False), rate)
    return [
        *(
            Measured(
                f"The same beside history, floor: without, p{int(share * 100)}",
                "s",
                percentile(found.seconds, share),
                percentile(without, share),
                bar,
            )
            for share, bar in ((0.5, "ratio under 1.5"), (0.99, "under 2 s"))
        ),
        Measured("History classified anew meanwhile", "reports/s", found.per_second),
    ]


async def _door(estate: Estate, reports: int) -> Measured:
    items = _items(reports, historic=True)
    _say("POST /api/v1/reports")
    ours = await door.insight(estate, items)
    async with chain.floor_running(estate, mails=False) as running:
        floor = await door.of_floor(running, items)
    return Measured("POST /api/v1/reports", "reports/s", ours, floor)


async def _memory(estate: Estate) -> list[Measured]:
    async with chain.floor_running(estate, mails=False) as running:
        items = _items(2_000, historic=True)
        await chain.floor_chain(running, items, mails=False)
        floor = running.memory
    return [
        Measured(
            f"Memory of {service}",
            "MiB",
            psutil.Process(estate.program(service).pid).memory_info().rss / _MIB,
            floor,
            "at most 200",
        )
        for service in SERVICES
    ]


def _say(line: str) -> None:
    typer.echo(line, err=True)
