"""The whole service on real Kafka and PostgreSQL: facts in, signals out."""

import pytest

from services.reporting.app import create_app
from services.reporting.settings import Settings
from shared.contracts.signals import SignalFact, SignalRaised, SignalWithdrawn
from tests.conftest import SettingsFor
from tests.reporting.signals.told import LAST, PEAK, facts_of, stories
from tests.support.apps import running
from tests.support.directory import directory
from tests.support.facts import Facts
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


async def test_a_peak_is_told_once_to_everybody_and_a_restart_and_a_second_process_tell_nothing_more(
    settings_for: SettingsFor, facts: Facts
) -> None:
    settings = await settings_for(Settings)
    some = stories()
    raised: list[SignalFact] = []
    async with running(create_app(settings)) as service:
        await facts.publish(*directory())

        async def known() -> bool:
            async with service.transactions.read() as connection:
                rows = await connection.exec_driver_sql("SELECT count(*) FROM area_member")
                return bool(rows.scalar_one())

        await eventually(known, because="the directory has not come")
        await facts.publish(*facts_of(some))
        # Whatever order reports and verdicts are read in, the peak comes last to be told.
        raised += await facts.expect_all(SignalRaised, lambda one: one.point == LAST, count=3)
        assert {(one.area, one.provider) for one in raised} == {
            ("Q9A", None),
            ("Q9A", "RZ1"),
            (None, None),
        }
    async with running(create_app(settings)), running(create_app(settings)):
        peak = some[-PEAK:]
        await facts.publish(*(each.verdict(2, tenet=each.report.tenet, themes=()) for each in peak))
        withdrawn = await facts.expect_all(SignalWithdrawn, lambda one: one.point == LAST, count=3)
    assert {one.signal_id for one in withdrawn} == {one.signal_id for one in raised}
    told = facts.seen(SignalRaised, lambda one: one.point == LAST)
    assert len(told) == len({(one.signal_id, one.revision) for one in told})
