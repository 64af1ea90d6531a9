"""However Kafka delivers what happened, and whenever contacts arrive: who is told of what is what a small model says, each once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, update

from services.notifications import use_cases
from services.notifications.consumers import build_consumers, build_timers
from services.notifications.tables import message, signal
from shared.contracts.base import Fact
from shared.contracts.cases import (
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    ClosedBecause,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import OrganisationKind, OrganisationRecorded
from shared.contracts.facts import PUBLISHED
from shared.contracts.messages import MessageSettled, MessageState
from shared.contracts.reports import Tenet
from shared.contracts.signals import SignalFact, SignalRaised, SignalRule
from shared.platform.metrics import Metrics
from shared.platform.tables import timer
from shared.platform.timers import TimerRunner
from tests.notifications.samples import again, joint, raised, withdrawn
from tests.reporting.histories import PRACTICES, PROVIDERS, story
from tests.support.databases import Databases
from tests.support.deliveries import (
    ON_A_DATABASE,
    SEEDS,
    Row,
    Stage,
    as_kafka_delivers,
    as_rows,
    released_samples,
    seeded,
    stage,
)
from tests.support.directory import organisation

pytestmark = pytest.mark.integration
AREAS = ("QA1", "QB2")
CODES = (*PRACTICES, *PROVIDERS, *AREAS)
CASE_FACTS = [each for each in PUBLISHED if issubclass(each, CaseFact)]
TOLD = {
    CaseOpened: ("alert", "provider"),
    CaseDueSoon: ("due-soon", "provider"),
    CaseOverdue: ("overdue", "provider"),
    CaseAcknowledged: ("answered", "reporter"),
    OutcomeRecorded: ("outcome", "reporter"),
    OutcomeDisputed: ("disputed", "provider"),
}
"""Which facts somebody is told of, as what, and who that is."""


@pytest.fixture(scope="module")
async def notifications(databases: Databases) -> AsyncIterator[Stage]:
    async with stage(databases, "notifications") as opened:
        yield opened


@dataclass
class ModelSignal:
    """`told`: some mail tells of it, now and for ever."""

    newest: SignalFact
    told: bool = False

    @property
    def waits(self) -> bool:
        holds = isinstance(self.newest, SignalRaised) and self.newest.area is not None
        return holds and not self.told


@dataclass
class Model:
    notices: list[tuple[UUID, UUID, str, str]] = field(default_factory=list)
    """Of each fact that somebody is told of: its report, its id, the mail's kind, the organisation."""
    withdrawn: set[UUID] = field(default_factory=set)
    contacts: dict[str, OrganisationRecorded] = field(default_factory=dict)
    signals: dict[UUID, ModelSignal] = field(default_factory=dict)
    digest_is_set: bool = False

    def hear(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            match fact:
                case OrganisationRecorded():
                    known = self.contacts.get(fact.code)
                    if known is None or known.revision < fact.revision:
                        self.contacts[fact.code] = fact
                case SignalFact():
                    self._follow(fact)
                case CaseFact() if type(fact) in TOLD and getattr(fact, "due_at", 0) is not None:
                    kind, whom = TOLD[type(fact)]
                    told = (fact.report_id, fact.event_id, kind, getattr(fact, whom))
                    self.notices.append(told)
                case CaseClosed(because=ClosedBecause.WITHDRAWN):
                    self.withdrawn.add(fact.report_id)

    def _follow(self, fact: SignalFact) -> None:
        known = self.signals.setdefault(fact.signal_id, ModelSignal(fact))
        if fact.revision >= known.newest.revision:
            known.newest = fact
            if known.waits and fact.rule is SignalRule.JOINT and Tenet.SAFETY in fact.tenets:
                known.told = True
            self.digest_is_set |= known.waits

    def send_digest(self) -> None:
        if self.digest_is_set:
            for one in self.signals.values():
                one.told |= one.waits
        self.digest_is_set = False

    def messages(self) -> list[Row]:
        """To each contact of each organisation one, to an address that cannot be one none that is sent; without contacts it waits.
        About what was withdrawn none waits, whichever came first."""
        found: list[Row] = []
        for report_id, fact_id, kind, code in self.notices:
            if report_id in self.withdrawn:
                continue
            known = self.contacts.get(code)
            addresses = {one.strip() for one in known.contacts} - {""} if known else set()
            found += [
                (fact_id, kind, code, one, "pending" if "@" in one else "failed")
                for one in addresses
            ]
            if not addresses:
                found.append((fact_id, kind, code, None, "pending"))
        return found


async def send_digest(notifications: Stage, model: Model) -> None:
    """If one is set, its time comes."""
    async with notifications.transactions.begin() as tx:
        await tx.connection.execute(update(timer).values(due_at=func.now()))
    timers = build_timers(lambda: None)
    fired = await TimerRunner(
        timers, notifications.transactions, Metrics("notifications")
    ).fire_due()
    assert fired == model.digest_is_set
    model.send_digest()


async def release(notifications: Stage) -> None:
    """What waited for contacts goes out."""
    async with notifications.transactions.begin() as tx:
        await use_cases.release_held(tx)


def _directory(random: Random) -> list[Fact]:
    """Records that come at any time, some never; the first of some without contacts."""
    found: list[Fact] = []
    for code in CODES:
        contacts = random.choice(
            (
                (f"a.{code}@insight.example",),
                (f"a.{code}@insight.example", f"b.{code}@insight.example"),
                (f" a.{code}@insight.example", "", f"a.{code}@insight.example", "by telephone"),
                (),
            )
        )
        known = organisation(code, f"Organisation {code}", OrganisationKind.ACUTE)
        first = known.model_copy(update={"contacts": (), "event_id": _uuid(random)})
        told = {"contacts": contacts, "revision": 2, "event_id": _uuid(random)}
        found += random.choice(((), (first, known.model_copy(update=told))))
    return found


def _signals(random: Random) -> list[Fact]:
    """Raised, withdrawn, raised again: two to a series, some of them joint ones with safety, some of no area."""
    found: list[Fact] = []
    for _ in range(random.randrange(4)):
        values: dict[str, object] = {
            "series_id": _uuid(random),
            "area": random.choice((*AREAS, *AREAS, None)),
            "theme": random.choice(("discharge", "referral")),
        }
        for point in (date(2026, 5, 1), date(2026, 6, 1)):
            values |= {"signal_id": _uuid(random), "event_id": _uuid(random), "point": point}
            tenets = random.choice(((Tenet.SAFETY, Tenet.EXPERIENCE), (Tenet.EXPERIENCE,)))
            fact: SignalFact = random.choice((raised(**values), joint(*tenets, **values)))
            found.append(fact)
            for change in (withdrawn, again, withdrawn)[: random.randrange(4)]:
                fact = change(fact).model_copy(update={"event_id": _uuid(random)})
                found.append(fact)
    return found


def _uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128))


