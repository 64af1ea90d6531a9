"""Text as words that can be compared: each with its place in the text, its case and ending taken off.

Places are kept as offsets into the text as given, so that what led to a verdict can be shown where it stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NUMBER = "#"
"""Stands for any number, as digits or as a word."""
BREAK = ""
"""Stands for the end of a sentence: no phrase reaches across it."""

_TOKEN = re.compile(
    r"\d+(?=(?:hr|hour|min|minute|day|week|wk|month|yr|year)s?\b)"  # "4hrs" is two words
    r"|[^\W_][/&][^\W_]\b"  # d/c, A&E, n/a
    r"|[^\W_]+(?:['’][^\W_]+)*"
    r"|[.!?;\n]"
)
_ENDS = frozenset(".!?;\n")
_NUMBER_WORDS = frozenset(
    [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "fifteen",
        "twenty",
        "couple",
        "several",
    ]
)
_NAMES_IN_DIGITS = frozenset({"111", "999"})
_LONGEST_WORD = 40
_REMEMBERED = 50_000
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Words:
    """`stems[i]` stood in the text at characters `starts[i]` to `ends[i]`."""

    stems: list[str]
    starts: list[int]
    ends: list[int]


class Reader:
    """Reads text into words; knows the field's abbreviations."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        self._abbreviations = abbreviations
        self._stems: dict[str, str] = {}

    def read(self, text: str) -> Words:
        """Never raises, whatever the text holds."""
        tokens: list[str] = _TOKEN.findall(text)
        known = list(map(self._stems.get, tokens))
        stems = [
            self._learn(token) if found is None else found
            for token, found in zip(tokens, known, strict=True)
        ]
        starts: list[int] = []
        ends: list[int] = []
        place = 0
        for token in tokens:  # no character between two tokens begins one, so the first is the one
            place = text.find(token, place)
            starts.append(place)
            place += len(token)
            ends.append(place)
        return Words(stems, starts, ends)

    def _learn(self, token: str) -> str:
        if len(token) > _LONGEST_WORD:
            return (
                "-"  # no cue is so long; not remembered, so that odd texts cannot fill the memory
            )
        word = token.lower().replace("’", "'")
        found = stem(self._abbreviations.get(word, word))
        if len(self._stems) >= _REMEMBERED:
            self._stems.clear()
        self._stems[token] = found
        return found


def stem(word: str) -> str:
    """A lower-case word without its English ending: `referrals`, `referred` and `referring` meet in `refer...`."""
    if word in _ENDS:
        return BREAK
    if word in _NUMBER_WORDS or (word.isdigit() and word not in _NAMES_IN_DIGITS):
        return NUMBER
    word = _without_apostrophe(word)
    word = _without_plural(word)
    return _without_tense(word)


def _without_apostrophe(word: str) -> str:
    for ending in ("'s", "'d"):
        if word.endswith(ending):
            return word[: -len(ending)]
    return word.replace("'", "")


def _without_plural(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3 and _VOWEL.search(root):
            doubled = root[-1] == root[-2] and root[-1] not in "lsz"
            return _without_last_e(root[:-1] if doubled else root)
    return _without_last_e(word)


def _without_last_e(word: str) -> str:
    if word.endswith("ied"):
        return word[:-3] + "y"
    if word.endswith("i"):
        return word[:-1] + "y"
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
