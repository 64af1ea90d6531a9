"""The ledger's process: lines of JSON in (`told`), answers out. It keeps each line in a file before it believes it, and its answers.

python -m deploy.cli.faults.ledger FILE
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from pydantic import TypeAdapter

from deploy.cli.audit.verify import verify_estate
from deploy.cli.faults.ledger.account import Account, Figure
from deploy.cli.faults.ledger.databases import Databases, read_mailbox
from deploy.cli.faults.ledger.lines import Books, draw_up, out_of_order
from deploy.cli.faults.ledger.told import (
    Balance,
    Beginning,
    Heard,
    Promise,
    Quiet,
    Reminder,
    StillThere,
)
from deploy.cli.faults.ledger.wire import Lags, Wire, asking, read_wire
from deploy.local.people import organisations
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.operations import DEAD_LETTERS_TOPIC
from shared.contracts.signals import SIGNALS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

LOOK_SECONDS = 0.5
QUIET_LOOKS = 3
"""One look sees one place after the other; only what stays quiet is."""

ORDERED = (CASES_TOPIC, THEMES_TOPIC, SIGNALS_TOPIC)

_ACCOUNT = TypeAdapter(Account)


class Ledger:
    """What it was told, and the answers."""

    def __init__(self, beginning: Beginning) -> None:
        self._at = beginning
        self._databases = Databases(beginning.settings, beginning.services)
        self._promises: dict[str, Promise] = {}
        self._reminded: dict[str, float] = {}

    def promise(self, promise: Promise) -> None:
        self._promises[promise.key] = promise

    def remind(self, reminder: Reminder) -> None:
        self._reminded |= dict.fromkeys(reminder.reports, reminder.at)

    async def until_quiet(self, asked: Quiet) -> StillThere:
        began = moved = fewer = time.monotonic()
        looks = 0
        left: dict[str, int] = {}
        fewest = sys.maxsize
        async with asking(self._at.settings) as lags:
            while looks < QUIET_LOOKS and time.monotonic() < fewer + asked.within:
                left = await self._left(lags)
                looks = 0 if left else looks + 1
                moved = time.monotonic() if left else moved
                if sum(left.values()) < fewest:
                    fewest, fewer = sum(left.values()), time.monotonic()
                await asyncio.sleep(LOOK_SECONDS)
        return StillThere(stuck=left, seconds=moved - began)

    async def _left(self, lags: Lags) -> dict[str, int]:
        return await lags.unread(self._at.services) | await self._databases.unfinished()

    async def balance(self, asked: Balance) -> Account:
        settings = self._at.settings
        wire = await read_wire(settings)
        kept = await self._databases.read("intake", "ids")
        pairs = (pair.partition(" ") for pair in kept)
        books = Books(
            services=self._at.services,
            promises=list(self._promises.values()),
            ids={reference: report_id for reference, _, report_id in pairs},
            databases=self._databases,
            wire=wire,
            mailbox=read_mailbox(settings.mails),
            contacts={code: one["contacts"] for code, one in organisations().items()},
            reminded=self._at.reminded,
        )
        lines = await draw_up(books)
        figures = [
            *_of_the_wire(wire, asked),
            Figure("stuck", sum(asked.stuck.values()), most=0, remark=str(dict(asked.stuck) or "")),
            *await self._of_mails(books, asked),
            *await self._of_reminders(asked),
            *await self._of_the_history(),
        ]
        return Account(lines, figures, self._told(wire))

    async def _of_mails(self, books: Books, asked: Balance) -> list[Figure]:
        if "notifications" not in self._at.services:
            return []
        unknown = await self._databases.read("notifications", "unknown")
        accepted = sum(bool(books.mailbox[one]) for one in unknown)
        twice = sum(number > 1 for number in books.mailbox.values())
        remark = f"of them accepted by the mail server: {accepted}"
        return [
            Figure("mails accepted once", sum(n == 1 for n in books.mailbox.values())),
            Figure("mails accepted more than once", twice, most=0),
            Figure("mails of unknown end", unknown.total(), most=asked.most_unknown, remark=remark),
        ]

    async def _of_reminders(self, asked: Balance) -> list[Figure]:
        if "actions" not in self._at.services:
            return []
        rows = (row.partition(" ") for row in await self._databases.read("actions", "reminded at"))
        waits = [
            float(at) - self._reminded[report] for report, _, at in rows if report in self._reminded
        ]
        longest = max(waits, default=0)
        return [Figure("longest wait of a reminder, seconds", longest, most=asked.longest_wait)]

    async def _of_the_history(self) -> list[Figure]:
        """No change of a record may be missing or out of place there, by its own chain and by its anchors."""
        histories = await verify_estate(self._at.settings, self._at.services)
        findings = [found for one in histories for found in one.findings]
        bare = sum(not one.anchors for one in histories if one.entries)
        return [
            Figure(
                "findings in the histories", len(findings), most=0, remark=str(findings[:3] or "")
            ),
            Figure("histories without an anchor", bare, most=0),
        ]

    def _told(self, wire: Wire) -> Mapping[str, Mapping[str, int]]:
        through = Counter(
            "straight to Kafka" if one.report_id else "intake" for one in self._promises.values()
        )
        return {
            "promised": {**through},
            "poison": dict(Counter(cause.value for _, cause in wire.poison.values())),
            "dead letters": dict(
                Counter(one.detail.rpartition(" ")[2] for one in wire.of(DEAD_LETTERS_TOPIC))
            ),
            "facts of the next release": dict(wire.newer),
        }


def _of_the_wire(wire: Wire, asked: Balance) -> list[Figure]:
    wrong = sum(out_of_order(wire.of(topic)) for topic in ORDERED)
    copies = [
        Figure(
            f"facts that {service} published twice", number, most=asked.most_copies.get(service, 0)
        )
        for service, number in wire.copies.items()
    ]
    return [Figure("out of order", wrong, most=0), *copies]


async def main(kept: TextIO) -> None:
    ledger: Ledger | None = None

    def answer(line: str) -> None:
        print(line, file=kept, flush=True)
        print(line, flush=True)

    for line in sys.stdin:
        kept.write(line)
        kept.flush()
        match Heard.model_validate_json(line).told:
            case Beginning() as beginning:
                ledger = Ledger(beginning)
            case Promise() as promise if ledger:
                ledger.promise(promise)
            case Reminder() as reminder if ledger:
                ledger.remind(reminder)
            case Quiet() as quiet if ledger:
                answer((await ledger.until_quiet(quiet)).model_dump_json())
            case Balance() as balance if ledger:
                answer(_ACCOUNT.dump_json(await ledger.balance(balance)).decode())


if __name__ == "__main__":
    with Path(sys.argv[1]).open("a") as file:
        asyncio.run(main(file))
