"""How a mixed batch is cut into waves of one type without breaking the order of any key."""

from uuid import UUID

from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.base import Fact
from shared.contracts.cases import CaseDueSoon, CaseOpened, CaseOverdue, CaseState
from shared.contracts.reports import Kind, ReportSubmitted
from shared.platform.consumers import waves
from shared.platform.records import Received
from tests.support.reports import SUBMITTED_AT, report

TYPES: list[type[Fact]] = [ReportSubmitted, CaseOpened, CaseDueSoon, CaseOverdue]


def _fact(kind: type[Fact], number: int) -> Fact:
    report_id = UUID(int=number)
    if kind is ReportSubmitted:
        return report(number, report_id)
    extra = {"kind": Kind.EVENT} if kind is CaseOpened else {}
    return kind.model_validate(
        {
            "occurred_at": SUBMITTED_AT,
            "report_id": report_id,
            "reference": "IN-7K3Q-92",
            "revision": 1,
            "state": CaseState.OPEN,
            "reporter": "Y90001",
            "provider": "RZ1",
            "due_at": SUBMITTED_AT,
            **extra,
        }
    )


def _received(facts: list[Fact]) -> list[Received]:
    return [
        Received(
            ConsumerRecord(fact.topic, 0, offset, 0, 0, None, None, None, 0, 0, ()), fact, None
        )
        for offset, fact in enumerate(facts)
    ]


batches = st.lists(
    st.builds(_fact, st.sampled_from(TYPES), st.integers(min_value=0, max_value=4)), max_size=40
).map(_received)


@given(batches)
def test_every_fact_is_in_exactly_one_wave_and_every_wave_has_one_type(
    batch: list[Received],
) -> None:
    found = waves(batch, TYPES)
    assert sorted(id(one) for wave in found for one in wave) == sorted(map(id, batch))
    assert all(len({type(one.fact) for one in wave}) == 1 for wave in found)


@given(batches)
def test_the_facts_of_a_key_on_one_topic_keep_their_order(batch: list[Received]) -> None:
    worked_off = [one for wave in waves(batch, TYPES) for one in wave]
    for place in {(one.record.topic, one.fact.key) for one in batch}:
        of_key = [one for one in worked_off if (one.record.topic, one.fact.key) == place]
        assert [one.record.offset for one in of_key] == sorted(one.record.offset for one in of_key)


@given(st.lists(st.integers(min_value=0, max_value=50), min_size=1, max_size=60))
def test_a_batch_of_one_type_is_one_wave(numbers: list[int]) -> None:
    batch = _received([_fact(ReportSubmitted, number) for number in numbers])
    assert waves(batch, TYPES) == [batch]


def test_facts_that_follow_each_other_as_types_were_registered_need_a_wave_for_each_type() -> None:
    batch = _received([_fact(kind, number) for number in range(20) for kind in TYPES])
    assert [len(wave) for wave in waves(batch, TYPES)] == [20] * len(TYPES)
