import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.references import (
    _MASK,
    _ROUNDS,
    _START,
    ALPHABET,
    LIMIT,
    reference_of,
    scramble,
    typed_reference,
)

numbers = st.integers(0, LIMIT - 1)


def unscramble(value: int) -> int:
    """Every step of `scramble` undone, last one first: that this can be written is the proof that none collide."""
    for multiplier, shift in reversed(_ROUNDS):
        unshifted = value
        for _ in range(30 // shift + 1):
            unshifted = value ^ (unshifted >> shift)
        value = (unshifted * pow(multiplier, -1, LIMIT)) & _MASK
    return (value ^ _START) & _MASK


@given(numbers)
def test_scrambling_can_be_undone_and_so_never_makes_two_numbers_alike(number: int) -> None:
    assert 0 <= scramble(number) < LIMIT
    assert unscramble(scramble(number)) == number


def test_a_hundred_thousand_references_in_a_row_are_all_different() -> None:
    assert len({reference_of(number) for number in range(100_000)}) == 100_000


def test_neighbouring_numbers_do_not_look_alike() -> None:
    first, second = reference_of(1000), reference_of(1001)
    assert sum(one != other for one, other in zip(first, second, strict=True)) >= 3


@given(numbers)
def test_a_reference_has_six_characters_that_nobody_misreads(number: int) -> None:
    assert re.fullmatch(rf"IN-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}", reference_of(number))
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize("number", [-1, LIMIT])
def test_a_number_beyond_the_sequence_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="used up"):
        reference_of(number)


@given(numbers)
def test_a_reference_is_found_however_it_is_typed(number: int) -> None:
    reference = reference_of(number)
    for typed in (reference, reference.lower(), reference.replace("-", " "), reference[3:]):
        assert typed_reference(typed) == reference
    assert typed_reference(reference.replace("0", "o").replace("1", "l")) == reference
