"""What tests of versions do again and again."""

from sqlalchemy import text

from services.classification import repository, use_cases
from services.classification.domain import Decision, key_of
from services.classification.model.versions import Versions
from services.classification.use_cases.versions import in_force
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import Kind, ReportSubmitted
from tests.classification.other_versions import (
    BOTH,
    OLD,
    ONE,
    TWO,
)
from tests.support.apps import Running
from tests.support.reports import report

FAST = 1_000_000.0


async def version_in_force(service: Running, versions: Versions = BOTH) -> str:
    async with service.transactions.begin() as tx:
        return (await in_force(tx, versions))[Kind.EVENT].name


async def assign(service: Running, *reports: ReportSubmitted, versions: Versions = BOTH) -> None:
    async with service.transactions.begin() as tx:
        await use_cases.assign_themes(reports, tx, versions)


async def history(
    estate: Running, *texts: str, first: int = 0, reporter: str = "Y90001", provider: str = "RZ1"
) -> list[ReportSubmitted]:
    """Reports classified by the first version."""
    reports = [
        report(first + number, text=words, reporter=reporter, provider=provider)
        for number, words in enumerate(texts)
    ]
    await assign(estate, *reports, versions=OLD)
    return reports


async def adopt(estate: Running, name: str = TWO.name, instead_of: str = ONE.name) -> None:
    async with estate.transactions.begin() as tx:
        await use_cases.adopt(
            name,
            instead_of=instead_of,
            reason="It finds letters",
            member_id=None,
            person="Helen Marsh",
            tx=tx,
            versions=BOTH,
        )


async def ask(
    estate: Running, *, at_once: int = 100, per_second: float = FAST, versions: Versions = BOTH
) -> list[ReclassificationRequested]:
    """What was asked for, taken from the outbox as the relay would."""
    async with estate.transactions.begin() as tx:
        await use_cases.ask_for_history(tx, versions, at_once=at_once, per_second=per_second)
    async with estate.transactions.begin() as tx:
        rows = await tx.connection.execute(
            text("DELETE FROM outbox WHERE topic LIKE '%reclassifications%' RETURNING value")
        )
        return [ReclassificationRequested.model_validate_json(bytes(value)) for (value,) in rows]


async def answer(
    estate: Running, *requests: ReclassificationRequested, versions: Versions = BOTH
) -> None:
    async with estate.transactions.begin() as tx:
        await use_cases.reclassify(requests, tx, versions)


async def follow(estate: Running) -> int:
    """Until there is nothing more to ask for; how many there were."""
    asked = 0
    while requests := await ask(estate, at_once=2):
        await answer(estate, *requests)
        asked += len(requests)
    return asked


async def decisions_on(estate: Running, submitted: ReportSubmitted) -> list[Decision]:
    async with estate.transactions.read() as connection:
        return await repository.decisions(connection, submitted.report_id)


async def themes_of(estate: Running, *reports: ReportSubmitted) -> list[set[str]]:
    return [
        {key_of(theme) for theme in (await decisions_on(estate, each))[0].themes}
        for each in reports
    ]
