"""Poison of every kind goes to the dead letters with its cause; its neighbours, in the same batch and partition, go through."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from shared.contracts.operations import Cause, DeadLetter
from shared.contracts.reports import REPORTS_TOPIC, ReportSubmitted
from shared.platform.transaction import Transaction
from tests.platform.probe import (
    REFUSED_BY_CODE,
    REFUSED_BY_DATABASE,
    REFUSED_BY_RULE,
    TOO_LARGE_FOR_COLUMN,
    Place,
    Probe,
    note,
)
from tests.support.facts import Facts, proper_headers
from tests.support.reports import report
from tests.support.waiting import eventually

SECRET = "Mrs Winterbourne"
"""Stands for somebody's name: it may be in the record that is set aside, and nowhere else."""

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Poison:
    cause: Cause
    value: bytes | None
    headers: Headers


def _value(fact: ReportSubmitted, **changes: object) -> bytes:
    return json.dumps(json.loads(fact.model_dump_json()) | changes).encode()


def _spoilt_value(change: Callable[[ReportSubmitted], bytes]) -> Poison:
    fact = report(text=SECRET)
    return Poison(Cause.BAD_VALUE, change(fact), proper_headers(fact))


def _spoilt_headers(cause: Cause, change: Callable[[dict[str, bytes]], object]) -> Poison:
    fact = report(text=SECRET)
    headers = dict(proper_headers(fact))
    change(headers)
    return Poison(cause, fact.model_dump_json().encode(), list(headers.items()))


def _refused(text: str) -> Poison:
    fact = report(text=text)
    return Poison(Cause.RULE, fact.model_dump_json().encode(), proper_headers(fact))


POISON: dict[str, Poison] = {
    "not JSON": _spoilt_value(lambda fact: b"{" + SECRET.encode()),
    "not UTF-8": _spoilt_value(lambda fact: b'"\xff\xfe"'),
    "empty": _spoilt_value(lambda fact: b""),
    "nested too deep": _spoilt_value(lambda fact: b"[" * 5_000),
    "another shape": _spoilt_value(lambda fact: b"[1, 2, 3]"),
    "a field missing": _spoilt_value(lambda fact: b'{"text": "' + SECRET.encode() + b'"}'),
    "a wrong type": _spoilt_value(lambda fact: _value(fact, historic=SECRET)),
    "an unknown enum value": _spoilt_value(lambda fact: _value(fact, harm=SECRET)),
    "a time without zone": _spoilt_value(
        lambda fact: _value(fact, occurred_at="2026-11-23T10:00:00")
    ),
    "a text too long": _spoilt_value(lambda fact: _value(fact, text=SECRET * 2_000)),
    "as long as a record can be": _spoilt_value(lambda fact: b"x" * 1_000_000),
    "no headers": _spoilt_headers(Cause.BAD_HEADERS, dict.clear),
    "no ce_type": _spoilt_headers(Cause.BAD_HEADERS, lambda headers: headers.pop("ce_type")),
    "no ce_id": _spoilt_headers(Cause.BAD_HEADERS, lambda headers: headers.pop("ce_id")),
    "a ce_id that is none": _spoilt_headers(
        Cause.BAD_HEADERS, lambda headers: headers.update(ce_id=b"seven")
    ),
    "another fact's ce_id": _spoilt_headers(
        Cause.BAD_HEADERS, lambda headers: headers.update(ce_id=str(report().event_id).encode())
    ),
    "undecodable header bytes": _spoilt_headers(
        Cause.BAD_HEADERS, lambda headers: headers.update(ce_subject=b"\xff\x00\xfe")
    ),
    "an unknown type": _spoilt_headers(
        Cause.UNKNOWN_TYPE, lambda headers: headers.update(ce_type=b"insight.report.eaten.v1")
    ),
    "an unknown version": _spoilt_headers(
        Cause.UNKNOWN_TYPE, lambda headers: headers.update(ce_type=b"insight.report.submitted.v9")
    ),
    "refused by a rule": _refused(REFUSED_BY_RULE),
    "refused by the code": _refused(REFUSED_BY_CODE),
    "refused by a constraint": _refused(REFUSED_BY_DATABASE),
    "a character the database has not": _refused("\0"),
    "a number too large for its column": _refused(TOO_LARGE_FOR_COLUMN),
}


