"""`insight rebuild` on the running estate after a demonstration: what Kafka says is what the pages have shown."""

import json

from deploy.cli.rebuild.derived import DERIVED
from deploy.local.estate import Estate
from tests.end_to_end.running import Ended, administrator, insight, settled


async def test_every_read_model_is_made_again_and_equals_the_one_in_use(
    estate: Estate, demonstration: Ended
) -> None:
    await settled(estate)
    for service in DERIVED:
        ended = await insight(estate, "rebuild", service, "--json")
        assert ended.code == 0, ended.err
        found = json.loads(ended.out)
        assert found["switched"]
        assert found["differences"] == {}
        assert found["rows"]["organisation"] > 0
    async with administrator(estate) as program:
        assert (await program.get("/trends")).status_code < 500
    in_words = await insight(estate, "rebuild", "reporting", "--check")
    assert in_words.code == 0, in_words.err
    assert "Equal, row for row" in in_words.out


async def test_what_keeps_nothing_of_the_kind_is_refused(estate: Estate) -> None:
    ended = await insight(estate, "rebuild", "intake")
    assert ended.code == 2
    assert "reporting" in ended.err
