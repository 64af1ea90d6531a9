"""However Kafka delivers a history, and whenever timers fire and people act: cases, clocks and facts are those of a small model that
hears every fact once."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.actions import tables, use_cases
from services.actions.consumers import build_consumers, build_timers
from services.actions.domain.case import Person, Step
from services.actions.repository import database_time
from shared.contracts.base import Fact
from shared.contracts.cases import CaseFact, CaseOverdue
from shared.contracts.directory import HarmPolicy, OrganisationRecorded, ResponsePolicy
from shared.contracts.reports import Harm, ReportSubmitted, ReportWithdrawn
from shared.contracts.sessions import SessionEnded
from shared.contracts.themes import ThemesAssigned
from shared.directory.tables import organisation
from shared.platform.metrics import Metrics
from shared.platform.tables import audit_entry, timer
from shared.platform.timers import TimerRunner
from shared.sessions.tables import session_ending
from tests.reporting.histories import directory_history, story
from tests.support.databases import Databases
from tests.support.deliveries import (
    ON_A_DATABASE,
    SEEDS,
    Stage,
    as_kafka_delivers,
    as_rows,
    released_samples,
    seeded,
    stage,
)
from tests.support.reports import report

pytestmark = pytest.mark.integration

HALF_AN_HOUR = timedelta(minutes=30)
"""Every deadline of these histories is this far from the moment of the test, or further, on one side or the other."""


@pytest.fixture(scope="module")
async def actions(databases: Databases) -> AsyncIterator[Stage]:
    async with stage(databases, "actions") as opened:
        yield opened


_STEPS = {
    Step.OPENED: "opened",
    Step.DUE_SOON: "due-soon",
    Step.OVERDUE: "overdue",
    Step.ACKNOWLEDGED: "acknowledged",
    Step.WITHDRAWN: "closed",
}
"""What the history calls what the facts tell."""


@dataclass
class ModelCase:
    """What is known of a case, and what was told of it: words for facts, in order."""

    opened_by: ReportSubmitted
    due_at: datetime | None
    due_soon_at: datetime | None
    close_after_days: int | None
    told: list[str] = field(default_factory=lambda: ["opened"])
    pending: dict[str, datetime] = field(default_factory=dict)
    late: bool | None = None

    @property
    def state(self) -> str:
        if "closed" in self.told:
            return "closed"
        if self.due_at is None:
            return "history"
        return "acknowledged" if "acknowledged" in self.told else "open"


@dataclass
class Model:
    """Actions as its rules are told to people, at one moment."""

    now: datetime
    organisations: dict[str, OrganisationRecorded] = field(default_factory=dict)
    cases: dict[UUID, ModelCase] = field(default_factory=dict)
    themes: dict[UUID, ThemesAssigned] = field(default_factory=dict)
    withdrawn: set[UUID] = field(default_factory=set)
    endings: dict[str, tuple[datetime | None, datetime]] = field(default_factory=dict)

    def hear(self, facts: Sequence[Fact]) -> None:
        """Of what comes together, the directory is heard first."""
        for fact in sorted(facts, key=lambda one: not isinstance(one, OrganisationRecorded)):
            match fact:
                case OrganisationRecorded():
                    known = self.organisations.get(fact.code)
                    if known is None or fact.revision > known.revision:
                        self.organisations[fact.code] = fact
                case ReportSubmitted():
                    self.cases.setdefault(fact.report_id, self._open(fact))
                case ReportWithdrawn():
                    self.withdrawn.add(fact.report_id)
                case ThemesAssigned():
                    verdict = self.themes.get(fact.report_id, fact)
                    self.themes[fact.report_id] = max(verdict, fact, key=lambda one: one.revision)
                case SessionEnded():
                    self._end(fact)
            self._close_withdrawn()

    def _open(self, report: ReportSubmitted) -> ModelCase:
        if report.historic or report.report_id in self.withdrawn:
            return ModelCase(report, None, None, None)
        provider = self.organisations.get(report.provider)
        policy = provider.policy if provider else ResponsePolicy()
        clock = next((one for one in policy.by_harm if one.harm == report.harm), policy)
        due_at = report.occurred_at + timedelta(hours=clock.acknowledge_within_hours)
        soon = due_at - timedelta(hours=clock.due_soon_hours)
        reminds = clock.due_soon_hours > 0 and soon > report.occurred_at
        case = ModelCase(
            report, due_at, soon if reminds else None, policy.close_unanswered_after_days
        )
        case.pending = {"overdue": due_at}
        if reminds and soon > self.now:
            case.pending["due-soon"] = soon
        return case

    def _close_withdrawn(self) -> None:
        for case in (self.cases[one] for one in self.withdrawn & self.cases.keys()):
            if case.state != "closed":
                case.told.append("closed")
                case.pending.clear()

    def _end(self, fact: SessionEnded) -> None:
        until, ended_at = self.endings.get(fact.handle, (fact.signed_in_until, fact.occurred_at))
        wider = (
            None
            if until is None or fact.signed_in_until is None
            else max(until, fact.signed_in_until)
        )
        self.endings[fact.handle] = (wider, max(ended_at, fact.occurred_at))

    def let_time_pass(self, hours: int) -> None:
        """For the cases there are. What is due then fires, wherever nobody has acknowledged: each thing once."""
        back = timedelta(hours=hours)
        for case in self.cases.values():
            case.due_at = case.due_at and case.due_at - back
            case.due_soon_at = case.due_soon_at and case.due_soon_at - back
            case.pending = {word: at - back for word, at in case.pending.items()}
            for word in [word for word, at in case.pending.items() if at <= self.now]:
                del case.pending[word]
                missed = case.due_at is not None and case.due_at <= self.now
                if case.state == "open" and (word == "overdue" or not missed):
                    case.told.append(word)

    def acknowledge(self, case: ModelCase) -> None:
        if case.state == "open":
            assert case.due_at is not None
            case.told.append("acknowledged")
            case.late = self.now >= case.due_at
            case.pending.clear()


class Play:
    """The service and the model, side by side through one history."""

    def __init__(self, actions: Stage, now: datetime, random: Random) -> None:
        self.actions = actions
        self.random = random
        self.model = Model(now)
        self.replicas = [
            TimerRunner(build_timers(), actions.transactions, Metrics("actions")) for _ in range(2)
        ]

    async def let_time_pass(self, hours: int) -> None:
        """The database's clock cannot be moved: what it is compared with is."""
        back = timedelta(hours=hours)
        async with self.actions.owner.begin() as connection:
            await connection.execute(timer.update().values(due_at=timer.c.due_at - back))
            await connection.execute(
                tables.case_.update().values(
                    due_at=tables.case_.c.due_at - back,
                    due_soon_at=tables.case_.c.due_soon_at - back,
                )
            )
        self.model.let_time_pass(hours)
        while await self.random.choice(self.replicas).fire_due():
            pass

    async def acknowledge(self) -> None:
        """Somebody at the provider does, sometimes twice."""
        known = [one for one in self.model.cases.values() if one.state in ("open", "acknowledged")]
        if not known:
            return
        case = self.random.choice(known)
        person = Person(None, "Jo Lee", case.opened_by.provider)
        for _ in range(self.random.choice((1, 2))):
            async with self.actions.transactions.begin() as tx:
                reference = case.opened_by.reference
                await use_cases.acknowledge(reference, "Jo Lee", "We look.", person, tx)
        self.model.acknowledge(case)

    async def something_happens(self) -> None:
        match self.random.choice(("time", "person", "nothing", "nothing")):
            case "time":
                await self.let_time_pass(self.random.randint(0, 30))
            case "person":
                await self.acknowledge()

    async def assert_as_modelled(self) -> None:
        model = self.model
        await self._assert_cases(model.cases)
        assert await self.actions.rows(timer, "kind", "subject", "due_at") == as_rows(
            (word, report_id, at)
            for report_id, case in model.cases.items()
            for word, at in case.pending.items()
        )
        assert await self.actions.rows(tables.case_themes, "report_id", "revision", "tenet") == (
            as_rows((one.report_id, one.revision, one.tenet) for one in model.themes.values())
        )
        assert await self.actions.rows(tables.withdrawal, "report_id") == as_rows(
            (report_id,) for report_id in model.withdrawn
        )
        assert await self.actions.rows(organisation, "code", "revision") == as_rows(
            (one.code, one.revision) for one in model.organisations.values()
        )
        endings = await self.actions.rows(session_ending, "handle", "signed_in_until", "ended_at")
        assert endings == as_rows((handle, *each) for handle, each in model.endings.items())

    async def _assert_cases(self, cases: Mapping[UUID, ModelCase]) -> None:
        columns = (
            *("report_id", "state", "revision", "due_at", "due_soon_at"),
            *("close_unanswered_after_days", "due_soon_raised", "overdue_raised", "late"),
        )
        assert await self.actions.rows(tables.case_, *columns) == as_rows(
            (
                report_id,
                case.state,
                len(case.told),
                case.due_at,
                case.due_soon_at,
                case.close_after_days,
                "due-soon" in case.told,
                "overdue" in case.told,
                case.late,
            )
            for report_id, case in cases.items()
        )
        tally = Counter(case.state for case in cases.values())
        counted = await self.actions.rows(tables.case_tally, "state", "total")
        assert {state: total for state, total in counted if total} == tally
        told = await self.actions.told(CaseFact)
        expected = {report_id: case.told for report_id, case in cases.items()}
        assert _in_words(told) == expected
        assert await self._history(list(cases)) == expected

    async def _history(self, report_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        ids = [str(one) for one in report_ids]
        async with self.actions.transactions.read() as connection:
            rows = await connection.execute(
                select(audit_entry.c.record_id, audit_entry.c.step)
                .where(audit_entry.c.record_id.in_(ids))
                .order_by(audit_entry.c.number)
            )
            found: dict[UUID, list[str]] = {}
            for record_id, step in rows:
                found.setdefault(UUID(record_id), []).append(_STEPS[step])
        return found


def _in_words(facts: Sequence[CaseFact]) -> dict[UUID, list[str]]:
    """Of each case its facts, which are numbered in the order of telling."""
    told: dict[UUID, list[str]] = {}
    for fact in facts:
        words = told.setdefault(fact.report_id, [])
        words.append(fact.type.removeprefix("insight.case.").removesuffix(".v1"))
        assert fact.revision == len(words)
    return told


def _history(random: Random, reports: int, now: datetime) -> list[Fact]:
    facts: list[Fact] = []
    for number in range(reports):
        age = timedelta(hours=random.randint(0, 60)) + HALF_AN_HOUR
        told = story(random, number, occurred_at=now - age)
        verdicts = [told.verdict(revision) for revision in range(1, random.randint(1, 4))]
        withdrawals = [told.withdrawal()] if random.random() < 0.3 else []
        facts += [told.report, *withdrawals, *verdicts]
    for record in directory_history(random.getrandbits(32)):
        assert isinstance(record, OrganisationRecorded)
        facts.append(record.model_copy(update={"policy": _policy(random)}))
    facts += [_ending(random, now) for _ in range(random.randrange(6))]
    return facts + released_samples(ReportSubmitted, ReportWithdrawn, ThemesAssigned)


def _policy(random: Random) -> ResponsePolicy:
    def hours() -> dict[str, int]:
        within, soon = random.choice((1, 4, 24, 48, 72)), random.choice((0, 1, 4, 30))
        return {"acknowledge_within_hours": within, "due_soon_hours": soon}

    severe = HarmPolicy.model_validate({"harm": Harm.SEVERE, **hours()})
    return ResponsePolicy.model_validate(
        {
            **hours(),
            "close_unanswered_after_days": random.choice((None, 7, 28)),
            "by_harm": random.choice(((), (severe,))),
        }
    )


def _ending(random: Random, now: datetime) -> SessionEnded:
    ended_at = now - timedelta(hours=random.randint(0, 22)) - HALF_AN_HOUR
    return SessionEnded(
        event_id=UUID(int=random.getrandbits(128)),
        occurred_at=ended_at,
        handle=random.choice(("a", "b")) * 32,
        signed_in_until=random.choice((None, ended_at, ended_at - timedelta(hours=3))),
    )


@settings(ON_A_DATABASE)
@given(seed=SEEDS, reports=st.integers(0, 12), late=st.sampled_from((0.0, 0.0, 0.2)))
async def test_any_delivery_leaves_the_cases_of_the_model(
    actions: Stage, seed: int, reports: int, late: float
) -> None:
    await actions.clear()
    random = seeded(seed)
    async with actions.transactions.read() as connection:
        now = await database_time(connection)
    play = Play(actions, now, random)
    listening = actions.listening(build_consumers())
    for batch in as_kafka_delivers(_history(random, reports, now), random, late=late):
        play.model.hear(await listening.take(batch))
        await play.something_happens()
    await play.assert_as_modelled()
    await actions.assert_set_aside(listening)


async def test_many_breaches_at_once_cost_the_statements_of_one(actions: Stage) -> None:
    await actions.clear()
    async with actions.transactions.read() as connection:
        missed_at = await database_time(connection) - timedelta(hours=30)
    firing = TimerRunner(build_timers(), actions.transactions, Metrics("actions"))
    counted = []
    for breaches in (1, 300):
        reports = [report(number, occurred_at=missed_at) for number in range(breaches)]
        await actions.clear()
        async with actions.transactions.begin() as tx:
            await use_cases.open_cases(reports, tx)
        with actions.statements() as statements:
            assert await firing.fire_due() == breaches
        counted.append(len(statements))
    assert len(await actions.told(CaseOverdue)) == 300
    assert counted[0] == counted[1]
