"""The directory's read model on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.contracts.directory import (
    PROVIDER_KINDS,
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    Role,
)
from shared.directory import repository
from shared.directory.use_cases import record_organisations
from shared.platform.transaction import Transaction
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def member(subject: str, *roles: Role) -> Member:
    return Member(member_id=UUID(int=7), subject=subject, name="Jo Lee", roles=frozenset(roles))


def recorded(
    code: str,
    revision: int = 1,
    name: str = "Elm Road Surgery",
    kind: OrganisationKind = OrganisationKind.PRACTICE,
    status: OrganisationStatus = OrganisationStatus.OPEN,
    members: tuple[Member, ...] = (),
) -> OrganisationRecorded:
    return OrganisationRecorded(
        occurred_at=NOW,
        code=code,
        revision=revision,
        name=name,
        kind=kind,
        status=status,
        members=members,
    )


@pytest.fixture
async def connection(database_url: DatabaseUrl) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(await database_url("actions"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
def tx(connection: AsyncConnection) -> Transaction:
    return Transaction(connection, NOW, source="tests")


async def name_of(connection: AsyncConnection, code: str) -> str | None:
    found = await repository.organisation(connection, code)
    return found.name if found else None


async def test_a_record_comes_back_whole(tx: Transaction) -> None:
    record = recorded("Y90001", members=(member("amira.patel", Role.REPORTER, Role.OPERATOR),))
    await record_organisations([record], tx)
    assert await repository.organisation(tx.connection, "Y90001") == record


async def test_an_older_revision_changes_nothing_whenever_it_comes(tx: Transaction) -> None:
    await record_organisations([recorded("Y90001", 3, "third")], tx)
    await record_organisations([recorded("Y90001", 2, "second")], tx)
    await record_organisations([recorded("Y90001", 3, "third again")], tx)
    assert await name_of(tx.connection, "Y90001") == "third"


async def test_of_a_batch_each_organisation_s_highest_revision_is_kept(tx: Transaction) -> None:
    batch = [
        recorded("Y90001", 2, "second"),
        recorded("Y90001", 1, "first"),
        recorded("Y90002", 5, "fifth"),
        recorded("Y90001", 4, "fourth"),
    ]
    await record_organisations(batch, tx)
    assert await name_of(tx.connection, "Y90001") == "fourth"
    assert await name_of(tx.connection, "Y90002") == "fifth"


async def test_nothing_is_known_of_an_unknown_code(tx: Transaction) -> None:
    assert await repository.organisation(tx.connection, "NOBODY") is None
    assert await repository.organisations(tx.connection, ["NOBODY"]) == {}
    assert await repository.names(tx.connection, ["NOBODY"]) == {"NOBODY": "NOBODY"}
    assert await repository.names(tx.connection, []) == {}


async def test_providers_are_open_by_name_and_never_practices(tx: Transaction) -> None:
    await record_organisations(
        [
            recorded("RZ2", name="Valley", kind=OrganisationKind.COMMUNITY),
            recorded("RZ1", name="Northfield", kind=OrganisationKind.ACUTE),
            recorded("RZ3", kind=OrganisationKind.ACUTE, status=OrganisationStatus.CLOSED),
            recorded("Y90001"),
        ],
        tx,
    )
    found = await repository.providers(tx.connection)
    assert [each.name for each in found] == ["Northfield", "Valley"]
    short = await repository.listed(tx.connection, PROVIDER_KINDS, also=["RZ3", "Y90001"])
    assert {each.code for each in short} == {"RZ1", "RZ2", "RZ3"}


async def test_a_person_is_found_in_every_open_organisation_that_names_them(
    tx: Transaction,
) -> None:
    dana, amira = member("dana.cole", Role.REPORTER), member("amira.patel", Role.REPORTER)
    await record_organisations(
        [
            recorded("Y90003", name="The Green Practice", members=(dana,)),
            recorded("Y90002", name="Harbour Medical Centre", members=(amira, dana)),
            recorded("Y90001", members=(amira,)),
            recorded("Y90009", members=(dana,), status=OrganisationStatus.CLOSED),
        ],
        tx,
    )
    found = await repository.memberships(tx.connection, "dana.cole")
    assert [each.organisation.code for each in found] == ["Y90002", "Y90003"]
    assert {each.member for each in found} == {dana}


async def test_a_member_who_was_removed_is_found_no_more(tx: Transaction) -> None:
    await record_organisations([recorded("Y90001", members=(member("amira.patel"),))], tx)
    await record_organisations([recorded("Y90001", 2)], tx)
    assert await repository.memberships(tx.connection, "amira.patel") == []


@pytest.mark.parametrize("subject", ["", "amira", "amira.patel' OR '1'='1", '{"a": 1}', "%"])
async def test_part_of_a_subject_is_nobody(tx: Transaction, subject: str) -> None:
    await record_organisations([recorded("Y90001", members=(member("amira.patel"),))], tx)
    assert await repository.memberships(tx.connection, subject) == []


async def test_finding_a_person_uses_the_index(tx: Transaction) -> None:
    await tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
    plan = await tx.connection.execute(
        text("EXPLAIN SELECT 1 FROM organisation WHERE record -> 'members' @> :members"),
        {"members": '[{"subject": "amira.patel"}]'},
    )
    assert "organisation_members" in "\n".join(plan.scalars())
