"""Each of the mutants makes the account come out wrong, in the place that its fault is about."""

import asyncio
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from deploy.cli.faults import mutants
from deploy.cli.faults.ledger.account import Account
from deploy.cli.faults.mutants import MUTANTS, Mutant
from deploy.local.settings import SERVICES, EstateSettings, free_ports
from tests.servers.client import RUN_VARIABLE
from tests.support.databases import Databases
from tests.support.topics import delete_topics

pytestmark = [pytest.mark.faults, pytest.mark.integration, pytest.mark.timeout(900)]

AT_ONCE = 3
SEED = 1
HEALTHY_TOO = os.environ.get("FAULTS") == "long"
BROKEN = "test_code_that_is_broken_on_purpose_is_caught"


class Runs:
    """The mutants' runs, a few at once: each waits more than it works."""

    def __init__(
        self, kafka: str, databases: Databases, folder: Path, wanted: Iterable[Mutant]
    ) -> None:
        self._kafka = kafka
        self._databases = databases
        self._folder = folder
        self._turn = asyncio.Semaphore(AT_ONCE)
        self.broken = {one.name: asyncio.create_task(self._run(one)) for one in wanted}

    async def _run(self, mutant: Mutant, *, healthy: bool = False) -> Account:
        name = mutant.name + ("-healthy" if healthy else "")
        run = f"{os.environ[RUN_VARIABLE]}-{name}"
        settings = EstateSettings(
            port=free_ports(),
            data=self._folder / name,
            kafka=self._kafka,
            topic_prefix=f"{run}.",
            postgres=self._databases.server.render_as_string(hide_password=False),
            database_prefix=f"{run.replace('-', '_')}_",
            smtp=None,
        )
        async with self._turn:
            try:
                return await mutants.run(mutant, SEED, settings, print, healthy=healthy)
            finally:
                await delete_topics(self._kafka, settings.topic_prefix)
                for service in SERVICES:
                    database = settings.database(service)
                    await self._databases.drop(self._databases.url(database))
                    await self._databases.drop_role(database)

    async def healthy(self, mutant: Mutant) -> Account:
        return await self._run(mutant, healthy=True)


@pytest.fixture(scope="module")
async def runs(
    kafka: str,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Runs:
    # A consumer that is frozen or killed is told of a hundred times.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asked = [one.name for one in request.session.items]
    wanted = [one for one in MUTANTS if f"{BROKEN}[{one.name}]" in asked]
    return Runs(kafka, databases, tmp_path_factory.mktemp("mutants"), wanted)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
async def test_code_that_is_broken_on_purpose_is_caught(mutant: Mutant, runs: Runs) -> None:
    account = await runs.broken[mutant.name]
    print("caught:", account.wrong)
    assert any(one.startswith(mutant.caught) for one in account.wrong), account.wrong


@pytest.mark.skipif(not HEALTHY_TOO, reason="with FAULTS=long")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
async def test_healthy_code_in_the_same_run_comes_out_even(mutant: Mutant, runs: Runs) -> None:
    account = await runs.healthy(mutant)
    assert account.right, account.wrong
