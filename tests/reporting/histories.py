"""Histories of reports as Kafka may deliver them: made from a seed, in any order between topics and with copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import cast
from uuid import UUID

from shared.contracts.base import Fact
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
    LearningMethod,
    LearningResponseRecorded,
    OutcomeConfirmed,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationKind, OrganisationRecorded, OrganisationStatus
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
from shared.contracts.themes import AssignedTheme, DecidedBy, ThemesAssigned
from tests.support.reports import reference_of

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PRACTICES = ("Y90001", "Y90002", "Y90003")
PROVIDERS = ("RZ1", "RZ2", "RZ3")
THEMES = {
    "discharge": ("Discharge", {"summaries": "Delayed summaries", "transport": "Transport home"}),
    "medication": ("Medication", {"wrong-dose": "Wrong dose", "stopped": "Stopped without notice"}),
    "referral": ("Referral and access", {"rejected": "Rejected referrals"}),
    "communication": ("Communication", {}),
    "test-results": ("Test results", {"missing": "Results not sent"}),
    "staff-attitude": ("Staff attitude", {}),
}


def seeded(seed: int) -> Random:
    """The one source of chance here: the same seed tells the same stories."""
    return Random(seed)  # noqa: S311 - histories, not secrets


def _uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


@dataclass
class Story:
    """One report's facts, told from a seed."""

    random: Random
    report: ReportSubmitted

    def verdict(self, revision: int, **changes: object) -> ThemesAssigned:
        """A verdict of up to three themes, some with sub-themes, some twice with different ones."""
        chosen = [
            self.random.choice(list(THEMES)) for _ in range(self.random.choice((0, 1, 1, 2, 3)))
        ]
        values: dict[str, object] = {
            "event_id": _uuid(self.random),
            "occurred_at": NOW + timedelta(minutes=revision),
            "report_id": self.report.report_id,
            "revision": revision,
            "tenet": self.random.choice([self.report.tenet, *Tenet]),
            "themes": tuple(self._theme(slug) for slug in chosen),
            "decided_by": DecidedBy.MODEL if revision == 1 else DecidedBy.PERSON,
            "taxonomy_version": "1",
            "model_version": "1",
        }
        return ThemesAssigned.model_validate(values | changes)

    def _theme(self, slug: str) -> AssignedTheme:
        title, sub_themes = THEMES[slug]
        sub_theme = self.random.choice([None, *sub_themes])
        return AssignedTheme(
            theme=slug,
            title=title,
            sub_theme=sub_theme,
            sub_theme_title=None if sub_theme is None else sub_themes[sub_theme],
            confidence=0.9,
        )

    def case(self, length: int | None = None) -> list[CaseFact]:
        """The case's facts, in order, as far as a journey of this kind has come."""
        due_at = None if self.report.historic else self.report.occurred_at + timedelta(hours=24)
        told = _Teller(self.random, self.report)
        if due_at is None:
            return [told(CaseOpened, CaseState.HISTORY, kind=self.report.kind, due_at=None)]
        late = self.random.random() < 0.3
        facts: list[CaseFact] = [
            told(CaseOpened, CaseState.OPEN, kind=self.report.kind, due_at=due_at)
        ]
        if late:
            facts.append(told(CaseDueSoon, CaseState.OPEN, due_at=due_at))
            facts.append(told(CaseOverdue, CaseState.OPEN, due_at=due_at))
        facts += self._answer(told, due_at, late=late)
        return facts[: length or self.random.randint(1, len(facts))]

    def _answer(self, told: "_Teller", due_at: datetime, *, late: bool) -> list[CaseFact]:
        action = _uuid(self.random)
        owned, answered = CaseState.ACKNOWLEDGED, CaseState.ANSWERED
        facts: list[CaseFact] = [
            told(
                CaseAcknowledged, owned, due_at=due_at, late=late, owner="Jo Lee", next_step="Look"
            ),
            told(
                LearningResponseRecorded,
                owned,
                method=LearningMethod.SWARM_HUDDLE,
                factors=(),
            ),
            told(ActionPlanned, owned, action_id=action, due_on=date(2026, 12, 1)),
            told(OutcomeRecorded, answered, outcome="We changed the letter."),
        ]
        if self.random.random() < 0.3:
            facts.append(told(OutcomeDisputed, CaseState.DISPUTED, reason="It happened again."))
            facts.append(told(OutcomeRecorded, answered, outcome="We changed the system."))
        done = date(2026, 12, 1)
        facts.append(told(ActionCompleted, answered, action_id=action, completed_on=done))
        if self.random.random() < 0.7:
            facts.append(told(OutcomeConfirmed, answered))
            facts.append(told(CaseClosed, CaseState.CLOSED, because=ClosedBecause.CONFIRMED))
        else:
            facts.append(told(CaseClosed, CaseState.CLOSED, because=ClosedBecause.UNANSWERED))
        return facts

    def message(self, state: MessageState, minutes: int = 0) -> MessageSettled:
        return MessageSettled(
            event_id=_uuid(self.random),
            occurred_at=NOW + timedelta(minutes=minutes),
            message_id=UUID(int=self.report.report_id.int ^ 1),
            report_id=self.report.report_id,
            reference=self.report.reference,
            kind=MessageKind.ALERT,
            recipient=self.report.provider,
            state=state,
        )

    def withdrawal(self) -> ReportWithdrawn:
        return ReportWithdrawn(
            event_id=UUID(int=self.report.report_id.int ^ 2),
            occurred_at=NOW,
            report_id=self.report.report_id,
            reference=self.report.reference,
            reporter=self.report.reporter,
            provider=self.report.provider,
            reason=WithdrawalReason.SENT_TWICE,
        )

    def closed_by_withdrawal(self, last: CaseFact) -> CaseClosed:
        """What follows the case's last fact when the report is withdrawn."""
        kept = {"report_id", "reference", "reporter", "provider"}
        return CaseClosed(
            event_id=UUID(int=self.report.report_id.int ^ 3),
            occurred_at=NOW,
            revision=last.revision + 1,
            because=ClosedBecause.WITHDRAWN,
            **last.model_dump(include=kept),
        )

    @property
    def is_withdrawn(self) -> bool:
        """One report in eight. By its own id: the others' stories stay what they were."""
        return self.report.report_id.int % 8 == 0

    def facts(self) -> list[Fact]:
        """Everything that happened, topic by topic."""
        revisions = self.random.choice((1, 1, 1, 2, 3))
        verdicts = [self.verdict(revision) for revision in range(1, revisions + 1)]
        ends = self.random.choice(
            ((), (MessageState.SENT,), (MessageState.UNKNOWN, MessageState.SENT))
        )
        messages = [self.message(state, minutes) for minutes, state in enumerate(ends)]
        case = self.case()
        if not self.is_withdrawn:
            return [self.report, *verdicts, *case, *messages]
        if case[-1].state is not CaseState.CLOSED:
            case.append(self.closed_by_withdrawal(case[-1]))
        return [self.report, self.withdrawal(), *verdicts, *case, *messages]


