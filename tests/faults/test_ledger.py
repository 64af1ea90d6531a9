"""The ledger sees what is wrong: a rig whose account always comes out even proves nothing."""

from collections.abc import Sequence

import pytest

from shared.contracts.cases import CASES_TOPIC
from shared.contracts.operations import Cause
from tests.faults.ledger import Account, compare, out_of_order
from tests.faults.poison import cause_in, key_of
from tests.faults.wire import Told


@pytest.mark.parametrize(
    ("found", "lost", "twice"),
    [
        (["a", "b"], 0, 0),
        (["a"], 1, 0),
        (["a", "b", "b"], 0, 1),
        (["a", "c"], 1, 1),
        ([], 2, 0),
    ],
    ids=["even", "one lost", "one twice", "one for another", "nothing there"],
)
def test_what_is_missing_is_lost_and_what_is_beyond_is_twice(
    found: Sequence[str], lost: int, twice: int
) -> None:
    line = compare("effects", ["a", "b"], found)
    assert (line.expected, line.lost, line.twice) == (2, lost, twice)
    assert line.right is (lost == twice == 0)
    assert bool(line.examples) is not line.right


@pytest.mark.parametrize(
    ("revisions", "wrong"),
    [([1, 2, 3], 0), ([2, 1], 2), ([1, 3], 1), ([1, 1], 1)],
    ids=["in order", "the later first", "one left out", "one told twice"],
)
def test_a_fact_out_of_its_turn_is_out_of_order(revisions: Sequence[int], wrong: int) -> None:
    facts = [_fact("report", revision) for revision in revisions]
    between = [_fact("another report", revision) for revision in range(1, len(facts) + 1)]
    mixed = [fact for pair in zip(facts, between, strict=True) for fact in pair]
    assert out_of_order(mixed) == wrong


@pytest.mark.parametrize(
    ("account", "right"),
    [
        (Account([compare("effects", "ab", "ab")], 0, {}), True),
        (Account([compare("effects", "ab", "a")], 0, {}), False),
        (Account([compare("effects", "ab", "abb")], 0, {}), False),
        (Account([], 1, {}), False),
        (Account([], 0, {"actions: outbox rows": 3}), False),
    ],
    ids=["even", "lost", "twice", "out of order", "stuck"],
)
def test_one_wrong_figure_makes_the_account_wrong(account: Account, right: bool) -> None:
    assert account.right is right


def test_poison_is_known_by_its_key_and_nothing_else_is() -> None:
    assert [cause_in(key_of(cause, 7)) for cause in Cause] == list(Cause)
    assert cause_in(None) is None
    assert cause_in(b"01a20a71-3322-7208-99a7-7c841668e39b") is None


def _fact(key: str, revision: int) -> Told:
    return Told(CASES_TOPIC, "insight.case.opened.v1", key, {"revision": revision})
