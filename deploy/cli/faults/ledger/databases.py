"""What is in each service's database and in the mailbox, read past the services.

Everything comes as counters of short texts, since "lost" and "twice" are differences of counters.
"""

import email
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from deploy.cli.audit.verify import owner_url
from deploy.cli.faults.ledger.account import Counted
from deploy.cli.faults.ledger.wire import SAMPLED
from deploy.local.settings import EstateSettings

EFFECTS: dict[str, dict[str, str]] = {
    "intake": {
        "reports kept": "SELECT idempotency_key || ' ' || reference FROM report",
        "ids": "SELECT reference || ' ' || id FROM report",
        "cases followed": "SELECT report_id || ' revision ' || revision FROM case_status",
    },
    "classification": {
        "reports": "SELECT report_id::text FROM report",
        "verdicts": "SELECT report_id::text FROM verdict",
    },
    "actions": {
        "cases": "SELECT report_id || ' revision ' || revision FROM case_",
        "deadlines": "SELECT report_id || ' ' || extract(epoch FROM due_at)::float8 FROM case_ WHERE due_at IS NOT NULL",
        "openings": "SELECT record_id FROM audit_entry WHERE kind = 'case' AND step = 'opened'",
        "reminders": "SELECT record_id FROM audit_entry WHERE kind = 'case' AND step = 'became due soon'",
        "breaches": "SELECT record_id FROM audit_entry WHERE kind = 'case' AND step = 'became overdue'",
        "reminded at": "SELECT record_id || ' ' || extract(epoch FROM at)::float8 FROM audit_entry"
        " WHERE kind = 'case' AND step = 'became due soon'",
        "themes": "SELECT report_id::text FROM case_themes",
        "cases in the tally": "SELECT 'case' FROM case_tally, generate_series(1, total)",
    },
    "notifications": {
        "messages": "SELECT kind || ' ' || report_id || ' ' || coalesce(address, 'held') FROM message"
        " WHERE report_id IS NOT NULL",
        "sent": "SELECT message_id::text FROM message WHERE state = 'sent'",
        "unknown": "SELECT message_id::text FROM message WHERE state = 'unknown'",
        "signals": "SELECT signal_id || ' revision ' || revision FROM signal",
        "ends": "SELECT report_id || ' ' || message_id || ' ' || state FROM message"
        " WHERE report_id IS NOT NULL",
    },
    "reporting": {
        "reports": "SELECT report_id::text FROM report_fact",
        "verdicts": "SELECT report_id::text FROM verdict_fact",
        "cases": "SELECT report_id || ' revision ' || revision FROM case_fact",
        "messages": "SELECT report_id || ' ' || message_id || ' ' || state FROM message_fact",
        "signals": "SELECT signal_id || ' revision ' || revision FROM signal",
        "letters heard of": "SELECT consumer || ' ' || origin_topic || '/' || origin_partition || '/' || origin_offset"
        " || ' ' || cause FROM dead_letter_fact",
        "counts": "SELECT month || ' ' || provider || ' ' || reporter || ' ' || kind"
        " FROM pair_count, generate_series(1, reports) WHERE month_of = 'event' AND theme = '' AND sub_theme = ''",
        "reports in the tally": "SELECT 'report' FROM tally, generate_series(1, number) WHERE name = 'reports_counted'",
    },
}
EVERYWHERE = {
    "dead letters": "SELECT origin_topic || '/' || origin_partition || '/' || origin_offset || ' ' || cause FROM dead_letter",
}
UNFINISHED: dict[str, str] = {
    "outbox rows": "SELECT count(*) FROM outbox",
    "timers overdue": "SELECT count(*) FROM timer WHERE due_at < now() - interval '2 seconds'",
}
UNFINISHED_BY_SERVICE: dict[str, dict[str, str]] = {
    "notifications": {
        "mails": "SELECT count(*) FROM message WHERE state IN ('pending', 'sending') AND address IS NOT NULL",
    },
    "reporting": {
        "counts not looked at for signals": "SELECT count(*) FROM touched_subject",
    },
}


class Databases:
    """Read one counter at a time: a long run's would not fit into memory together."""

    def __init__(self, settings: EstateSettings, services: Sequence[str]) -> None:
        self._settings = settings
        self._services = services

    async def read(self, service: str, name: str) -> Counted:
        """Everything that its database holds of this, but what samples have brought."""
        connection = await self._connect(service)
        try:
            sql = (EFFECTS[service] | EVERYWHERE)[name]
            rows = [row[0] for row in await connection.fetch(sql)]
        finally:
            await connection.close()
        return Counter(row for row in rows if not any(one in row for one in SAMPLED))

    async def unfinished(self) -> dict[str, int]:
        """What still has to be done by what the databases say; nothing when all is done."""
        found: dict[str, int] = {}
        for service in self._services:
            wanted = UNFINISHED | UNFINISHED_BY_SERVICE.get(service, {})
            connection = await self._connect(service)
            try:
                for name, sql in wanted.items():
                    if number := await connection.fetchval(sql):
                        found[f"{service}: {name}"] = number
            finally:
                await connection.close()
        return found

    async def _connect(self, service: str) -> asyncpg.Connection:
        url = owner_url(self._settings, service).replace("+asyncpg", "")
        return await asyncpg.connect(url, timeout=10, command_timeout=60)


def read_mailbox(folder: Path) -> Counted:
    """Acceptances by message id: each file of the mailbox is one."""
    found: Counted = Counter()
    for file in folder.glob("*.eml"):
        message_id = str(email.message_from_bytes(file.read_bytes())["Message-ID"])
        found[message_id.strip("<>").partition("@")[0]] += 1
    return found
