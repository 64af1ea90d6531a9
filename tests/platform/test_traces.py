"""One trace id leads from where something begins, through outbox, Kafka headers and timers, to whatever comes of it."""

from collections.abc import Sequence

from shared.contracts.operations import DeadLetter
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.contracts.themes import ThemesAssigned
from shared.platform.telemetry import current_traceparent, use_traceparent
from shared.platform.timers import FiredTimer, Timers
from shared.platform.transaction import Timer, Transaction
from tests.platform.probe import REFUSED_BY_RULE, Place, note, themes_of
from tests.support.facts import Facts, proper_headers
from tests.support.reports import report

FIRST = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECOND = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def _trace_id(traceparent: str | None) -> str:
    assert traceparent is not None
    version, trace_id, _, _ = traceparent.split("-")
    assert version == "00"
    return trace_id


async def test_the_trace_of_a_fact_goes_on_in_what_it_leads_to_and_batches_do_not_mix_them(
    place: Place, facts: Facts
) -> None:
    first, second, without = report(1), report(2), report(3)
    await facts.publish(first, traceparent=FIRST)
    await facts.publish(second, traceparent=SECOND)
    await facts.publish(without)
    async with place.running():
        themes = await facts.expect_all(ThemesAssigned, count=3)
    ids = {one.report_id: _trace_id(facts.travelled(one).traceparent) for one in themes}
    assert ids[first.report_id] == _trace_id(FIRST)
    assert ids[second.report_id] == _trace_id(SECOND)
    assert len(set(ids.values())) == 3


async def test_a_timer_goes_on_in_the_trace_that_set_it(place: Place, facts: Facts) -> None:
    async def set_timers(reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
        await note(reports, tx)
        tx.schedule_all(Timer("reminder", one.report_id, tx.now) for one in reports)

    async def remind(timers: Sequence[FiredTimer], tx: Transaction) -> None:
        tx.emit_all(themes_of(report(0, one.subject), tx, revision=2) for one in timers)

    first, second = report(1), report(2)
    await facts.publish(first, traceparent=FIRST)
    await facts.publish(second, traceparent=SECOND)
    async with place.running(set_timers, Timers().on("reminder", remind)):
        reminded = await facts.expect_all(ThemesAssigned, lambda one: one.revision == 2, count=2)
    ids = {one.report_id: _trace_id(facts.travelled(one).traceparent) for one in reminded}
    assert ids == {first.report_id: _trace_id(FIRST), second.report_id: _trace_id(SECOND)}


async def test_what_a_request_emits_belongs_to_the_requests_trace(
    place: Place, facts: Facts
) -> None:
    async with place.running() as probe:
        with use_traceparent(FIRST):
            async with probe.runtime.transactions.begin() as tx:
                tx.emit(sent := report(1))
        assert current_traceparent() is None
        await facts.expect(ReportSubmitted)
        themes = await facts.expect(ThemesAssigned, lambda one: one.report_id == sent.report_id)
    assert _trace_id(facts.travelled(sent).traceparent) == _trace_id(FIRST)
    assert _trace_id(facts.travelled(themes).traceparent) == _trace_id(FIRST)


async def test_a_malformed_trace_header_costs_the_trace_and_not_the_fact(
    place: Place, facts: Facts
) -> None:
    fact = report(1)
    headers = [
        *proper_headers(fact),
        ("traceparent", b"00-" + b"z" * 32 + b"-" + b"z" * 16 + b"-01"),
    ]
    await facts.publish_raw(REPORTS_TOPIC, fact.model_dump_json().encode(), headers=headers)
    async with place.running():
        themes = await facts.expect(ThemesAssigned)
    assert int(_trace_id(facts.travelled(themes).traceparent), 16) > 0


async def test_a_dead_letter_is_in_the_trace_of_what_was_set_aside(
    place: Place, facts: Facts
) -> None:
    await facts.publish(report(1, text=REFUSED_BY_RULE), traceparent=FIRST)
    async with place.running():
        letter = await facts.expect(DeadLetter)
    assert _trace_id(facts.travelled(letter).traceparent) == _trace_id(FIRST)
