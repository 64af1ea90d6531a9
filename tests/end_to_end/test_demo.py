"""`insight demo` and `insight status` on the running estate."""

import json

from deploy.local.estate import Estate
from shared.contracts.cases import CaseState
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


async def test_the_status_tells_the_counts_of_the_whole(estate: Estate) -> None:
    expected = (await settled(estate)).counts
    ended = await insight(estate, "status", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["ok"] is True
    assert told["counts"] == dict(expected)
    assert {name: one["dead_letters"] for name, one in told["services"].items()} == dict.fromkeys(
        told["services"], 0
    )
