"""The forms of a provider's answer and of the practice's word on it."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from shared.contracts.base import LongText, ShortText
from shared.contracts.cases import ContributoryFactor, LearningMethod
from shared.identifiers import mask
from shared.web.forms import Form, FormDate

# What could identify a patient is masked before anything is kept: the case's page, which comes next, shows the writer how it reads.
_Masked = AfterValidator(lambda text: mask(text).text)
Words = Annotated[LongText, StringConstraints(max_length=10_000), _Masked]
# A mask may be longer than what it stands for, hence the length once more.
Line = Annotated[ShortText, _Masked, StringConstraints(max_length=500)]


class AcknowledgeForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "owner.missing": "Enter who owns this alert",
        "next_step.missing": "Enter what happens next",
    }
    owner: Line
    next_step: Line


class LearningForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "method": "Select how you looked into it",
        "what_happened.missing": "Enter what happened",
        "why.missing": "Enter why it happened",
        "factors": "Select contributory factors from the list",
    }
    method: LearningMethod
    what_happened: Words
    why: Words
    factors: tuple[ContributoryFactor, ...] = ()


class ActionForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "description.missing": "Enter what will be done",
        "owner.missing": "Enter who will do it",
        "due_on.missing": "Enter when it will be done",
        "action_id": "Open this page again, then add the action",
    }
    description: Line
    owner: Line
    due_on: FormDate
    action_id: UUID


class Stage(StrEnum):
    """Where the outcome is on its way: written, checked, sent; or back to be changed."""

    CHECK = "check"
    CHANGE = "change"
    SEND = "send"


class OutcomeForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "outcome.missing": "Enter what came of this report",
        "stage": "Check the outcome before you send it",
    }
    outcome: Words
    stage: Stage = Stage.CHECK


class DisputeForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "reason.missing": "Enter why you do not accept the outcome",
    }
    reason: Words
