"""What programs send and get."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from services.intake.api.clients import Client
from services.intake.api.problems import FieldProblem, problems_in
from services.intake.domain.keys import Scope
from services.intake.domain.receipts import Receipt
from services.intake.domain.submissions import Problem, Submission
from shared.contracts.base import OrganisationCode, Slug
from shared.contracts.cases import CaseState
from shared.contracts.reports import (
    OTHER_SERVICE,
    Harm,
    Kind,
    Past,
    Rating,
    Source,
    Tenet,
    WithdrawalReason,
)

MOST_REPORTS = 1_000
LONGEST_SENT = 20_000
"""Characters that are read at all; the rule for texts is stricter and says so in its own words."""


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_date(value: object) -> object:
    """Pydantic would also read a number, as seconds since 1970, and a date with a time."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date_format", "Write the date as YYYY-MM-DD")
    return value


PlainDate = Annotated[date, BeforeValidator(_written_date)]


class ReportIn(BaseModel):
    """A report about a provider. Identifiers of patients in its texts are masked before anything is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reporter: OrganisationCode | None = Field(
        None,
        description="The reporting organisation. Only an administrator's key may name another than its own.",
    )
    provider: OrganisationCode = Field(description="The organisation that the report is about")
    kind: Kind
    tenet: Tenet | None = Field(
        None,
        description="For events: safety or effectiveness. Feedback is about experience unless it says otherwise.",
    )
    service: Slug = Field(OTHER_SERVICE, description="One of the provider's services, or 'other'")
    happened_on: PlainDate
    harm: Harm | None = Field(None, description="Events need it")
    rating: Rating | None = Field(None, description="Feedback needs it, unless it is imported")
    text: str = Field(max_length=LONGEST_SENT, description="What happened: 1 to 10,000 characters")
    question: str | None = Field(
        None, max_length=LONGEST_SENT, description="The survey's question that the text answers"
    )


class BulkSource(StrEnum):
    API = "api"
    IMPORT = "import"


class PastIn(BaseModel):
    """What became of a report where it was kept before. Each date may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reported_on: PlainDate | None = None
    action_recorded_on: PlainDate | None = None
    outcome_recorded_on: PlainDate | None = None


class BulkReport(ReportIn):
    """A report among many, with a key of its own."""

    idempotency_key: str
    source: BulkSource = BulkSource.API
    historic: StrictBool = Field(
        False, description="Counted, but nobody is alerted. Needs the scope reports:import."
    )
    past: PastIn | None = Field(None, description="For history")


class Unreadable:
    """An item that is not a report at all. Its neighbours do not suffer for it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)


def _keep_errors(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        return Unreadable(problems_in(error.errors(include_url=False, include_input=False)))


class BulkIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reports: list[Annotated[BulkReport, WrapValidator(_keep_errors)]] = Field(
        min_length=1, max_length=MOST_REPORTS
    )

    def items(self) -> Sequence[BulkReport | Unreadable]:
        """Each report, or why it is none."""
        return self.reports


class ReceiptOut(BaseModel):
    """The report is kept."""

    reference: str
    report_id: UUID
    submitted_at: AwareDatetime
    already_there: bool = Field(description="The same report with the same key had come before")
    masked: Mapping[str, int] = Field(description="Identifiers that were masked, by kind")

    @classmethod
    def of(cls, receipt: Receipt, *, already_there: bool) -> "ReceiptOut":
        return cls(
            reference=receipt.reference,
            report_id=receipt.report_id,
            submitted_at=receipt.submitted_at,
            already_there=already_there,
            masked=receipt.masked,
        )


class BulkStatus(StrEnum):
    ACCEPTED = "accepted"
    ALREADY_THERE = "already-there"
    REFUSED = "refused"


class BulkResult(BaseModel):
    """What became of the report at `index` of the request, counted from 0."""

    index: int
    status: BulkStatus
    reference: str | None = None
    masked: Mapping[str, int] = {}
    errors: list[FieldProblem] = []


class BulkOut(BaseModel):
    accepted: int
    already_there: int
    refused: int
    results: list[BulkResult]


class ReportStatus(BaseModel):
    """A report and what became of it."""

    reference: str
    reporter: str
    provider: str
    kind: Kind
    tenet: Tenet
    service: str
    happened_on: date
    historic: bool
    submitted_at: AwareDatetime
    masked: Mapping[str, int]
    state: CaseState | None = Field(description="Null until the provider's case is open")
    due_at: AwareDatetime | None
    overdue: bool
    late: bool = Field(description="Acknowledged after the deadline")
    owner: str | None = Field(description="Who owns it at the provider")
    next_step: str | None
    outcome: str | None
    withdrawn_at: AwareDatetime | None = Field(
        description="When your organisation took it back. It is counted nowhere since"
    )
    withdrawn_because: WithdrawalReason | None


def submission_of(
    report: ReportIn,
    client: Client,
    *,
    idempotency_key: str,
    source: Source = Source.API,
    historic: bool = False,
    past: PastIn | None = None,
) -> Submission | list[Problem]:
    """The submission that this client means, or why it may not."""
    problems = []
    reporter = report.reporter or client.organisation
    if reporter is None:
        problems.append(Problem("reporter", "An administrator's key must say who reports"))
    elif not client.is_administrator and reporter != client.organisation:
        problems.append(Problem("reporter", f"This key acts for {client.organisation} only"))
    if historic and Scope.REPORTS_IMPORT not in client.scopes:
        message = f"This key has not the scope {Scope.REPORTS_IMPORT}, which history needs"
        problems.append(Problem("historic", message))
    tenet = report.tenet or (Tenet.EXPERIENCE if report.kind is Kind.FEEDBACK else None)
    if tenet is None:
        problems.append(Problem("tenet", "Say whether the event is about safety or effectiveness"))
    if problems or reporter is None or tenet is None:
        return problems
    return Submission(
        idempotency_key=idempotency_key,
        reporter=reporter,
        provider=report.provider,
        kind=report.kind,
        tenet=tenet,
        source=source,
        service=report.service,
        happened_on=report.happened_on,
        harm=report.harm,
        rating=report.rating,
        text=report.text,
        question=report.question,
        historic=historic,
        past=Past(**past.model_dump()) if past else None,
    )
