"""What tests of the service do again and again."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.actions.tables import case_
from services.actions.use_cases import open_cases, withdraw_cases
from shared.contracts.reports import ReportSubmitted, WithdrawalReason
from tests.support.apps import Running
from tests.support.facts import Facts
from tests.support.reports import report, withdrawal_of
from tests.support.waiting import eventually


async def database_now(actions: Running) -> datetime:
    async with actions.transactions.read() as connection:
        now: datetime = (await connection.execute(select(func.now()))).scalar_one()
        return now


async def hours_ago(actions: Running, hours: float) -> datetime:
    """By the database's clock, which is the one that counts."""
    return await database_now(actions) - timedelta(hours=hours)


async def open_case(
    actions: Running, facts: Facts, number: int = 1, **changes: object
) -> ReportSubmitted:
    """Publish a report, accepted now unless said otherwise, and wait until its case is there."""
    changes.setdefault("occurred_at", await database_now(actions))
    submitted = report(number, None, **changes)
    await facts.publish(submitted)
    await eventually(lambda: is_there(actions, submitted))
    return submitted


async def put_case(pages: Running, number: int = 1, **changes: object) -> ReportSubmitted:
    """A case straight into the database, of a report accepted now unless said otherwise."""
    changes.setdefault("occurred_at", await database_now(pages))
    submitted = report(number, None, **changes)
    async with pages.transactions.begin() as tx:
        await open_cases([submitted], tx)
    return submitted


async def withdraw(
    pages: Running, submitted: ReportSubmitted, reason: WithdrawalReason | None = None
) -> None:
    """As the service does when it hears of it."""
    async with pages.transactions.begin() as tx:
        await withdraw_cases([withdrawal_of(submitted, reason)], tx)


async def is_there(actions: Running, submitted: ReportSubmitted) -> bool:
    async with actions.transactions.read() as connection:
        found = select(case_.c.report_id).where(case_.c.report_id == submitted.report_id)
        return (await connection.execute(found)).first() is not None
