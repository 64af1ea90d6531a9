"""The running estate as the tests see it: its commands, its counts, its mails and its doors."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.status import EstateStatus, read_status
from deploy.local.estate import Estate, server_url
from deploy.local.mailbox import Mail, mail_names, read_mail
from services.actions.tables import case_
from shared.contracts.cases import CaseState
from tests.support.waiting import eventually

INSIGHT = Path(sys.executable).with_name("insight")


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class KnownCase:
    """A case to look at."""

    reference: str
    provider: str
    reporter: str


async def insight(estate: Estate, *arguments: str | Path) -> Ended:
    """Run the `insight` command on this estate."""
    settings = estate.settings
    process = await asyncio.create_subprocess_exec(
        INSIGHT,
        *arguments,
        env={
            **os.environ,
            "INSIGHT_PORT": str(settings.port),
            "INSIGHT_DATA": str(settings.data),
            "INSIGHT_KAFKA": settings.bootstrap,
            "INSIGHT_TOPIC_PREFIX": settings.topic_prefix,
            "INSIGHT_POSTGRES": server_url(settings),
            "INSIGHT_DATABASE_PREFIX": settings.database_prefix,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def settled(estate: Estate) -> EstateStatus:
    """The status once all that was accepted is classified and counted, and every mail has left."""

    async def looks_settled() -> EstateStatus | None:
        status = await read_status(estate.settings)
        counts = status.counts
        chain = {counts.get(name) for name in ("reports_accepted", "reports_classified")}
        chain |= {counts.get("reports_counted"), counts.get("reports_themed", 0), _cases(counts)}
        waiting = counts.get("messages_pending", 0) + counts.get("messages_sending", 0)
        waiting += sum(
            sum(each.lag.values()) + each.outbox_rows for each in status.services.values()
        )
        assert len(chain) == 1, counts
        assert status.ok, status
        return None if waiting else status

    found = await eventually(looks_settled, within=120, because="the chain does not come to rest")
    assert found is not None
    return found


def _cases(counts: Mapping[str, int]) -> int:
    return sum(counts.get(f"cases_{state}", 0) for state in CaseState)


def mails(estate: Estate) -> list[Mail]:
    """Every accepted mail, newest first."""
    folder = estate.settings.mails
    return [read_mail(folder, name) for name in mail_names(folder)]


async def mail_about(estate: Estate, reference: str, subject: str) -> Mail:
    """The newest mail whose subject has both, as soon as it has been accepted."""

    async def arrived() -> Mail | None:
        return next(
            (
                mail
                for mail in mails(estate)
                if reference in mail.subject and subject in mail.subject
            ),
            None,
        )

    found = await eventually(arrived, because=f"no mail '{subject}' about {reference}")
    assert found is not None
    return found


def administrator(estate: Estate) -> httpx2.AsyncClient:
    """A program with the administrator's key at the front door."""
    return httpx2.AsyncClient(
        base_url=estate.url,
        headers={"Authorization": f"Bearer {estate.administrator_key}"},
        timeout=30,
        trust_env=False,
    )


async def known_cases(estate: Estate) -> dict[CaseState, KnownCase]:
    """One case for each state there is; of those under way all are of people who can sign in."""
    engine = create_async_engine(estate.database_url("actions"))
    columns = (case_.c.state, case_.c.reference, case_.c.provider, case_.c.reporter)
    try:
        async with engine.connect() as connection:
            # the last one of each state: the newest
            rows = await connection.execute(select(*columns).order_by(case_.c.report_id))
            return {CaseState(row[0]): KnownCase(*row[1:]) for row in rows}
    finally:
        await engine.dispose()
