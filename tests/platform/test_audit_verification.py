"""`insight audit verify` finds whatever was done to the history by somebody who owns the database, and nothing where nothing was."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.cli.audit.verify import verify, verify_on
from shared.platform.audit import Author, AuthorKind, Change, RecordKind
from shared.platform.audit import repository as audit
from shared.platform.audit.verification import Fault, Head
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.platform.tampering import WAYS, Tamper
from tests.support.databases import Databases

SEED = 20_261_125
TAMPERINGS = 1_000
ENTRIES = 60
ANCHOR_EVERY = 7


@dataclass
class History:
    """A history, what was anchored of it outside, and two ways to reach it."""

    engine: AsyncEngine
    """As the service."""
    owner: AsyncEngine
    anchors: list[Head]

    @property
    def owner_url(self) -> str:
        return self.owner.url.render_as_string(hide_password=False)


@pytest.fixture
async def history(database_url: DatabaseUrl, databases: Databases) -> AsyncIterator[History]:
    url = await database_url("actions")
    made = History(create_async_engine(url), create_async_engine(databases.as_owner(url)), [])
    yield made
    await made.engine.dispose()
    await made.owner.dispose()


def a_change(random: Random) -> Change:
    """Something of the kind that services record. No two say the same: exchanging those would be no tampering."""
    kind = random.choice(list(RecordKind))
    return Change(
        kind,
        f"record {random.randint(1, 9)}",
        random.choice(["acknowledged", "planned", "closed", "renamed"]),
        {"state": random.choice(["open", "answered"]), "owner": None},
        {
            "state": "closed",
            "revision": random.randint(1, 10**9),
            "text": 'Zoë said: "ring back" \N{BLACK TELEPHONE}\n' * 3,
        },
    )


async def write(history: History, random: Random, entries: int) -> None:
    """Some transactions of a few entries each, by people and by the system."""
    people = [
        Author(AuthorKind.PERSON, "Jo Lee", "0190-7", "RZ1"),
        Author(AuthorKind.PROGRAM, "API key", "0190-8", "Y90001"),
        Author(AuthorKind.SYSTEM, "Insight"),
    ]
    transactions = Transactions(history.engine, source="actions")
    written = 0
    while written < entries:
        some = [a_change(random) for _ in range(min(random.randint(1, 5), entries - written))]
        who = random.choice(people)
        async with transactions.begin(who_asks=lambda who=who: who) as tx:  # type: ignore[misc]  # bound at once
            tx.record(*some)
        written += len(some)


async def anchor(history: History) -> None:
    """As services tell of their head now and then, the last entry included."""
    async with history.owner.connect() as connection:
        kept = [(one.number, one.hash) async for one in audit.all_entries(connection)]
    history.anchors = [one for one in kept if one[0] % ANCHOR_EVERY == 0 or one == kept[-1]]


async def test_a_thousand_seeded_random_tamperings_are_all_found_and_located(
    history: History,
) -> None:
    random = Random(SEED)  # noqa: S311 - not for secrets
    await write(history, random, ENTRIES)
    await anchor(history)
    ways = [random.choice(WAYS) for _ in range(TAMPERINGS)]
    assert set(ways) == set(WAYS)
    missed = [done for way in ways if (done := await _missed(history, way, random))]
    assert missed == []
    assert (await verify("actions", history.owner_url, history.anchors)).findings == []


async def _missed(history: History, way: Tamper, random: Random) -> object:
    """What was done, if it was not found where it was done; afterwards the history is as before."""
    async with history.owner.connect() as connection:
        done = await way(connection, random, ENTRIES)
        verified = await verify_on(connection, "actions", history.anchors)
        await connection.rollback()
    return None if done.is_found(verified.findings) else (done, verified.findings)


async def test_there_is_no_false_alarm_while_many_write_and_heads_are_told(
    history: History,
) -> None:
    random = Random(SEED)  # noqa: S311 - not for secrets
    writers = [asyncio.create_task(write(history, random, 150)) for _ in range(4)]
    looks = 0
    while not all(one.done() for one in writers):
        await anchor(history) if looks else await write(history, random, 3)
        verified = await verify("actions", history.owner_url, history.anchors)
        assert verified.findings == []
        looks += 1
    await asyncio.gather(*writers)
    await anchor(history)
    verified = await verify("actions", history.owner_url, history.anchors)
    assert (verified.findings, verified.entries) == ([], 603)
    assert looks > 1


async def test_an_empty_history_is_sound_unless_it_had_been_anchored(history: History) -> None:
    assert (await verify("actions", history.owner_url, [])).findings == []
    findings = (await verify("actions", history.owner_url, [(12, bytes(32))])).findings
    assert [(one.fault, one.first, one.last) for one in findings] == [(Fault.CUT_OFF, 1, 12)]


async def test_a_finding_says_what_was_done_where_and_about_which_record(history: History) -> None:
    await write(history, Random(SEED), 20)  # noqa: S311 - not for secrets
    async with history.owner.connect() as connection:
        await connection.exec_driver_sql(
            "UPDATE audit_entry SET author_name = 'Nobody', kind = 'case', record_id = 'IN-1' WHERE number = 7"
        )
        await connection.exec_driver_sql("DELETE FROM audit_entry WHERE number IN (12, 13)")
        verified = await verify_on(connection, "actions", [])
    assert [str(one) for one in verified.findings] == [
        "entry 7 (about case IN-1): changed, moved or put in after it was written",
        "entries 12 to 13: missing",
    ]
    assert json.loads(json.dumps([one.fault for one in verified.findings])) == [
        "changed",
        "missing",
    ]
