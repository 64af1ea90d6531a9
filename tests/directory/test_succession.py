"""For which codes an organisation stands, on a real PostgreSQL: the question behind every scope."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.contracts.directory import (
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
)
from shared.directory import repository
from shared.directory.use_cases import record_organisations
from shared.platform.transaction import Transaction
from tests.conftest import DatabaseUrl
from tests.support.directory import RECORDED_AT, member, organisation


@pytest.fixture
async def connection(database_url: DatabaseUrl) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(await database_url("actions"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


def practice(
    code: str, successor: str | None = None, commissioner: str | None = None, revision: int = 1
) -> OrganisationRecorded:
    """Closed when it has a successor."""
    record = organisation(
        code,
        f"Practice {code}",
        OrganisationKind.PRACTICE,
        member("amira.patel", "Dr Amira Patel", Role.REPORTER),
        commissioner=commissioner,
        revision=revision,
    )
    status = OrganisationStatus.CLOSED if successor else OrganisationStatus.OPEN
    return record.model_copy(update={"successor": successor, "status": status})


async def know(connection: AsyncConnection, *records: OrganisationRecorded) -> None:
    await record_organisations(records, Transaction(connection, RECORDED_AT, source="tests"))


async def test_a_successor_stands_for_all_it_succeeded_step_by_step(
    connection: AsyncConnection,
) -> None:
    await know(connection, practice("A1", "A2"), practice("A2", "A3"), practice("A3"))
    await know(connection, practice("B1", "A3"), practice("C1"))
    assert await repository.stands_for(connection, ["A3"]) == {"A1", "A2", "A3", "B1"}
    assert await repository.stands_for(connection, ["A2"]) == {"A1", "A2"}
    assert await repository.stands_for(connection, ["C1", "NOBODY"]) == {"C1", "NOBODY"}
    assert await repository.successors(connection, ["A1", "B1", "A3", "C1"]) == {
        "A1": "A3",
        "B1": "A3",
    }


async def test_a_member_acts_for_the_predecessors_and_those_have_members_no_more(
    connection: AsyncConnection,
) -> None:
    await know(connection, practice("A1", "A2"), practice("A2", "A3"), practice("A3"))
    (found,) = await repository.memberships(connection, "amira.patel")
    assert found.organisation.code == "A3"
    assert found.predecessors == {"A1", "A2"}


async def test_an_open_organisation_is_succeeded_by_nobody_whatever_its_record_says(
    connection: AsyncConnection,
) -> None:
    still_open = practice("A1").model_copy(update={"successor": "A2"})
    await know(connection, still_open, practice("A2"))
    assert await repository.stands_for(connection, ["A2"]) == {"A2"}
    assert await repository.successors(connection, ["A1"]) == {}


async def test_reopening_takes_everything_back(connection: AsyncConnection) -> None:
    await know(connection, practice("A1", "A2"), practice("A2"))
    await know(connection, practice("A1", revision=2))
    assert await repository.stands_for(connection, ["A2"]) == {"A2"}


async def test_a_commissioner_oversees_its_practices_those_they_succeeded_and_its_predecessors(
    connection: AsyncConnection,
) -> None:
    await know(connection, practice("A1", "A2"), practice("A2", commissioner="CCG1"))
    await know(connection, practice("A3", commissioner="ICB1"), practice("A4", commissioner="XX"))
    await know(connection, practice("CCG1", "ICB1"), practice("ICB1"))
    codes = await repository.stands_for(connection, ["ICB1"])
    assert {each.code for each in await repository.area(connection, codes)} == {"A1", "A2", "A3"}


async def test_names_say_what_became_of_an_organisation(connection: AsyncConnection) -> None:
    await know(connection, practice("A1", "A2"), practice("A2", "A3"), practice("A3"))
    assert await repository.names(connection, ["A1", "A3", "NOBODY"]) == {
        "A1": "Practice A1 (now part of Practice A3)",
        "A3": "Practice A3",
        "NOBODY": "NOBODY",
    }


@pytest.mark.timeout(60)
async def test_records_that_name_each_other_in_a_circle_do_not_run_for_ever(
    connection: AsyncConnection,
) -> None:
    await know(connection, practice("A1", "A2"), practice("A2", "A3"), practice("A3", "A1"))
    assert await repository.stands_for(connection, ["A1"]) == {"A1", "A2", "A3"}
    assert set(await repository.successors(connection, ["A1"])) == {"A1"}
    own = practice("A4").model_copy(update={"successor": "A4", "status": OrganisationStatus.CLOSED})
    await know(connection, own)
    assert await repository.stands_for(connection, ["A4"]) == {"A4"}
    assert "Practice A4" in (await repository.names(connection, ["A4"]))["A4"]


async def test_the_scopes_of_a_large_directory_are_read_by_index(
    connection: AsyncConnection,
) -> None:
    await know(connection, *(practice(f"Y{n:05}", commissioner=f"C{n % 40}") for n in range(5_000)))
    await connection.execute(text("ANALYZE organisation"))
    plan = "\n".join(
        (
            await connection.execute(
                text(
                    "EXPLAIN SELECT code FROM organisation WHERE succeeded_by = ANY(CAST('{A,B}' AS text[]))"
                )
            )
        ).scalars()
    )
    assert "organisation_succeeded_by" in plan
