"""A sample of every version that was ever released stays readable. Samples are added, never changed."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deploy.cli.contracts.asyncapi import CONTRACTS, Message
from deploy.cli.contracts.documents import schema_of

SAMPLES = sorted(Path("docs/contracts/samples").glob("*.json"))


def _contract_of(sample: Path) -> Message:
    """A sample is named after its type; a second one of the type has a word more."""
    return next(each for each in CONTRACTS if f"{sample.stem}.".startswith(f"{each.type}."))


def _matches(kept: object, sample: object) -> bool:
    """Whether everything in the sample is still there; what was added since has its default."""
    if isinstance(sample, dict) and isinstance(kept, dict):
        return all(name in kept and _matches(kept[name], sample[name]) for name in sample)
    if isinstance(sample, list) and isinstance(kept, list):
        return len(kept) == len(sample) and all(map(_matches, kept, sample))
    return kept == sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_released_sample_is_read_and_nothing_of_it_is_lost(sample: Path) -> None:
    fact = _contract_of(sample).model_validate_json(sample.read_bytes())
    assert _matches(json.loads(fact.model_dump_json()), json.loads(sample.read_bytes()))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_newer_writers_field_does_not_hinder_an_older_reader(sample: Path) -> None:
    contract = _contract_of(sample)
    known = contract.model_validate_json(sample.read_bytes())
    newer = json.loads(sample.read_bytes()) | {"of_a_later_version": {"deep": [1, None]}}
    assert contract.model_validate_json(json.dumps(newer)) == known


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_holds_to_the_published_schema(sample: Path) -> None:
    Draft202012Validator(
        schema_of(_contract_of(sample)), format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(json.loads(sample.read_bytes()))


def test_every_contract_has_a_sample() -> None:
    assert {_contract_of(sample) for sample in SAMPLES} == set(CONTRACTS)
