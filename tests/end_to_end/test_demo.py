"""`insight demo` and `insight status` on the running estate."""

import json

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.demo.history import stories
from deploy.cli.demo.readers import decisions
from deploy.local.estate import Estate
from services.classification import domain
from services.classification.domain.agreement import ENOUGH
from services.classification.model.versions import newest_classifier
from services.classification.tables import reading, verdict
from shared.contracts.cases import CaseState
from shared.contracts.reports import Kind
from shared.contracts.themes import DecidedBy
from tests.end_to_end.running import Ended, insight, known_cases, mails, settled


async def test_a_second_demonstration_adds_nothing(estate: Estate, demonstration: Ended) -> None:
    before = (await settled(estate)).counts
    letters = len(mails(estate))
    again = await insight(estate, "demo", "--reports", "60")
    assert again.code == 0, again.err
    assert "nothing was added" in again.err
    assert (await settled(estate)).counts == before
    assert len(mails(estate)) == letters


async def test_the_demonstration_has_cases_in_every_state_and_says_what_to_look_at(
    estate: Estate, demonstration: Ended
) -> None:
    assert set(await known_cases(estate)) == set(CaseState)
    assert f"Look at {estate.url}" in demonstration.out


def test_the_quality_leads_find_themes_there_are_and_do_not_always_agree() -> None:
    keys = {kind: dict(domain.choices(newest_classifier(kind).taxonomy)).keys() for kind in Kind}
    agreed, differed = 0, 0
    for story in stories():
        assert len(story.about) == len(story.texts)
        for text in story.texts:
            first, second = set(story.themes(text)), set(story.themes(text, again=True))
            assert first
            assert first | second <= keys[story.kind], text
            agreed, differed = agreed + (first == second), differed + (first != second)
    assert agreed > differed > 0


async def test_two_quality_leads_have_read_some_reports_enough_for_figures_in_a_full_history(
    estate: Estate, demonstration: Ended
) -> None:
    wanted = decisions(60) * len(Kind)
    engine = create_async_engine(estate.database_url("classification"))
    async with engine.connect() as connection:
        by_people = select(func.count()).where(verdict.c.decided_by == DecidedBy.PERSON)
        assert (await connection.execute(by_people)).scalar_one() >= wanted
        read = select(func.count()).select_from(reading)
        assert (await connection.execute(read)).scalar_one() >= wanted
    await engine.dispose()
    assert decisions(900) >= ENOUGH


async def test_the_status_tells_the_counts_of_the_whole(estate: Estate) -> None:
    expected = (await settled(estate)).counts
    ended = await insight(estate, "status", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["ok"] is True
    assert told["counts"] == dict(expected)
    assert {
        name: one["dead_letters_waiting"] for name, one in told["services"].items()
    } == dict.fromkeys(told["services"], 0)
