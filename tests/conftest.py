"""Fixtures for every room: servers on first use, a fresh prefix of topics and fresh databases for each test.

Nothing here starts a server before a test asks for one, so unit tests run at once.
"""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Protocol, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from deploy.local.topics import create_topics
from shared.platform.settings import ServiceSettings
from tests.servers.broker import Broker
from tests.servers.broker import own_broker as broker_of
from tests.servers.choice import Choice, Kind, UnusableSettingError, choose
from tests.servers.client import RUN_VARIABLE, Keeper, address_of
from tests.support.databases import Databases
from tests.support.facts import Facts, facts_of
from tests.support.settings import settings_of
from tests.support.topics import delete_topics

S = TypeVar("S", bound=ServiceSettings)

_CHOICES = pytest.StashKey[dict[Kind, Choice]]()
_KEEPER = pytest.StashKey[Keeper]()
_SERVER_FIXTURES = frozenset({"kafka", "databases", "own_broker"})
PARTITIONS = 3
settings.register_profile(
    "insight",
    deadline=None,  # how fast a machine is proves nothing
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,  # the same histories in every run: a change is red for what it changed
)
settings.register_profile(
    "explore",  # HYPOTHESIS_PROFILE=explore: other histories each time, and more of them
    settings.get_profile("insight"),
    derandomize=False,
    max_examples=2_000,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "insight"))
_LONGEST = {"end_to_end": 0, "permissions": 1, "faults": 2}
"""Rooms by the time they take, in order."""


def pytest_configure(config: pytest.Config) -> None:
    # Tests ask as fast as they can; those of the limits set their own.
    os.environ.setdefault("INSIGHT_WEB_RATE_SCALE", "1000")
    try:
        config.stash[_CHOICES] = {kind: choose(kind, os.environ) for kind in Kind}
    except UnusableSettingError as problem:
        raise pytest.UsageError(str(problem)) from None
    if not hasattr(config, "workerinput"):
        config.stash[_KEEPER] = Keeper(config.stash[_CHOICES])


def pytest_unconfigure(config: pytest.Config) -> None:
    if keeper := config.stash.get(_KEEPER, None):
        del config.stash[_KEEPER]
        if problem := keeper.close():
            raise pytest.UsageError(f"Test servers: {problem}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a server is an integration test, said or not. The longest come first: no worker is to be left alone with them."""
    for item in items:
        if _SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.integration)
    items.sort(key=lambda item: _LONGEST.get(item.nodeid.split("/")[1], len(_LONGEST)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    return ByRoom(config, log)


class ByRoom(LoadFileScheduling):  # type: ignore[misc]  # has no types
    """A worker takes a file, or the whole of a room whose tests share an estate: starting one takes a minute."""

    def _split_scope(self, nodeid: str) -> str:
        room = nodeid.split("/")[1]
        return room if room in _LONGEST else str(super()._split_scope(nodeid))


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [
        f"servers: {kind} {choice.describe()}" for kind, choice in config.stash[_CHOICES].items()
    ]


@pytest.fixture(scope="session")
def kafka() -> str:
    """The run's broker, `host:port`."""
    return address_of(Kind.KAFKA)


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The run's PostgreSQL server."""
    return Databases(address_of(Kind.POSTGRES), os.environ[RUN_VARIABLE])


@pytest.fixture
async def topic_prefix(kafka: str) -> AsyncIterator[str]:
    """A prefix whose topics exist, with three partitions each, for this test alone."""
    prefix = f"{os.environ[RUN_VARIABLE]}-{uuid4().hex[:8]}."
    await create_topics(kafka, prefix, partitions=PARTITIONS)
    yield prefix
    await delete_topics(kafka, prefix)


class DatabaseUrl(Protocol):
    async def __call__(self, service: str) -> str: ...


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[DatabaseUrl]:
    """`await database_url("actions")`: the URL of a fresh, migrated database."""
    made: list[str] = []

    async def make(service: str) -> str:
        made.append(await databases.fresh(service))
        return made[-1]

    yield make
    for url in made:
        await databases.drop(url)


class SettingsFor(Protocol):
    async def __call__(self, settings: type[S], **overrides: object) -> S: ...


@pytest.fixture
def settings_for(kafka: str, topic_prefix: str, database_url: DatabaseUrl) -> SettingsFor:
    """`await settings_for(Settings)`: a service's settings, with its own fresh database and this test's topics."""

    async def make(settings: type[S], **overrides: object) -> S:
        if "database_url" not in overrides:
            overrides["database_url"] = await database_url(settings.service)
        return settings_of(settings, kafka=kafka, topic_prefix=topic_prefix, **overrides)

    return make


@pytest.fixture
async def facts(kafka: str, topic_prefix: str) -> AsyncIterator[Facts]:
    """Publishes and reads facts on this test's topics."""
    async with facts_of(kafka, topic_prefix) as facts:
        yield facts


@pytest.fixture
def own_broker(pytestconfig: pytest.Config) -> Iterator[Broker]:
    """A broker of the test's own, not started yet, to stop, kill and start again (embedded when the run's is external)."""
    own = broker_of(pytestconfig.stash[_CHOICES][Kind.KAFKA], os.environ[RUN_VARIABLE])
    yield own
    own.remove()
