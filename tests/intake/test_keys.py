from uuid import uuid4

import pytest

from services.intake.domain.keys import make_key, read_key, same_secret


def test_a_key_is_recognised_by_its_id_and_digest_and_the_digest_does_not_hold_it() -> None:
    key = make_key(uuid4())
    found = read_key(key.shown)
    assert found is not None
    assert found[0] == key.key_id
    assert same_secret(found[1], key.digest)
    assert key.shown.split("_", 2)[2].encode() not in key.digest


def test_no_two_keys_are_the_same_even_under_one_id() -> None:
    key_id = uuid4()
    assert make_key(key_id).digest != make_key(key_id).digest


@pytest.mark.parametrize("shown", ["", "insight_", "insight_00_x", "x" * 10_000, "insight_é"])
def test_what_has_not_the_shape_of_a_key_is_none(shown: str) -> None:
    assert read_key(shown) is None