async def test_every_kind_of_poison_is_set_aside_with_its_cause_and_holds_nobody_up(
    place: Place, facts: Facts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="shared")
    good = [report(0)]
    await facts.publish(good[0])
    where: dict[tuple[str, int, int], str] = {}
    for number, (name, poison) in enumerate(POISON.items(), 1):
        at = await facts.publish_raw(REPORTS_TOPIC, poison.value, key=b"k", headers=poison.headers)
        where[at.topic, at.partition, at.offset] = name
        good.append(report(number))
        await facts.publish_raw(
            REPORTS_TOPIC,
            good[-1].model_dump_json().encode(),
            key=b"k",
            headers=proper_headers(good[-1]),
        )
    async with place.running() as probe:
        letters = await facts.expect_all(DeadLetter, count=len(POISON), within=30)
        await _all_applied(probe, good)
        assert (await probe.runtime.status()).dead_letters == len(POISON)
    found = {
        where[one.origin_topic, one.origin_partition, one.origin_offset]: one for one in letters
    }
    assert {name: one.cause for name, one in found.items()} == {
        name: poison.cause for name, poison in POISON.items()
    }
    for name, letter in found.items():
        assert letter.record_value == (POISON[name].value or b""), name
        assert [(one.name, one.value) for one in letter.record_headers] == POISON[name].headers
        assert letter.consumer == "probe"
        assert letter.detail, name
        assert SECRET not in letter.detail, name
    assert SECRET not in caplog.text


async def _all_applied(probe: Probe, good: list[ReportSubmitted]) -> None:
    async def all_there() -> bool:
        return sorted(await probe.effects()) == sorted(one.report_id for one in good)

    await eventually(all_there, within=30)


async def test_a_header_without_value_is_set_aside(place: Place, facts: Facts) -> None:
    fact = report()
    headers: list[tuple[str, bytes]] = proper_headers(fact)
    headers[0] = (headers[0][0], None)  # type: ignore[assignment]  # Kafka allows it, contracts do not
    await facts.publish_raw(REPORTS_TOPIC, fact.model_dump_json().encode(), headers=headers)
    async with place.running():
        letter = await facts.expect(DeadLetter)
    assert letter.cause is Cause.BAD_HEADERS


async def test_a_dead_letter_put_back_once_the_rule_has_changed_is_applied_once(
    place: Place, facts: Facts
) -> None:
    refused = report(text=REFUSED_BY_RULE)
    async with place.running() as probe:
        await facts.publish(refused)
        letter = await facts.expect(DeadLetter)
        assert await probe.effects() == []
    applied: list[str] = []

    async def lenient(reports: Sequence[ReportSubmitted], _: Transaction) -> None:
        applied.extend(one.reference for one in reports)

    async with place.running(lenient):
        headers = [(one.name, one.value) for one in letter.record_headers]
        for _ in range(2):
            await facts.publish_raw(
                REPORTS_TOPIC, letter.record_value, key=letter.record_key, headers=headers
            )
        await facts.publish(last := report(7, refused.report_id))

        async def last_applied() -> bool:
            return last.reference in applied

        await eventually(last_applied)
    assert applied == [refused.reference, last.reference]
    assert len(facts.seen(DeadLetter)) == 1


async def test_poison_read_again_after_an_outage_makes_one_dead_letter(
    place: Place, facts: Facts
) -> None:
    failures = iter([TimeoutError("down")])

    async def down_at_first(reports: Sequence[ReportSubmitted], tx: Transaction) -> None:
        for failure in failures:
            raise failure
        await note(reports, tx)

    await facts.publish(report(1), report(2, text=REFUSED_BY_RULE), report(3))
    await facts.publish_raw(REPORTS_TOPIC, b"not JSON", key=b"k")
    async with place.running(down_at_first):
        await facts.expect_all(DeadLetter, count=2)
    async with place.running() as again:
        await facts.publish(last := report(9))

        async def caught_up() -> bool:
            return last.report_id in await again.effects()

        await eventually(caught_up)
        assert (await again.runtime.status()).dead_letters == 2
    assert len(facts.seen(DeadLetter)) == 2
