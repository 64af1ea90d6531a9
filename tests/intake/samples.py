"""What intake's tests send."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from services.intake.domain.submissions import Submission
from shared.contracts.reports import Harm, Kind, Source, Tenet

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
"""Data that others wrote lies beside the repository, if at all; what needs it skips without it."""

ADMINISTRATOR_KEY = "an administrator's key for tests only"
KEYS = {"administrator_key": SecretStr(ADMINISTRATOR_KEY)}
BEARER = {"Authorization": f"Bearer {ADMINISTRATOR_KEY}"}
TODAY = date(2026, 11, 23)
TEXT = "The discharge letter did not list the new anticoagulant."

FORM: Mapping[str, str] = {
    "submission": "3f0d2f6e-5a55-4f37-9b1c-0d5a2f9a1111",
    "what": "safety",
    "provider": "RZ1",
    "service": "RZ1:discharge",
    "happened_on[day]": "20",
    "happened_on[month]": "11",
    "happened_on[year]": "2025",
    "text": TEXT,
    "harm": "low",
}
"""A filled-in report form."""

REPORT: Mapping[str, object] = {
    "reporter": "Y90001",
    "provider": "RZ1",
    "kind": "event",
    "tenet": "safety",
    "service": "discharge",
    "happened_on": "2025-11-20",
    "harm": "low",
    "text": TEXT,
}
"""A report as the API takes it, from an administrator's program."""


def submission(**changes: object) -> Submission:
    values: dict[str, object] = {
        "idempotency_key": "key-1",
        "reporter": "Y90001",
        "provider": "RZ1",
        "kind": Kind.EVENT,
        "tenet": Tenet.SAFETY,
        "source": Source.API,
        "service": "discharge",
        "happened_on": date(2026, 11, 20),
        "harm": Harm.LOW,
        "rating": None,
        "text": TEXT,
    }
    return Submission(**{**values, **changes})  # type: ignore[arg-type]  # the tests name wrong fields at their own risk
