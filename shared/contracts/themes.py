"""`insight.themes.v1`: what a report is about. Published by classification, keyed by report id."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Fact, ShortText, Slug, Value
from shared.contracts.reports import Tenet

THEMES_TOPIC = "insight.themes.v1"


class Span(Value):
    """Characters `start` to `end` (exclusive) of the report's text: the words that led to a theme, without repeating them."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)


class AssignedTheme(Value):
    """One theme of a report. Titles travel with it, so that readers need no copy of the taxonomy."""

    theme: Slug
    title: ShortText
    sub_theme: Slug | None = None
    sub_theme_title: ShortText | None = None
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[Span, ...] = ()


class DecidedBy(StrEnum):
    MODEL = "model"
    PERSON = "person"


class Hint(StrEnum):
    """Flags for people to look at; they decide nothing."""

    POSSIBLE_HARM = "possible-harm"
    SAFEGUARDING = "safeguarding"
    DUTY_OF_CANDOUR = "duty-of-candour"


class ThemesAssigned(Fact):
    """The report's verdict is now this one; it supersedes every earlier revision."""

    topic: ClassVar[str] = THEMES_TOPIC
    type: ClassVar[str] = "insight.themes.assigned.v1"

    report_id: UUID
    revision: int = Field(ge=1)
    """Rises with each verdict on the report; a reader keeps the highest it has seen."""
    tenet: Tenet
    themes: tuple[AssignedTheme, ...]
    """Most confident first; empty when there was nothing to classify."""
    sentiment: int | None = Field(default=None, ge=1, le=5)
    """1 very positive to 5 very negative; feedback only."""
    hints: tuple[Hint, ...] = ()
    decided_by: DecidedBy = DecidedBy.MODEL
    taxonomy_version: ShortText
    model_version: ShortText

    @property
    def key(self) -> str:
        return str(self.report_id)