class _Teller:
    """Makes the facts of one case, numbering their revisions."""

    def __init__(self, random: Random, report: ReportSubmitted) -> None:
        self.random = random
        self.report = report
        self.revision = 0

    def __call__(self, fact: type[CaseFact], state: CaseState, **values: object) -> CaseFact:
        self.revision += 1
        common = {
            "event_id": _uuid(self.random),
            "occurred_at": self.report.occurred_at + timedelta(hours=self.revision),
            "report_id": self.report.report_id,
            "reference": self.report.reference,
            "revision": self.revision,
            "state": state,
            "reporter": self.report.reporter,
            "provider": self.report.provider,
        }
        return fact.model_validate(common | values)


def story(random: Random, number: int, **changes: object) -> Story:
    """A report somewhere in the last 14 months, of the day on which it happened; `changes` are fields of its contract."""
    kind = random.choice(list(Kind))
    happened_on = NOW.date() - timedelta(days=random.randrange(420))
    happened_on = cast("date", changes.get("happened_on", happened_on))
    values: dict[str, object] = {
        "event_id": _uuid(random),
        "occurred_at": datetime.combine(happened_on, NOW.timetz()),
        "report_id": _uuid(random),
        "reference": reference_of(number),
        "kind": kind,
        "tenet": random.choice(list(Tenet)),
        "source": random.choice(list(Source)),
        "reporter": random.choice((*PRACTICES, *PRACTICES, "PG1", "RZ1")),
        "provider": random.choice(PROVIDERS),
        "service": random.choice(("other", "discharge")),
        "happened_on": happened_on,
        "harm": random.choice(list(Harm)) if kind is Kind.EVENT else None,
        "rating": random.choice((None, *Rating)) if kind is Kind.FEEDBACK else None,
        "text": "The letter came late.",
        "historic": random.random() < 0.2,
    }
    if values["historic"] and random.random() < 0.5:
        values["past"] = Past(
            reported_on=random.choice((None, happened_on)),
            action_recorded_on=random.choice((None, happened_on)),
            outcome_recorded_on=random.choice((None, happened_on)),
        )
    return Story(random, ReportSubmitted.model_validate(values | changes))


