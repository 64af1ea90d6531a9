"""The reference that the kept aggregates are compared with: a recount from all facts at once.

Written without the incremental rules on purpose. Each report's facts are looked at together, as a set, so a mistake in joining
or moving counts cannot hide here too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.reporting.domain.counts import EVERY, Cell, Counts, Measure
from services.reporting.domain.known import month_of
from shared.contracts.base import Fact
from shared.contracts.cases import (
    ActionPlanned,
    CaseAcknowledged,
    CaseClosed,
    CaseDueSoon,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    ClosedBecause,
    LearningResponseRecorded,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.messages import MessageSettled
from shared.contracts.reports import ReportSubmitted
from shared.contracts.themes import ThemesAssigned

_STAGES: dict[type[CaseFact], Measure] = {
    LearningResponseRecorded: Measure.LEARNING,
    ActionPlanned: Measure.ACTION,
    OutcomeRecorded: Measure.OUTCOME,
    OutcomeDisputed: Measure.DISPUTED,
}


def recount(facts: Iterable[Fact]) -> Counts:
    """Counts of the whole history, in whatever order and however often its facts are given."""
    by_report: dict[UUID, dict[UUID, Fact]] = defaultdict(dict)
    for fact in facts:
        if isinstance(fact, (ReportSubmitted, ThemesAssigned, CaseFact, MessageSettled)):
            by_report[fact.report_id][fact.event_id] = fact
    counts = Counts()
    for heard in by_report.values():
        _count(list(heard.values()), counts)
    return counts


def _count(facts: Sequence[Fact], counts: Counts) -> None:
    verdicts = [fact for fact in facts if isinstance(fact, ThemesAssigned)]
    verdict = max(verdicts, key=lambda fact: fact.revision, default=None)
    steps = [fact for fact in facts if isinstance(fact, CaseFact)]
    if verdict is not None:
        counts.tallies["reports_themed"] += 1
    if steps:
        newest = max(steps, key=lambda fact: fact.revision)
        counts.tallies[f"cases_{newest.state}"] += 1
    _count_messages([fact for fact in facts if isinstance(fact, MessageSettled)], counts.tallies)
    report = next((fact for fact in facts if isinstance(fact, ReportSubmitted)), None)
    if report is not None:
        counts.tallies["reports_counted"] += 1
        counts.cells.update(_cells(report, verdict, _measures(steps)))


def _count_messages(ends: Sequence[MessageSettled], tallies: Counter[str]) -> None:
    for message in {fact.message_id for fact in ends}:
        last = max(
            (fact for fact in ends if fact.message_id == message),
            key=lambda fact: (fact.occurred_at, fact.state),
        )
        tallies[f"messages_{last.state}"] += 1


def _measures(steps: Sequence[CaseFact]) -> set[Measure]:
    measures = {_STAGES[type(fact)] for fact in steps if type(fact) in _STAGES}
    clocks = [
        fact
        for fact in steps
        if isinstance(fact, (CaseOpened, CaseDueSoon, CaseOverdue, CaseAcknowledged))
    ]
    if clocks and max(clocks, key=lambda fact: fact.revision).due_at is not None:
        measures.add(Measure.ASKED)
    for fact in steps:
        if isinstance(fact, CaseAcknowledged):
            measures.add(Measure.LATE if fact.late else Measure.IN_TIME)
        if isinstance(fact, CaseClosed):
            confirmed = fact.because is ClosedBecause.CONFIRMED
            measures.add(Measure.CONFIRMED if confirmed else Measure.UNANSWERED)
    return measures | {Measure.REPORTS}


def _cells(
    report: ReportSubmitted, verdict: ThemesAssigned | None, measures: set[Measure]
) -> set[Cell]:
    tenet = report.tenet if verdict is None else verdict.tenet
    assigned = () if verdict is None else verdict.themes
    places = {(measure, EVERY, theme.theme) for measure in measures for theme in assigned}
    places |= {(measure, EVERY, EVERY) for measure in measures}
    places |= {
        (Measure.REPORTS, theme.sub_theme, theme.theme)
        for theme in assigned
        if theme.sub_theme is not None
    }
    return {
        Cell(
            measure,
            sub_theme,
            month_of(report.happened_on),
            theme,
            report.provider,
            report.reporter,
            tenet,
            report.kind,
        )
        for measure, sub_theme, theme in places
    }
