"""Reports through the public door, and the receipts.

An answer that is lost (no connection, a 5xx) proves nothing, so the same report is sent with the same key until there is one, to
whichever process of intake comes next.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx2

from deploy.cli.bench.workload import one_report
from deploy.cli.faults.ledger.told import Promise
from deploy.cli.faults.load.reports import Report

BULK = 150
ASK_AGAIN_SECONDS = 0.2
PATIENCE_SECONDS = 300


class NotAccepted(Exception):
    """Intake refused a good report, or did not answer for minutes."""


class Door:
    """`doors`: addresses at which it is asked in turn."""

    def __init__(
        self,
        doors: Sequence[str],
        administrator_key: str,
        reports: Iterator[Report],
        keep: Callable[[Promise], None],
    ) -> None:
        self.asked_again = 0
        """Requests whose answer was lost."""
        self._doors = itertools.cycle(doors)
        self._headers = {"Authorization": f"Bearer {administrator_key}"}
        self._reports = reports
        self._keep = keep

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(headers=self._headers, timeout=15, trust_env=False)

    async def send_one(self, client: httpx2.AsyncClient) -> int:
        """Raises NotAccepted."""
        report = next(self._reports)
        body, headers = one_report(report.body)
        answer, begun = await self._until_answered(client, "/api/v1/reports", body, headers)
        if answer.status_code not in {200, 201}:
            raise NotAccepted(answer.text)
        self._promised(report, answer.json()["reference"], begun, historic=False)
        return 1

    async def send_bulk(self, client: httpx2.AsyncClient) -> int:
        """Raises NotAccepted."""
        reports = list(itertools.islice(self._reports, BULK))
        body = {"reports": [report.body for report in reports]}
        answer, begun = await self._until_answered(client, "/api/v1/reports/bulk", body, {})
        if answer.status_code != 200 or answer.json()["refused"]:
            raise NotAccepted(answer.text)
        for report, result in zip(reports, answer.json()["results"], strict=True):
            self._promised(report, result["reference"], begun, historic=report.historic)
        return len(reports)

    async def _until_answered(
        self,
        client: httpx2.AsyncClient,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str],
    ) -> tuple[httpx2.Response, float]:
        """The answer, and when it was first asked."""
        begun = time.time()
        while time.time() < begun + PATIENCE_SECONDS:
            try:
                answer = await client.post(next(self._doors) + path, json=body, headers=headers)
            except httpx2.TransportError:
                pass
            else:
                if answer.status_code < 500:
                    return answer, begun
            self.asked_again += 1
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        raise NotAccepted(f"no answer for {PATIENCE_SECONDS} seconds")

    def _promised(self, report: Report, reference: str, begun: float, *, historic: bool) -> None:
        self._keep(
            Promise(
                key=report.key,
                reference=reference,
                report_id=None,
                reporter=report.body["reporter"],
                provider=report.body["provider"],
                kind=report.body["kind"],
                month=report.month,
                historic=historic,
                late=False,
                accepted_from=begun,
                accepted_until=time.time(),
            )
        )


Send = Callable[[httpx2.AsyncClient], Awaitable[int]]
