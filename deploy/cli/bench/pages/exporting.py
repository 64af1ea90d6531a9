"""A long list as a spreadsheet: how much memory the service takes meanwhile."""

import io
import threading
import time
import zipfile
from dataclasses import dataclass
from datetime import date
from math import ceil

import httpx2
import psutil

from deploy.cli.bench.measured import Measured
from deploy.cli.bench.pages.synthetic import MONTHS
from services.reporting.domain.months import plus

_MONTHS_OF_A_MILLION = 12
"""Of a million reports, an area's of so many months are more than 100,000."""
_LOOK_SECONDS = 0.05
_MIB = 2**20
_SHEETS = "xl/worksheets/"


@dataclass
class _Memory:
    """The most that a process was seen to have, in MiB."""

    process: psutil.Process
    most: float = 0

    def watch(self, done: threading.Event) -> None:
        while not done.wait(_LOOK_SECONDS):
            self.most = max(self.most, self.process.memory_info().rss / _MIB)


def xlsx(
    url: str, cookie: str, service: psutil.Process, reports: int, today: date
) -> list[Measured]:
    """The reports of an area's last whole months: more than 100,000 of a million or more in all. Raises
    httpx2.HTTPError when the file does not come."""
    last = plus(today.replace(day=1), -1)
    months = min(MONTHS, ceil(_MONTHS_OF_A_MILLION * 1_000_000 / reports))
    address = f"/trends/reports.xlsx?since={plus(last, 1 - months):%Y-%m}&until={last:%Y-%m}"
    memory, done = _Memory(service), threading.Event()
    watching = threading.Thread(target=memory.watch, args=(done,))
    watching.start()
    began = time.perf_counter()
    try:
        with httpx2.Client(base_url=url, timeout=600) as client:
            answer = client.get(address, headers={"Cookie": cookie}).raise_for_status()
    finally:
        done.set()
        watching.join()
    took = time.perf_counter() - began
    rows = _rows(answer.content)
    what = f"XLSX of {rows:,} rows"
    return [
        Measured(f"{what}: memory of reporting", "MiB", memory.most, bar="at most 200"),
        Measured(what, "rows/s", rows / took),
    ]


def _rows(file: bytes) -> int:
    """Those below the headings."""
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        sheets = [name for name in book.namelist() if name.startswith(_SHEETS)]
        return sum(book.read(name).count(b"<row ") - 1 for name in sheets)
