import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.submissions import LONGEST_TEXT
from shared.identifiers import MASKS, Identifier, is_nhs_number, mask
from tests.intake.samples import SHARED_DATA

VECTORS = SHARED_DATA / "identifiers"


def check_digit(nine: str) -> int:
    """By the rule as it is published, written apart from the code under test."""
    remainder = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return 0 if remainder == 11 else remainder


nine_digits = st.text("0123456789", min_size=9, max_size=9).filter(
    lambda nine: nine[0] != "0" and check_digit(nine) != 10
)


@given(nine_digits, st.sampled_from(["", " ", "-", ".", "\u00a0", "  ", " - "]))
def test_an_nhs_number_is_masked_however_it_is_grouped(nine: str, gap: str) -> None:
    number = f"{nine}{check_digit(nine)}"
    grouped = gap.join((number[:3], number[3:6], number[6:]))
    masked = mask(f"Patient {grouped} waited.")
    assert not any(character.isdigit() for character in masked.text)
    assert sum(masked.found.values()) == 1


@given(nine_digits)
def test_ten_digits_with_a_wrong_check_digit_are_no_nhs_number(nine: str) -> None:
    wrong = (check_digit(nine) + 1) % 10
    assert not is_nhs_number(f"{nine}{wrong}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NHS number: 943 476 5918.", "NHS number: [NHS number]."),
        ("nhs no 9434765918", "nhs no [NHS number]"),
        ("9 4 3 4 7 6 5 9 1 9", "[NHS number]"),
        ("lives at ST4 6QG now", "lives at [postcode] now"),
        ("at st46qg.", "at [postcode]."),
        ("(EC1A 1BB)", "([postcode])"),
        ("call 07700 900123 after 5", "call [phone] after 5"),
        ("on (01782) 496 012", "on [phone]"),
        ("+44 (0)7700 900 123", "[phone]"),
        ("tel: 496012", "tel: [phone]"),
        ("write to jo.o'neil+x@mail.example.org!", "write to [e-mail]!"),
        ("NI AB 12 34 56 C", "NI [NI number]"),
        ("ab123456c", "[NI number]"),
        ("DOB 12/03/1950, seen", "DOB [date of birth], seen"),
        ("d.o.b: 12.3.50", "d.o.b: [date of birth]"),
        ("born on the 3rd of May 1980", "born on the [date of birth]"),
        ("date of birth is 1950-03-12", "date of birth is [date of birth]"),
        ("12/03/1950 (DOB)", "[date of birth] (DOB)"),
    ],
)
def test_what_points_to_a_person_is_masked_and_the_rest_is_left(text: str, expected: str) -> None:
    assert mask(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Seen on 21.09.2021 10 minutes late",
        "On 2021-09-21 10:30 the ward was called",
        "Ward b12 2nd floor",
        "Dose 1,000 mg twice in 24 hours, bed 14",
        "Reference IN-7K3Q-92 about ticket 12345678",
        "Blood pressure 120/80, pulse 72, 98%",
        "The appointment of 12/03/2024 was cancelled",
        "",
    ],
)
def test_what_points_to_nobody_is_left(text: str) -> None:
    masked = mask(text)
    assert masked.text == text
    assert not masked.found


def test_each_kind_is_counted() -> None:
    masked = mask("943 476 5919, 943 476 5919, M1 1AA, a@b.example")
    assert masked.found == {
        Identifier.NHS_NUMBER: 2,
        Identifier.POSTCODE: 1,
        Identifier.E_MAIL: 1,
    }


pieces = st.sampled_from(
    [
        "943 476 5919",
        "M1 1AA",
        "a@b.uk",
        "07700 900123",
        "AB123456C",
        "dob 1/1/90",
        "x",
        " ",
        ", ",
        "\n",
    ]
)


@given(st.lists(pieces, max_size=30))
def test_masking_what_is_masked_changes_nothing(parts: list[str]) -> None:
    once = mask(" ".join(parts))
    again = mask(once.text)
    assert again.text == once.text
    assert not again.found


@pytest.mark.parametrize("piece", ["M11AA ", "a@b.uk ", "dob1/1/90 ", "0170012345 ", "AB123456C "])
def test_the_longest_text_stays_within_what_a_fact_can_hold(piece: str) -> None:
    text = (piece * LONGEST_TEXT)[:LONGEST_TEXT]
    assert len(mask(text).text) <= 20_000


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_masked(text: str) -> None:
    masked = mask(text)
    assert bool(masked.found) == (masked.text != text)


def test_a_mask_holds_nothing_that_could_be_found_again() -> None:
    for replacement in MASKS.values():
        assert mask(f"x {replacement} y").text == f"x {replacement} y"


def vectors(name: str) -> dict[str, list[dict[str, object]]]:
    file = VECTORS / name
    if not file.exists():
        pytest.skip(f"{file} is not on this machine")
    found: dict[str, list[dict[str, object]]] = json.loads(file.read_text())
    return found


def test_every_published_nhs_number_is_masked_and_every_wrong_one_is_known_as_wrong() -> None:
    for each in vectors("nhs_number_vectors.json")["is_valid"]:
        number = str(each["input"])
        digits = "".join(character for character in number if character.isdigit())
        assert is_nhs_number(digits) == each["mod11_valid"], number
        if each["mod11_valid"] or each["nhs_number_2_2_0"]:
            assert mask(number).found, number


@pytest.mark.parametrize("kind", ["postcode", "nino"])
def test_published_postcodes_and_national_insurance_numbers_are_found_where_they_are(
    kind: str,
) -> None:
    for each in vectors("uk_pattern_vectors.json")[kind]:
        text, spans = str(each["text"]), each["spans"]
        assert isinstance(spans, list)
        masked = mask(text)
        assert sum(masked.found.values()) == len(spans), text
        for start, end in spans:
            assert text[start:end].strip() not in masked.text, text
