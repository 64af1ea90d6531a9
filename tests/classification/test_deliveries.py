"""However Kafka delivers reports and requests to classify them anew, whatever people decide and whichever version is put in force
meanwhile: verdicts are those of a small model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classification import domain, tables, use_cases
from services.classification.consumers import build_background, build_consumers
from services.classification.repository import Scope
from shared.contracts.base import Fact
from shared.contracts.reclassifications import ReclassificationRequested
from shared.contracts.reports import Kind, ReportSubmitted, ReportWithdrawn, Tenet
from shared.contracts.themes import DecidedBy, ThemesAssigned
from shared.directory.use_cases import record_organisations
from tests.classification.other_versions import BOTH, ONE, TWO, WORDS
from tests.reporting.histories import story
from tests.support.databases import Databases
from tests.support.deliveries import (
    ON_A_DATABASE,
    SEEDS,
    Delivered,
    Stage,
    as_kafka_delivers,
    as_rows,
    released_samples,
    seeded,
    stage,
)
from tests.support.directory import directory

pytestmark = pytest.mark.integration
AREA = Scope(oversees=frozenset({"Q9A"}))
CHOSEN = "medications"


@pytest.fixture(scope="module")
async def classification(databases: Databases) -> AsyncIterator[Stage]:
    async with stage(databases, "classification") as opened:
        yield opened


@dataclass
class ModelReport:
    submitted: ReportSubmitted
    verdicts: list[str]
    """Whose each is, oldest first: a version's name, or a person's."""

    @property
    def version(self) -> str:
        """The last one that was not a person's."""
        return next(each for each in reversed(self.verdicts) if each != DecidedBy.PERSON)


@dataclass
class Model:
    events_by: str = TWO.name
    """The version in force for events; feedback has only one."""
    reports: dict[UUID, ModelReport] = field(default_factory=dict)
    withdrawn: set[UUID] = field(default_factory=set)

    def hear(self, fact: Fact) -> None:
        match fact:
            case ReportSubmitted():
                by = self.events_by if fact.kind is Kind.EVENT else "feedback-1"
                self.reports.setdefault(fact.report_id, ModelReport(fact, [by]))
            case ReportWithdrawn():
                self.withdrawn.add(fact.report_id)
            case ReclassificationRequested(version=self.events_by):
                known = self.reports.get(fact.report_id)
                if known and known.verdicts[-1] == _other(fact.version):
                    known.verdicts.append(fact.version)


def _other(version: str) -> str:
    return ONE.name if version == TWO.name else TWO.name


def _themes(report: ReportSubmitted, by: str) -> set[str]:
    if by == DecidedBy.PERSON:
        return {CHOSEN}
    return {theme for word, theme in WORDS[by].items() if word in report.text}


async def adopt(classification: Stage, model: Model) -> None:
    name = _other(model.events_by)
    async with classification.transactions.begin() as tx:
        await use_cases.adopt(
            name,
            instead_of=model.events_by,
            reason="Because",
            member_id=None,
            person="Ada Quinn",
            tx=tx,
            versions=BOTH,
        )
    model.events_by = name


async def decide(classification: Stage, model: Model, random: Random) -> None:
    events = [one for one in model.reports.values() if one.submitted.kind is Kind.EVENT]
    if not events:
        return
    one = random.choice(events)
    correction = domain.Correction(
        frozenset({CHOSEN}), Tenet.SAFETY, "Because", None, "Helen Marsh"
    )
    async with classification.transactions.begin() as tx:
        reference, seen = one.submitted.reference, len(one.verdicts)
        await use_cases.correct(reference, seen, correction, AREA, tx, BOTH)
    one.verdicts.append(DecidedBy.PERSON)


def _histories(random: Random, reports: int) -> tuple[list[Fact], list[Fact]]:
    """Reports, and requests for them and for reports that nobody knows; several for one, of either version."""
    submitted: list[Fact] = [*released_samples(ReportSubmitted, ReportWithdrawn)]
    for number in range(reports):
        words = random.sample(("medicine", "rude", "letter", "late"), random.randint(0, 3))
        told = story(random, number, text=f"It was: {' '.join(words)}.")
        submitted += [told.report, *([told.withdrawal()] if told.is_withdrawn else ())]
    requests = [*released_samples(ReclassificationRequested)]
    for _ in range(6 * reports):
        asked = random.choice(submitted)
        report_id = getattr(asked, "report_id", None) or UUID(int=0)
        requests.append(
            ReclassificationRequested(
                event_id=UUID(int=random.getrandbits(128)),
                occurred_at=asked.occurred_at,
                report_id=random.choice((report_id, report_id, UUID(int=0))),
                version=random.choice((ONE.name, TWO.name)),
            )
        )
    return submitted, requests


def _by_turns(
    reports: list[list[Delivered]], requests: list[list[Delivered]]
) -> list[tuple[bool, list[Delivered]]]:
    """Two consumers; whether a batch is of the one for reports."""
    pairs = zip_longest(
        ((True, batch) for batch in reports), ((False, batch) for batch in requests)
    )
    return [turn for turn in chain.from_iterable(pairs) if turn is not None]


@settings(ON_A_DATABASE)
@given(seed=SEEDS, reports=st.integers(0, 10))
async def test_any_delivery_gives_the_verdicts_of_the_model(
    classification: Stage, seed: int, reports: int
) -> None:
    await classification.clear()
    async with classification.transactions.begin() as tx:
        await record_organisations(directory(), tx)
        await use_cases.record_what_is_in_force(tx, BOTH)
    random = seeded(seed)
    model = Model()
    submitted, requests = _histories(random, reports)
    listening = classification.listening(build_consumers(BOTH))
    beside = classification.listening(build_background(BOTH))
    for of_reports, batch in _by_turns(
        as_kafka_delivers(submitted, random), as_kafka_delivers(requests, random)
    ):
        for fact in await (listening if of_reports else beside).take(batch):
            model.hear(fact)
        match random.choice(("adopt", "decide", "nothing", "nothing")):
            case "adopt":
                await adopt(classification, model)
            case "decide":
                await decide(classification, model, random)
    await assert_verdicts(classification, model)
    await classification.assert_set_aside(listening, beside)


async def assert_verdicts(classification: Stage, model: Model) -> None:
    """Also of what was withdrawn."""
    withdrawn = await classification.rows(tables.withdrawn_report, "report_id")
    assert withdrawn == as_rows((report_id,) for report_id in model.withdrawn)
    columns = ("report_id", "revision", "decided_by", "version")
    assert await classification.rows(tables.report, *columns) == as_rows(
        (
            report_id,
            len(one.verdicts),
            "person" if one.verdicts[-1] == DecidedBy.PERSON else "model",
            one.version,
        )
        for report_id, one in model.reports.items()
    )
    told: dict[UUID, list[ThemesAssigned]] = {}
    for fact in await classification.told(ThemesAssigned):
        told.setdefault(fact.report_id, []).append(fact)
    assert told.keys() == model.reports.keys()
    for report_id, one in model.reports.items():
        facts = told[report_id]
        assert [fact.revision for fact in facts] == list(range(1, len(one.verdicts) + 1))
        if one.submitted.kind is Kind.EVENT:
            found = [{theme.theme for theme in fact.themes} for fact in facts]
            assert found == [_themes(one.submitted, by) for by in one.verdicts]
    kept = await classification.rows(tables.verdict, "report_id", "revision")
    assert kept == as_rows(
        (fact.report_id, fact.revision) for facts in told.values() for fact in facts
    )