def history(seed: int, reports: int, **changes: object) -> list[Fact]:
    """Every fact of so many reports, topic by topic and report by report."""
    random = seeded(seed)
    return [fact for number in range(reports) for fact in story(random, number, **changes).facts()]


def directory_history(seed: int) -> list[Fact]:
    """Organisations and what becomes of them: who oversees whom changes, some are succeeded, and some of that is undone."""
    random = seeded(seed)
    boards = ("QA1", "QB2", "QC3")
    records = [
        *(_organisation(random, code, OrganisationKind.COMMISSIONER) for code in boards),
        *(_organisation(random, code, OrganisationKind.PRACTICE, boards) for code in PRACTICES),
        *(_organisation(random, code, OrganisationKind.ACUTE, boards) for code in PROVIDERS),
        _organisation(random, "PG1", OrganisationKind.PATIENT_GROUP, boards),
    ]
    latest = {each.code: each for each in records}
    told = list(records)
    for _ in range(random.randrange(8)):
        before = random.choice([*latest.values()])
        changes: dict[str, object] = {"event_id": _uuid(random), "revision": before.revision + 1}
        open_ones = [
            each.code
            for each in latest.values()
            if each.kind is before.kind
            and each.status is OrganisationStatus.OPEN
            and each != before
        ]
        if before.status is OrganisationStatus.CLOSED:
            changes |= {"status": OrganisationStatus.OPEN}
        elif open_ones and random.random() < 0.5:
            changes |= {
                "status": OrganisationStatus.CLOSED,
                "successor": random.choice([*open_ones, None]),
            }
        else:
            changes |= {"commissioner": random.choice([*boards, None])}
        latest[before.code] = before.model_copy(update=changes)
        told.append(latest[before.code])
    return [*told]


def _organisation(
    random: Random, code: str, kind: OrganisationKind, boards: Sequence[str] = ()
) -> OrganisationRecorded:
    return OrganisationRecorded(
        event_id=_uuid(random),
        occurred_at=NOW,
        code=code,
        revision=1,
        name=f"Organisation {code}",
        kind=kind,
        commissioner=random.choice([*boards, None]) if boards else None,
    )


def in_any_order(facts: Sequence[Fact], random: Random, copies: float = 0.1) -> list[Fact]:
    """Shuffled through and through, with copies. More than Kafka allows, which keeps each key's order within its topic: a
    replayed dead letter does not."""
    delivered = [*facts, *(fact for fact in facts if random.random() < copies)]
    random.shuffle(delivered)
    return delivered


def as_kafka_may(facts: Sequence[Fact], random: Random, copies: float = 0.1) -> list[Fact]:
    """Any order between keys and topics, and within one key and topic their own; with copies."""
    waiting: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        line = waiting.setdefault((fact.topic, fact.key), [])
        line.append(fact)
        if random.random() < copies:
            line.append(fact)
    delivered = []
    lines = [line[::-1] for line in waiting.values()]
    while lines:
        line = random.choice(lines)
        delivered.append(line.pop())
        if not line:
            lines.remove(line)
    return delivered
