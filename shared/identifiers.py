"""Finds what could identify a patient in free text, and masks it before anything is stored or published.

Own patterns, because nothing well kept fits: Presidio's recognisers want a language model in memory for what are, here, checksums
and shapes; the small redaction packages keep a map back to what they removed, which must not exist here; `nhs-number` checks
numbers but does not find them in a sentence. Revisit when a maintained, model-free package for UK identifiers appears.

Only shapes are found. Names and addresses without a postcode are not: the form asks the writer to leave them out.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Identifier(StrEnum):
    NHS_NUMBER = "nhs-number"
    NATIONAL_INSURANCE_NUMBER = "national-insurance-number"
    DATE_OF_BIRTH = "date-of-birth"
    E_MAIL = "e-mail"
    PHONE = "phone"
    POSTCODE = "postcode"


MASKS = {
    Identifier.NHS_NUMBER: "[NHS number]",
    Identifier.NATIONAL_INSURANCE_NUMBER: "[NI number]",
    Identifier.DATE_OF_BIRTH: "[date of birth]",
    Identifier.E_MAIL: "[e-mail]",
    Identifier.PHONE: "[phone]",
    Identifier.POSTCODE: "[postcode]",
}
"""What stands in the text instead. Short, and without digits, so that no later pattern finds something in a mask."""


@dataclass(frozen=True, slots=True)
class Masked:
    text: str
    found: Mapping[Identifier, int] = field(default_factory=dict)
    """How many of each kind were masked; kinds that were not found are absent."""


_GAP = r"[\s.\-\u2010-\u2015\u200b\u2060]{0,3}"
"""What people put between groups of digits: spaces (no-break ones too), dots, any dash, and what copying leaves behind."""

_NOT_A_DATE = (
    r"(?![0-3]?[0-9][.\-\s][01]?[0-9][.\-\s](?:19|20)[0-9]{2}(?![0-9]))"
    r"(?!(?:19|20)[0-9]{2}[.\-\s][01][0-9][.\-\s][0-3][0-9](?![0-9]))"
)
"""`21.09.2021 10` has ten digits and is a date with an hour."""

_E_MAIL = re.compile(r"(?<![\w.%+'\-])[\w.%+'\-]+@(?:[\w\-]+\.)+[^\W\d_]{2,}")

_NINO = re.compile(
    rf"(?<![^\W_])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    rf"(?:{_GAP}[0-9]{{2}}){{3}}{_GAP}[A-D](?![^\W_])",
    re.IGNORECASE | re.ASCII,
)

_LABELLED_NHS = re.compile(
    rf"(\bNHS{_GAP}(?:number|num|no|id|#)?[\s.:#=]{{0,4}})([0-9](?:{_GAP}[0-9]){{9}})(?![0-9])",
    re.IGNORECASE,
)
"""Called an NHS number by its writer: masked whether its check digit holds or not, since a typing error still points to somebody."""

_TEN_DIGITS = re.compile(rf"(?<![0-9]){_NOT_A_DATE}[0-9](?:{_GAP}[0-9]){{9}}(?![0-9])")

_PHONE = re.compile(
    rf"(?<![^\W_]){_NOT_A_DATE}"
    rf"(?:(?:\+\s?44|0044)[\s.\-]{{0,2}}(?:\(0\)[\s.\-]{{0,2}})?[1-9]|\(?0[1-9])"
    r"(?:[\s().\-\u2010-\u2015\u200b]{0,3}[0-9]){8,9}(?![0-9])"
    r"|(?<![^\W_])\+[1-9](?:[\s().\-]{0,3}[0-9]){7,13}(?![0-9])"
)

_LABELLED_PHONE = re.compile(
    r"(\b(?:tel|telephone|phone|phoned|ring|mobile|mob|landline|fax)\b(?:\s+(?:no|number|on))?[\s.:]{0,3})"
    r"((?:[0-9][\s\-]?){5,10}[0-9])(?![0-9])",
    re.IGNORECASE,
)
"""A local number without its area code is one only where the writer says so."""

_POSTCODE = re.compile(
    r"(?<![^\W_])(?:GIR[\s\-]{0,2}0AA|"
    r"(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRV-Y]))"
    r"[\s\-]{0,2}[0-9][ABD-HJLNP-UW-Z]{2})(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)
_ORDINAL = re.compile(r"[0-9](?:st|nd|rd|th)\Z")
"""`ward b12 2nd floor` is no postcode: an inward part in small letters that reads as an ordinal is left."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = (
    r"(?:[0-9]{1,2}[\s./\-]{1,3}[0-9]{1,2}[\s./\-]{1,3}(?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{4}[\s./\-][0-9]{1,2}[\s./\-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[\s\-]{{0,2}}(?:of\s+)?{_MONTH}[\s.,\-]{{0,3}}(?:[0-9]{{4}}|[0-9]{{2}})"
    rf"|{_MONTH}[\s.]{{0,2}}[0-9]{{1,2}}(?:st|nd|rd|th)?[\s,]{{1,3}}[0-9]{{4}}"
    r"|[0-9]{8}|[0-9]{6})(?![0-9])"
)
_BIRTH = r"(?:d\.?\s?o\.?\s?b\b\.?|date\s+of\s+birth|birth\s?date|birthday|born)"
_BORN = re.compile(
    rf"(?<![^\W_])({_BIRTH}(?:\s+(?:is|was|on|the)){{0,3}}[\s:,=()\-]{{0,4}})({_DATE})",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(rf"(?<![0-9]){_DATE}(?=\s{{0,2}}[(,\-]?\s{{0,2}}{_BIRTH})", re.IGNORECASE)

_WORTH_A_LOOK = re.compile(r"[0-9@]")
"""Nothing above can match without a digit or an at sign: most texts are done here."""


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits pass modulus 11 with weights 10 to 2; a check digit of 11 counts as 0, and 10 does not exist."""
    if len(digits) != 10:
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)
    )
    return (11 - total % 11) % 11 == int(digits[9])


def mask(text: str) -> Masked:
    """The text with every identifier replaced by the name of its kind, and how many of each there were.

    Masking again changes nothing. The result may be longer, at most twice the text."""
    if not _WORTH_A_LOOK.search(text):
        return Masked(text)
    found: Counter[Identifier] = Counter()
    for kind, pattern, replacement in _STEPS:
        text = pattern.sub(replacement(kind, found), text)
    return Masked(text, dict(found))


_Replacement = Callable[[Identifier, Counter[Identifier]], Callable[[re.Match[str]], str]]


def _whole(kind: Identifier, found: Counter[Identifier]) -> Callable[[re.Match[str]], str]:
    def replace(_: re.Match[str]) -> str:
        found[kind] += 1
        return MASKS[kind]

    return replace


def _after_its_label(
    kind: Identifier, found: Counter[Identifier]
) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        found[kind] += 1
        return match[1] + MASKS[kind]

    return replace


def _if(holds: Callable[[str], bool]) -> _Replacement:
    def replacement(kind: Identifier, found: Counter[Identifier]) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            if not holds(match[0]):
                return match[0]
            found[kind] += 1
            return MASKS[kind]

        return replace

    return replacement


def _checks_out(candidate: str) -> bool:
    return is_nhs_number("".join(character for character in candidate if character.isdigit()))


def _is_no_ordinal(candidate: str) -> bool:
    return _ORDINAL.search(candidate) is None


_STEPS: tuple[tuple[Identifier, re.Pattern[str], _Replacement], ...] = (
    (Identifier.E_MAIL, _E_MAIL, _whole),
    (Identifier.NATIONAL_INSURANCE_NUMBER, _NINO, _whole),
    (Identifier.DATE_OF_BIRTH, _BORN, _after_its_label),
    (Identifier.DATE_OF_BIRTH, _BORN_AFTER, _whole),
    (Identifier.NHS_NUMBER, _LABELLED_NHS, _after_its_label),
    (Identifier.NHS_NUMBER, _TEN_DIGITS, _if(_checks_out)),
    (Identifier.PHONE, _PHONE, _whole),
    (Identifier.PHONE, _LABELLED_PHONE, _after_its_label),
    (Identifier.POSTCODE, _POSTCODE, _if(_is_no_ordinal)),
)
"""In this order: what carries a label or a checksum goes before what is only a shape."""
