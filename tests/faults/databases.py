"""What is in each service's database and in the mailbox, read past the services.

Everything comes as counters of short texts, since "lost" and "twice" are differences of counters.
"""

import email
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from deploy.local.estate import Estate
from deploy.local.settings import SERVICES

Counted = Counter[str]

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
        "openings": "SELECT record_id FROM audit_entry WHERE kind = 'case' AND step = 'opened'",
        "reminders": "SELECT record_id FROM audit_entry WHERE kind = 'case' AND step = 'became due soon'",
        "themes": "SELECT report_id::text FROM case_themes",
        "cases in the tally": "SELECT 'case' FROM case_tally, generate_series(1, total)",
    },
    "notifications": {
        "messages": "SELECT kind || ' ' || report_id || ' ' || coalesce(address, 'held') FROM message",
        "sent": "SELECT message_id::text FROM message WHERE state = 'sent'",
        "unknown": "SELECT message_id::text FROM message WHERE state = 'unknown'",
        "ends": "SELECT message_id || ' ' || state FROM message",
    },
    "reporting": {
        "reports": "SELECT report_id::text FROM report_fact",
        "verdicts": "SELECT report_id::text FROM verdict_fact",
        "cases": "SELECT report_id || ' revision ' || revision FROM case_fact",
        "messages": "SELECT message_id || ' ' || state FROM message_fact",
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
UNSETTLED = (
    "SELECT count(*) FROM message WHERE state IN ('pending', 'sending') AND address IS NOT NULL"
)


async def read_effects(estate: Estate) -> dict[str, dict[str, Counted]]:
    """By service and name, what its database holds."""
    found: dict[str, dict[str, Counted]] = {}
    for service in SERVICES:
        connection = await _connect(estate, service)
        try:
            found[service] = {
                name: Counter(row[0] for row in await connection.fetch(sql))
                for name, sql in (EFFECTS[service] | EVERYWHERE).items()
            }
        finally:
            await connection.close()
    return found


async def unfinished(estate: Estate) -> dict[str, int]:
    """What still has to be done by what the databases say; nothing when all is done."""
    found: dict[str, int] = {}
    for service in SERVICES:
        wanted = UNFINISHED | ({"mails": UNSETTLED} if service == "notifications" else {})
        connection = await _connect(estate, service)
        try:
            for name, sql in wanted.items():
                if number := await connection.fetchval(sql):
                    found[f"{service}: {name}"] = number
        finally:
            await connection.close()
    return found


async def bring_forward_reminders(estate: Estate, digits: str) -> set[str]:
    """Lets the time come for the reminders of those cases whose id ends in one of the hexadecimal digits; gives their ids."""
    connection = await _connect(estate, "actions")
    try:
        rows = await connection.fetch(
            "UPDATE timer SET due_at = now() WHERE kind = 'due-soon' AND due_at > now()"
            " AND position(right(subject::text, 1) IN $1) > 0 RETURNING subject::text",
            digits,
        )
        return {row[0] for row in rows}
    finally:
        await connection.close()


def read_mailbox(folder: Path) -> Counted:
    """Acceptances by message id: each file of the mailbox is one."""
    found: Counted = Counter()
    for file in folder.glob("*.eml"):
        message_id = str(email.message_from_bytes(file.read_bytes())["Message-ID"])
        found[message_id.strip("<>").partition("@")[0]] += 1
    return found


def ids_of(effects: Mapping[str, Mapping[str, Counted]]) -> dict[str, str]:
    """Report id by reference."""
    pairs = (pair.partition(" ") for pair in effects["intake"]["ids"])
    return {reference: report_id for reference, _, report_id in pairs}


async def _connect(estate: Estate, service: str) -> asyncpg.Connection:
    url = estate.database_url(service).replace("+asyncpg", "")
    return await asyncpg.connect(url, timeout=10, command_timeout=30)
