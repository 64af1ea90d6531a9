"""What one click makes of a verdict, and why. Pure."""

from enum import StrEnum

from services.classification.domain.decision import Decision, key_of


class Because(StrEnum):
    """Why a report is not about a theme that it was given."""

    OTHER_MEANING = "other-meaning"
    IN_PASSING = "in-passing"
    OTHER_THEME = "other-theme"
    NOT_SO = "not-so"


REASONS = {
    Because.OTHER_MEANING: "The words mean something else",
    Because.IN_PASSING: "Only mentioned in passing",
    Because.OTHER_THEME: "Better covered by another theme",
    Because.NOT_SO: "It says that it was not so",
}
"""The commonest first: it is what the form begins with."""
AGREED = "Agreed with the verdict"


def keys_of(decision: Decision) -> frozenset[str]:
    return frozenset(key_of(theme) for theme in decision.themes)


def not_about(title: str, because: Because) -> str:
    """The reason in the words of who clicked."""
    why = REASONS[because]
    return f"Not about \u201c{title}\u201d: {why[0].lower()}{why[1:]}"


def also_about(title: str) -> str:
    return f"Also about \u201c{title}\u201d"
