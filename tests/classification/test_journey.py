"""The service on real Kafka and PostgreSQL: a report gets its themes once, whatever comes beside it."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import repository
from services.classification.model.versions import SHIPPED
from services.classification.tables import metadata, verdict
from services.classification.tables import report as report_table
from shared.contracts.operations import Cause, DeadLetter
from shared.contracts.reports import REPORTS_TOPIC, Kind, Tenet
from shared.contracts.themes import DecidedBy, ThemesAssigned
from tests.support.apps import Running
from tests.support.facts import Facts, proper_headers
from tests.support.reports import report

pytestmark = pytest.mark.integration


async def _rows(service: Running) -> tuple[int, int]:
    async with service.transactions.read() as connection:
        reports = (
            await connection.execute(select(func.count()).select_from(report_table))
        ).scalar_one()
        verdicts = (
            await connection.execute(select(func.count()).select_from(verdict))
        ).scalar_one()
    return reports, verdicts


async def test_a_report_gets_its_themes(classification: Running, facts: Facts) -> None:
    submitted = report()
    await facts.publish(submitted)
    assigned = await facts.expect(ThemesAssigned)
    assert assigned.report_id == submitted.report_id
    assert assigned.revision == 1
    assert assigned.decided_by is DecidedBy.MODEL
    assert assigned.tenet is Tenet.SAFETY
    assert {theme.sub_theme for theme in assigned.themes} >= {"discharge-summaries"}
    assert assigned.taxonomy_version == SHIPPED.newest(Kind.EVENT).taxonomy


async def test_the_trace_leads_from_the_report_to_its_themes(
    classification: Running, facts: Facts
) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await facts.publish(report(), traceparent=traceparent)
    seen = facts.travelled(await facts.expect(ThemesAssigned))
    assert seen.traceparent is not None
    assert seen.traceparent.split("-")[1] == traceparent.split("-")[1]


async def test_a_repeated_report_gets_its_themes_once(
    classification: Running, facts: Facts
) -> None:
    first, second = report(1), report(2)
    again = report(1, first.report_id)  # the same report told by another fact
    await facts.publish(first, first, again, first, second)
    await facts.expect(ThemesAssigned, lambda fact: fact.report_id == second.report_id)
    await facts.expect(ThemesAssigned, lambda fact: fact.report_id == first.report_id)
    assert await _rows(classification) == (2, 2)
    assert len(facts.seen(ThemesAssigned)) == 2


async def test_text_that_says_nothing_is_classified_as_nothing(
    classification: Running, facts: Facts
) -> None:
    texts = ["", "N/A", "🙂", "\0\x07", "ä" * 20_000]
    reports = [report(n, kind=Kind.FEEDBACK, text=text) for n, text in enumerate(texts)]
    await facts.publish(*reports)
    assigned = await facts.expect_all(ThemesAssigned, count=len(texts))
    assert all(fact.themes == () for fact in assigned)


async def test_a_malformed_record_is_set_aside_and_its_neighbours_go_through(
    classification: Running, facts: Facts
) -> None:
    before, after = report(1), report(2)
    spoilt = report(3)
    await asyncio.gather(
        facts.publish(before),
        facts.publish_raw(
            REPORTS_TOPIC, b'{"text": 7}', key=spoilt.key.encode(), headers=proper_headers(spoilt)
        ),
        facts.publish(after),
    )
    dead = await facts.expect(DeadLetter)
    assert dead.consumer == "classification"
    assert dead.cause is Cause.BAD_VALUE
    themed = await facts.expect_all(ThemesAssigned, count=2)
    assert {fact.report_id for fact in themed} == {before.report_id, after.report_id}


async def test_a_reference_taken_by_another_report_is_refused_by_rule(
    classification: Running, facts: Facts
) -> None:
    first, usurper, other = report(1), report(1), report(2)
    await facts.publish(first)
    await facts.expect(ThemesAssigned)
    await facts.publish(usurper, other)
    dead = await facts.expect(DeadLetter)
    assert dead.cause is Cause.RULE
    await facts.expect(ThemesAssigned, lambda fact: fact.report_id == other.report_id)
    assert usurper.report_id not in {fact.report_id for fact in facts.seen(ThemesAssigned)}


async def test_counts_say_what_was_classified_and_corrected(
    classification: Running, facts: Facts
) -> None:
    await facts.publish(report(1), report(2))
    await facts.expect_all(ThemesAssigned, count=2)
    async with classification.transactions.read() as connection:
        counts = await repository.counts(connection)
    assert counts == {"reports_classified": 2, "verdicts_corrected": 0}


async def test_migrations_make_the_tables_as_they_are_declared(classification: Running) -> None:
    async with classification.transactions.read() as connection:
        assert await _differences(connection) == []


async def _differences(connection: AsyncConnection) -> list[object]:

    def compare(sync: object) -> list[object]:
        names = set(metadata.tables)
        context = MigrationContext.configure(
            sync,  # type: ignore[arg-type]
            opts={
                "include_name": lambda name, kind, _: kind != "table" or name in names,
                "compare_type": True,
            },
        )
        return list(compare_metadata(context, metadata))

    return await connection.run_sync(compare)
