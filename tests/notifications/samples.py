"""Facts of one case, and the directory's organisations with contacts of a test's choice."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from shared.contracts.cases import (
    CaseAcknowledged,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseState,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.reports import Harm, Kind, Tenet
from shared.contracts.signals import (
    Bearing,
    Movement,
    PointOf,
    SignalFact,
    SignalRaised,
    SignalRule,
    SignalWithdrawn,
)
from tests.support.directory import directory

PROVIDER, PRACTICE, COMMISSIONER = "RZ1", "Y90001", "Q9A"
PROVIDER_CONTACT, PRACTICE_CONTACT = "quality.rz1@insight.example", "quality.y90001@insight.example"
COMMISSIONER_CONTACT = "quality.q9a@insight.example"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DUE = datetime(2026, 7, 2, 16, 30, tzinfo=UTC)  # 5:30pm in London's summer
CANARY = "Winterbourne 943 476 5919"
"""Stands for what a person wrote, with a name and a number in it."""


def organisation(code: str, *contacts: str, revision: int = 2) -> OrganisationRecorded:
    """The test directory's organisation with these contacts."""
    [known] = [one for one in directory() if one.code == code]
    return known.model_copy(update={"contacts": contacts, "revision": revision})


def facts_of_a_case(report_id: UUID | None = None) -> dict[type[CaseFact], CaseFact]:
    """Every fact that somebody is told of, with the canary wherever there is free text."""
    common = {
        "report_id": report_id or uuid7(),
        "reference": "IN-7K3Q-92",
        "reporter": PRACTICE,
        "provider": PROVIDER,
        "occurred_at": NOW,
    }
    opened = opened_case(report_id=common["report_id"])
    acknowledged = {
        "due_at": DUE,
        "late": False,
        "owner": CANARY,
        "next_step": CANARY,
        "state": CaseState.ACKNOWLEDGED,
    }
    facts: list[CaseFact] = [
        opened,
        CaseDueSoon.model_validate(
            {**common, "revision": 2, "state": CaseState.OPEN, "due_at": DUE}
        ),
        CaseOverdue.model_validate(
            {**common, "revision": 3, "state": CaseState.OPEN, "due_at": DUE}
        ),
        CaseAcknowledged.model_validate({**common, "revision": 4, **acknowledged}),
        OutcomeRecorded.model_validate(
            {**common, "revision": 5, "state": CaseState.ANSWERED, "outcome": CANARY}
        ),
        OutcomeDisputed.model_validate(
            {**common, "revision": 6, "state": CaseState.DISPUTED, "reason": CANARY}
        ),
    ]
    return {type(fact): fact for fact in facts}


def opened_case(**changes: object) -> CaseOpened:
    """A case that waits for Northfield Acute; `changes` are fields of the contract."""
    values: dict[str, object] = {
        "report_id": uuid7(),
        "reference": "IN-7K3Q-92",
        "reporter": PRACTICE,
        "provider": PROVIDER,
        "occurred_at": NOW,
        "revision": 1,
        "state": CaseState.OPEN,
        "kind": Kind.EVENT,
        "harm": Harm.SEVERE,
        "due_at": DUE,
    }
    return CaseOpened.model_validate(values | changes)


def raised(**changes: object) -> SignalRaised:
    """A shift of one theme in Midshire; `changes` are fields of the contract."""
    values: dict[str, object] = {
        "occurred_at": NOW,
        "signal_id": uuid4(),
        "series_id": uuid4(),
        "revision": 1,
        "area": COMMISSIONER,
        "provider": None,
        "theme": "discharge-summaries",
        "title": "Discharge summaries",
        "rule": SignalRule.SHIFT,
        "movement": Movement.HIGHER,
        "bearing": Bearing.WORSE,
        "point_of": PointOf.MONTH,
        "point": date(2026, 6, 1),
        "since": date(2026, 1, 1),
    }
    return SignalRaised.model_validate(values | changes)


def joint(*tenets: Tenet, **changes: object) -> SignalRaised:
    """Tenets of the theme have become worse together at Northfield Acute."""
    values: dict[str, object] = {"rule": SignalRule.JOINT, "provider": PROVIDER, "tenets": tenets}
    return raised(**values | {"since": date(2026, 6, 1)} | changes)


def withdrawn(fact: SignalFact) -> SignalWithdrawn:
    changes = {"event_id": uuid4(), "revision": fact.revision + 1}
    return SignalWithdrawn.model_validate(fact.model_dump() | changes)


def again(fact: SignalFact) -> SignalRaised:
    changes = {"event_id": uuid4(), "revision": fact.revision + 1}
    return SignalRaised.model_validate(fact.model_dump() | changes)
