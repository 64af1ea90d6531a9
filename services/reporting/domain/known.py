"""What is known of one report, from facts of four topics that arrive in any order between topics.

Each topic fills its own part, so no part waits for another. Parts are joins of what was heard: the same facts give the same
part whatever their order and however often they come, which is what lets a rebuild equal the live rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.contracts.cases import (
    ActionCompleted,
    ActionPlanned,
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseState,
    ClosedBecause,
    LearningResponseRecorded,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.messages import MessageKind, MessageSettled, MessageState
from shared.contracts.reports import (
    Harm,
    Kind,
    Past,
    Rating,
    ReportSubmitted,
    ReportWithdrawn,
    Source,
    Tenet,
    WithdrawalReason,
)
from shared.contracts.themes import DecidedBy, ThemesAssigned

LONDON = ZoneInfo("Europe/London")

_Moment = TypeVar("_Moment", date, datetime)


def month_of(day: date) -> date:
    """The first day of the day's month, which is how a month is written everywhere here."""
    return day.replace(day=1)


@dataclass(frozen=True, slots=True)
class Reported:
    """The report as intake accepted it, without its words."""

    reference: str
    kind: Kind
    tenet: Tenet
    source: Source
    reporter: str
    provider: str
    service: str
    happened_on: date
    submitted_at: datetime
    reported_on: date
    """In London; of history, the day it was reported where it was kept before, and where that is not known, the day it happened."""
    harm: Harm | None
    rating: Rating | None
    historic: bool
    past_action_on: date | None = None
    past_outcome_on: date | None = None
    """Of history: when an action and an outcome were recorded where it was kept before."""

    @property
    def month(self) -> date:
        """The month in which it happened."""
        return month_of(self.happened_on)

    @property
    def reported_month(self) -> date:
        """The month in which it was reported."""
        return month_of(self.reported_on)

    @classmethod
    def of(cls, fact: ReportSubmitted) -> "Reported":
        past = fact.past or Past()
        accepted_on = fact.occurred_at.astimezone(LONDON).date()
        return cls(
            reference=fact.reference,
            kind=fact.kind,
            tenet=fact.tenet,
            source=fact.source,
            reporter=fact.reporter,
            provider=fact.provider,
            service=fact.service,
            happened_on=fact.happened_on,
            submitted_at=fact.occurred_at,
            reported_on=past.reported_on or (fact.happened_on if fact.historic else accepted_on),
            harm=fact.harm,
            rating=fact.rating,
            historic=fact.historic,
            past_action_on=past.action_recorded_on,
            past_outcome_on=past.outcome_recorded_on,
        )


@dataclass(frozen=True, slots=True, order=True)
class Theme:
    """A theme of a verdict, and the sub-theme within it if one was found."""

    slug: str
    sub_theme: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the report is about, by the highest revision heard."""

    revision: int
    tenet: Tenet
    themes: tuple[Theme, ...]
    decided_by: DecidedBy

    @classmethod
    def of(cls, fact: ThemesAssigned) -> "Verdict":
        themes = dict.fromkeys(Theme(each.theme, each.sub_theme) for each in fact.themes)
        return cls(fact.revision, fact.tenet, tuple(themes), fact.decided_by)

    def joined(self, newer: "Verdict") -> "Verdict":
        """The verdict that holds when both have been heard."""
        return newer if newer.revision > self.revision else self


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the case has come: its newest state, and when each stage was first reached.

    A stage keeps its first time even when a lower revision is heard late (a replayed dead letter), and the state keeps its
    highest revision: nothing depends on the order of arrival.
    """

    revision: int
    state: CaseState
    due_at: datetime | None = None
    due_revision: int = 0
    """The revision that set `due_at`."""
    acknowledged_at: datetime | None = None
    acknowledged_late: bool | None = None
    learning_at: datetime | None = None
    action_planned_at: datetime | None = None
    action_completed_on: date | None = None
    outcome_at: datetime | None = None
    disputed_at: datetime | None = None
    confirmed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_because: ClosedBecause | None = None

    @classmethod
    def of(cls, fact: CaseFact) -> "Progress":
        """What one fact of a case says, read alone."""
        told = cls(revision=fact.revision, state=fact.state)
        match fact:
            case CaseOpened() | CaseDueSoon() | CaseOverdue():
                return replace(told, due_at=fact.due_at, due_revision=fact.revision)
            case CaseAcknowledged():
                return replace(
                    told,
                    due_at=fact.due_at,
                    due_revision=fact.revision,
                    acknowledged_at=fact.occurred_at,
                    acknowledged_late=fact.late,
                )
            case CaseClosed():
                return replace(told, closed_at=fact.occurred_at, closed_because=fact.because)
            case _:
                return _stage(told, fact)

    def joined(self, other: "Progress") -> "Progress":
        """What holds when both have been heard."""
        newest = max(self, other, key=lambda each: each.revision)
        clock = max(self, other, key=lambda each: each.due_revision)
        answered = _first(self, other, "acknowledged_at")
        closed = _first(self, other, "closed_at")
        return Progress(
            revision=newest.revision,
            state=newest.state,
            due_at=clock.due_at,
            due_revision=clock.due_revision,
            acknowledged_at=answered.acknowledged_at,
            acknowledged_late=answered.acknowledged_late,
            learning_at=_earliest(self.learning_at, other.learning_at),
            action_planned_at=_earliest(self.action_planned_at, other.action_planned_at),
            action_completed_on=_earliest(self.action_completed_on, other.action_completed_on),
            outcome_at=_earliest(self.outcome_at, other.outcome_at),
            disputed_at=_earliest(self.disputed_at, other.disputed_at),
            confirmed_at=_earliest(self.confirmed_at, other.confirmed_at),
            closed_at=closed.closed_at,
            closed_because=closed.closed_because,
        )


