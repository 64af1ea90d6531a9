"""What several of the pages need: who asks, whose reports they may meet, and what things are called."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import repository
from services.classification.domain import ChosenFrom
from services.classification.model.versions import Versions
from services.classification.repository import NOBODY, Scope, StoredReport
from shared.contracts.directory import Role
from shared.contracts.reports import Harm, Kind, Tenet
from shared.contracts.themes import Hint
from shared.platform.errors import Forbidden, NotFound
from shared.web.actors import Actor, require

PAGE_SIZE = 20
QualityLead = Annotated[Actor, Depends(require(Role.QUALITY_LEAD))]
Overseer = Annotated[Actor, Depends(require(Role.QUALITY_LEAD, Role.OPERATOR))]
"""Who looks at what verdicts are given by."""
CameFrom = Annotated[
    ChosenFrom,
    BeforeValidator(lambda value: value if value in tuple(ChosenFrom) else ChosenFrom.OTHER),
    Query(alias="from"),
]
"""How somebody came to a report's page. What we offer nowhere counts as some other way."""
ReferenceInPath = Annotated[str, Path(max_length=20)]


@dataclass(frozen=True)
class Labels:
    """How the contract's values are called on pages."""

    hints: dict[Hint, str]
    tenets: dict[Tenet, str]
    kinds: dict[Kind, str]
    sentiments: dict[int, str]
    harms: dict[Harm, str]


LABELS = Labels(
    hints={
        Hint.POSSIBLE_HARM: "Possible harm",
        Hint.SAFEGUARDING: "Safeguarding",
        Hint.DUTY_OF_CANDOUR: "Duty of candour",
    },
    tenets={
        Tenet.EXPERIENCE: "Experience",
        Tenet.EFFECTIVENESS: "Effectiveness",
        Tenet.SAFETY: "Safety",
    },
    kinds={Kind.EVENT: "Event", Kind.FEEDBACK: "Feedback"},
    harms={
        Harm.NONE: "No harm",
        Harm.LOW: "Low harm",
        Harm.MODERATE: "Moderate harm",
        Harm.SEVERE: "Severe harm",
        Harm.FATAL: "Death",
        Harm.UNKNOWN: "Not known",
    },
    sentiments={1: "Very positive", 2: "Positive", 3: "Neutral", 4: "Negative", 5: "Very negative"},
)


def versions_of(request: Request) -> Versions:
    """Those that this process has."""
    versions: Versions = request.app.state.versions
    return versions


def scope_of(actor: Actor) -> Scope:
    """Raises Forbidden for roles that see no report's text: reviewers, operators and administrators."""
    if not actor.may(Role.QUALITY_LEAD, Role.REPORTER, Role.RESPONDER):
        raise Forbidden("Your role does not include reading reports.")
    codes = actor.codes
    return Scope(
        answers=codes if actor.may(Role.RESPONDER) else NOBODY,
        reported=codes if actor.may(Role.REPORTER) else NOBODY,
        oversees=codes if actor.may(Role.QUALITY_LEAD) else NOBODY,
    )


async def find(connection: AsyncConnection, scope: Scope, reference: str) -> StoredReport:
    report = await repository.find_report(connection, scope, reference.upper().replace("\0", ""))
    if report is None:
        raise NotFound("There is no such report, or it is not one of your organisation's.")
    return report


def codes_of(report: StoredReport) -> set[str]:
    return {report.reporter, report.provider}
