"""One estate for the session, on the run's own Kafka and PostgreSQL: five services, front door, sign-in provider and mailbox."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from deploy.local.estate import Estate
from tests.end_to_end.collector import Collector, collecting
from tests.end_to_end.estates import running_estate
from tests.end_to_end.running import Ended, insight, settled
from tests.end_to_end.visitors import People
from tests.support.databases import Databases
from tests.web.axe import find_chromium, launch

NEEDS_CHROMIUM = pytest.mark.usefixtures("chromium")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests starts the estate, whichever it is."""
    for item in items:
        if HERE in item.path.parents and "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if HERE in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
async def estate(
    kafka: str,
    databases: Databases,
    collector: Collector,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Estate]:
    """Running, with its directory seeded."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")  # spans leave after ms, not 5 s
        folder = tmp_path_factory.mktemp("estate")
        async with running_estate(kafka, databases, folder, otlp_endpoint=collector.url) as estate:
            yield estate


@pytest.fixture(scope="session")
async def demonstration(estate: Estate) -> Ended:
    """The estate with `insight demo` run once, and at rest: cases in every state."""
    ended = await insight(estate, "demo", "--reports", "60")
    assert ended.code == 0, ended.err
    await settled(estate)
    return ended


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real browser, where there is one."""
    if find_chromium() is None:
        pytest.skip("no Chromium: browser tests are not run")
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture
async def people(chromium: Browser, estate: Estate) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(chromium, estate, stack)
