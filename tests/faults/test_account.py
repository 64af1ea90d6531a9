"""The account sees what is wrong: one that always comes out even proves nothing."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.cli.faults.ledger.account import Account, Figure, Sort, compare
from deploy.cli.faults.ledger.lines import out_of_order
from deploy.cli.faults.ledger.wire import Told
from deploy.cli.faults.load.direct import samples
from deploy.cli.faults.load.poison import GOOD, KINDS, cause_in, key_of, victims
from deploy.cli.faults.load.reports import endless
from deploy.cli.faults.mutants import MUTANTS, Mutant
from deploy.cli.faults.table import as_json
from deploy.cli.faults.variants import NEXT_RELEASE, Change, DoesNotFit, build
from shared.contracts.operations import Cause


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
    line = compare(Sort.EFFECTS, "effects", ["a", "b"], found)
    assert (line.expected, line.lost, line.twice) == (2, lost, twice)
    assert line.right is (lost == twice == 0)
    assert bool(line.examples) is not line.right


@pytest.mark.parametrize(
    ("revisions", "wrong"),
    [([1, 2, 3], 0), ([2, 1], 2), ([1, 3], 1), ([1, 1], 1)],
    ids=["in order", "the later first", "one left out", "one told twice"],
)
def test_a_fact_out_of_its_turn_is_out_of_order(revisions: Sequence[int], wrong: int) -> None:
    facts = [Told("type", "report", revision, "") for revision in revisions]
    between = [Told("type", "another", number + 1, "") for number in range(len(facts))]
    mixed = [fact for pair in zip(facts, between, strict=True) for fact in pair]
    assert out_of_order(mixed) == wrong


@pytest.mark.parametrize(
    ("found", "number", "wrong"),
    [
        ("ab", 2, []),
        ("a", 2, ["effects: 1 lost, 0 twice"]),
        ("abb", 2, ["effects: 0 lost, 1 twice"]),
        ("ab", 4, ["stuck: 4"]),
        ("ab", 0, ["stuck: 0"]),
    ],
    ids=["even", "lost", "twice", "too many", "too few"],
)
def test_one_wrong_figure_makes_the_account_wrong_and_is_named(
    found: str, number: int, wrong: list[str]
) -> None:
    lines = [compare(Sort.EFFECTS, "effects", "ab", found)]
    account = Account(lines, [Figure("stuck", number, least=1, most=3)])
    assert account.wrong == wrong
    assert account.right is (wrong == [])


def test_programs_read_the_same_account_as_people() -> None:
    lines = [compare(Sort.EFFECTS, "effects", "ab", "a")]
    told = {"promised": Counter(intake=2), "faults": Counter({"kafka killed": 1})}
    read = json.loads(as_json(Account(lines, [Figure("stuck", 0, most=0)], told)))
    assert (read["right"], read["wrong"]) == (False, ["effects: 1 lost, 0 twice"])
    assert read["told"] == {"promised": {"intake": 2}, "faults": {"kafka killed": 1}}


def test_poison_is_known_by_its_key_and_nothing_else_is() -> None:
    assert [cause_in(key_of(cause, 7)) for cause in Cause] == list(Cause)
    assert cause_in(None) is None
    assert cause_in(b"01a20a71-3322-7208-99a7-7c841668e39b") is None


def test_between_them_the_kinds_of_poison_have_every_cause_and_every_service() -> None:
    hit = {
        (victim, kind.cause)
        for kind in KINDS
        for topic in kind.topics
        for victim in victims(topic, kind.cause)
    }
    services = ("intake", "classification", "actions", "notifications", "reporting")
    assert hit == {(service, cause) for service in services for cause in Cause}
    assert {topic for kind in KINDS for topic in kind.topics} == set(GOOD)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutants_changes_fit_the_code_as_it_is(mutant: Mutant, tmp_path: Path) -> None:
    code = build(mutant.changes, tmp_path / "code")
    for change in mutant.changes:
        assert change.new in (code / change.file).read_text()
        assert change.old in Path(change.file).read_text(), "the original is untouched"


def test_the_next_release_fits_the_code_as_it_is(tmp_path: Path) -> None:
    build(NEXT_RELEASE, tmp_path / "code")


def test_a_change_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DoesNotFit):
        build([Change("shared/platform/relay.py", "no such line", "")], tmp_path / "code")
    with pytest.raises(DoesNotFit):
        build([Change("shared/platform/gone.py", "no such file", "")], tmp_path / "other")


def test_the_same_seed_sends_the_same_reports() -> None:
    first, again, other = endless(1, 0.2), endless(1, 0.2), endless(2, 0.2)
    sent = [next(first) for _ in range(50)]
    assert sent == [next(again) for _ in range(50)]
    assert sent != [next(other) for _ in range(50)]
    assert len({one.reference for one in sent}) == 50
    assert 0 < sum(not one.historic for one in sent) < 50


def test_released_samples_come_in_the_order_in_which_their_facts_happen() -> None:
    cases = [key for topic, key, _, _ in samples() if topic == "insight.cases.v1"]
    assert len(cases) > 10, "samples of the whole life of a case"
