"""Reports to begin a test with."""

from datetime import UTC, date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.contracts.reports import (
    Harm,
    Kind,
    ReportSubmitted,
    ReportWithdrawn,
    Source,
    Tenet,
    WithdrawalReason,
)

SUBMITTED_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(number: int) -> str:
    """A well-formed reference, another one for each number below a million."""
    digits = []
    for _ in range(6):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    text = "".join(reversed(digits))
    return f"IN-{text[:4]}-{text[4:]}"


def report(number: int = 0, report_id: UUID | None = None, **changes: object) -> ReportSubmitted:
    """An accepted event report of Elm Road Surgery about Northfield Acute; `changes` are fields of the contract."""
    values: dict[str, object] = {
        "occurred_at": SUBMITTED_AT,
        "report_id": report_id or uuid7(),
        "reference": reference_of(number),
        "kind": Kind.EVENT,
        "tenet": Tenet.SAFETY,
        "source": Source.FORM,
        "reporter": "Y90001",
        "provider": "RZ1",
        "service": "discharge",
        "happened_on": date(2026, 11, 20),
        "harm": Harm.LOW,
        "text": "The discharge letter came nine days late and did not say that a medicine had been stopped.",
    }
    return ReportSubmitted.model_validate(values | changes)


def withdrawal_of(
    submitted: ReportSubmitted, reason: WithdrawalReason | None = None
) -> ReportWithdrawn:
    """Some time after the report was accepted."""
    return ReportWithdrawn(
        occurred_at=submitted.occurred_at,
        report_id=submitted.report_id,
        reference=submitted.reference,
        reporter=submitted.reporter,
        provider=submitted.provider,
        reason=reason or WithdrawalReason.SENT_TWICE,
    )