NO_PROGRESS = Progress(revision=0, state=CaseState.OPEN)
"""Of a case that nothing has been heard of."""


def _stage(told: Progress, fact: CaseFact) -> Progress:
    """The stage that the fact marks as reached; a kind of case fact not known here still moves the state."""
    match fact:
        case LearningResponseRecorded():
            return replace(told, learning_at=fact.occurred_at)
        case ActionPlanned():
            return replace(told, action_planned_at=fact.occurred_at)
        case ActionCompleted():
            return replace(told, action_completed_on=fact.completed_on)
        case OutcomeRecorded():
            return replace(told, outcome_at=fact.occurred_at)
        case OutcomeDisputed():
            return replace(told, disputed_at=fact.occurred_at)
        case OutcomeConfirmed():
            return replace(told, confirmed_at=fact.occurred_at)
        case _:
            return told


def _earliest(one: _Moment | None, other: _Moment | None) -> _Moment | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _first(one: Progress, other: Progress, stage: str) -> Progress:
    """Whichever reached the stage first, so that what goes with the time stays with it."""
    reached = [each for each in (one, other) if getattr(each, stage) is not None]
    return min(reached, key=lambda each: (getattr(each, stage), each.revision), default=one)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The practice has taken the report back, for good."""

    withdrawn_at: datetime
    reason: WithdrawalReason

    @classmethod
    def of(cls, fact: ReportWithdrawn) -> "Withdrawal":
        return cls(fact.occurred_at, fact.reason)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one report: any part may not have been heard yet."""

    reported: Reported | None = None
    verdict: Verdict | None = None
    progress: Progress | None = None
    withdrawal: Withdrawal | None = None

    def with_report(self, reported: Reported) -> "Known":
        """A report is accepted once: what was heard first stays."""
        return self if self.reported is not None else replace(self, reported=reported)

    def with_verdict(self, verdict: Verdict) -> "Known":
        held = self.verdict
        return replace(self, verdict=verdict if held is None else held.joined(verdict))

    def with_progress(self, progress: Progress) -> "Known":
        held = self.progress
        return replace(self, progress=progress if held is None else held.joined(progress))

    def with_withdrawal(self, withdrawal: Withdrawal) -> "Known":
        """A report is withdrawn once, and nothing that is heard later brings it back: what was heard first stays."""
        return self if self.withdrawal is not None else replace(self, withdrawal=withdrawal)


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class MessageEnd:
    """How a message ended, as last told."""

    message_id: UUID
    report_id: UUID
    kind: MessageKind
    recipient: str
    state: MessageState
    settled_at: datetime

    @classmethod
    def of(cls, fact: MessageSettled) -> "MessageEnd":
        return cls(
            fact.message_id, fact.report_id, fact.kind, fact.recipient, fact.state, fact.occurred_at
        )


def last_ends(ends: Sequence[MessageEnd]) -> dict[UUID, MessageEnd]:
    """The last end of each message: a message sent again after "unknown" ends twice."""
    last: dict[UUID, MessageEnd] = {}
    for end in ends:
        held = last.get(end.message_id)
        if held is None or _later(end, held):
            last[end.message_id] = end
    return last


def _later(end: MessageEnd, held: MessageEnd) -> bool:
    """By time; at one instant the state's name decides, so that the order of arrival does not."""
    return (end.settled_at, end.state) > (held.settled_at, held.state)
