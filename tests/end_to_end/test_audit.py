"""`insight audit` on the running estate after a busy demonstration: nothing found, until somebody tampers with a history."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from deploy.cli.audit.anchors import heads_on_kafka
from deploy.cli.audit.verify import owner_url, verify_estate
from deploy.local.estate import Estate
from deploy.local.settings import SERVICES
from tests.end_to_end.running import Ended, insight
from tests.support.waiting import eventually

WITH_HISTORY = {"intake", "classification", "actions", "notifications"}
"""After the demonstration; reporting has one once somebody has decided about a signal or a dead letter."""


@asynccontextmanager
async def owner_of(estate: Estate, service: str) -> AsyncIterator[AsyncConnection]:
    """Somebody who may do everything with the service's database."""
    engine = create_async_engine(owner_url(estate.settings, service))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def test_a_busy_run_raises_no_false_alarm(estate: Estate, demonstration: Ended) -> None:
    ended = await insight(estate, "audit", "verify", "--json")
    assert ended.code == 0, ended.err
    found = {one["service"]: one for one in json.loads(ended.out)}
    assert list(found) == list(SERVICES)
    assert all(one["findings"] == [] for one in found.values())
    assert {service for service, one in found.items() if one["entries"]} >= WITH_HISTORY


async def test_every_history_is_anchored_on_kafka(estate: Estate, demonstration: Ended) -> None:
    async def anchored() -> bool:
        verified = await verify_estate(estate.settings, sorted(WITH_HISTORY))
        return all(one.anchors for one in verified)

    await eventually(anchored, because="the heads are not told to Kafka")


async def test_no_look_at_the_anchors_misses_one(estate: Estate, demonstration: Ended) -> None:
    settings = estate.settings
    looks = [await heads_on_kafka(settings.bootstrap, settings.topic_prefix) for _ in range(10)]
    assert all(looks)
    assert looks == sorted(looks, key=len)


async def test_an_edit_by_a_database_s_owner_is_found_and_located(
    estate: Estate, demonstration: Ended
) -> None:
    await to_the_third_entry(estate, "author_name || '!'")
    ended = await insight(estate, "audit", "verify", "--json")
    in_words = await insight(estate, "audit", "verify", "--service", "actions")
    await to_the_third_entry(estate, "rtrim(author_name, '!')")
    assert (ended.code, in_words.code) == (1, 1)
    assert in_words.out.count("entry 3 (about ") == 1
    found = {one["service"]: one["findings"] for one in json.loads(ended.out)}
    for service in WITH_HISTORY:
        assert [(one["fault"], one["first"]) for one in found[service]] == [("changed", 3)]
        assert found[service][0]["record"]
    assert (await insight(estate, "audit", "verify")).code == 0


async def to_the_third_entry(estate: Estate, name: str) -> None:
    for service in WITH_HISTORY:
        async with owner_of(estate, service) as connection:
            await connection.exec_driver_sql(
                f"UPDATE audit_entry SET author_name = {name} WHERE number = 3"  # noqa: S608 - our own words
            )


async def test_heads_kept_in_a_file_show_a_history_that_was_cut_off_on_every_side(
    estate: Estate, demonstration: Ended, tmp_path: Path
) -> None:
    kept = tmp_path / "heads.json"
    kept.write_text((await insight(estate, "audit", "heads", "--service", "actions")).out)
    assert (await insight(estate, "audit", "verify", "--heads", kept)).code == 0
    later = json.loads(kept.read_text())
    later[0]["number"] += 10_000
    kept.write_text(json.dumps(later))
    ended = await insight(estate, "audit", "verify", "--service", "actions", "--heads", kept)
    assert ended.code == 1
    assert "missing at the end" in ended.out


async def test_what_cannot_be_checked_is_said_and_is_no_success(
    tmp_path: Path, estate: Estate
) -> None:
    kept = tmp_path / "heads.json"
    kept.write_text("not heads")
    ended = await insight(estate, "audit", "verify", "--heads", kept)
    assert ended.code == 3
    assert "could not be checked" in ended.err