@settings(ON_A_DATABASE)
@given(seed=SEEDS, reports=st.integers(0, 8), late=st.sampled_from((0.0, 0.0, 0.2)))
async def test_any_delivery_tells_whom_the_model_tells(
    notifications: Stage, seed: int, reports: int, late: float
) -> None:
    await notifications.clear()
    random = seeded(seed)
    history = [*released_samples(*CASE_FACTS), *_directory(random), *_signals(random)]
    for number in range(reports):
        told = story(random, number)
        history += (case := told.case())
        if random.random() < 0.3:
            history.append(told.closed_by_withdrawal(case[-1]))
    model = Model()
    listening = notifications.listening(build_consumers(lambda: None, time(7, 30)))
    for batch in as_kafka_delivers(history, random, late=late):
        model.hear(await listening.take(batch))
        match random.choice(("digest", "contacts", "nothing", "nothing")):
            case "digest":
                await send_digest(notifications, model)
            case "contacts":
                await release(notifications)
    await send_digest(notifications, model)
    await release(notifications)
    await assert_told(notifications, model)
    await notifications.assert_set_aside(listening)


async def assert_told(notifications: Stage, model: Model) -> None:
    rows = await notifications.rows(signal, "signal_id", "revision", "raised", "mail_id", "area")
    assert [row[:3] for row in rows] == as_rows(
        (signal_id, one.newest.revision, isinstance(one.newest, SignalRaised))
        for signal_id, one in model.signals.items()
    )
    told = {mail_id: area for *_, mail_id, area in rows if mail_id is not None}
    assert {row[0] for row in rows if row[3]} == {
        signal_id for signal_id, one in model.signals.items() if one.told
    }
    about_cases, about_signals, failed = [], set(), []
    columns = ("fact_id", "kind", "recipient", "address", "state", "report_id", "message_id")
    for *row, report_id, message_id in await notifications.rows(message, *columns):
        if report_id is None:
            about_signals.add((row[0], row[2]))
        else:
            failed += [(message_id,)] if row[4] == "failed" else []
            if (
                report_id in model.withdrawn
            ):  # what could not be sent stays for who looks after contacts
                assert row[4] == "failed"
            else:
                about_cases.append(tuple(row))
    assert as_rows(about_cases) == as_rows(model.messages())
    assert about_signals == set(told.items())
    settled = await notifications.told(MessageSettled)
    assert all(one.state is MessageState.FAILED for one in settled)
    assert as_rows((one.message_id,) for one in settled) == as_rows(failed)
