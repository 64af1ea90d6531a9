"""The reference that the kept counts are compared with: a recount from all facts at once.

Written without the incremental rules on purpose. Each report's facts are looked at together, as a set, and the directory as it is at
the end, so a mistake in joining or moving counts cannot hide here too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from services.reporting.domain.counts import Rows
from services.reporting.domain.cubes import (
    ALL,
    EVERY,
    PAIR_COUNT,
    PAIR_FACET,
    PLACE_COUNT,
    PLACE_FACET,
    PRACTICE_COUNT,
    Cube,
    Key,
    Measure,
)
from services.reporting.domain.known import LONDON, month_of
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
    ClosedBecause,
    LearningResponseRecorded,
    OutcomeDisputed,
    OutcomeRecorded,
)
from shared.contracts.directory import (
    PROVIDER_KINDS,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
)
from shared.contracts.messages import MessageSettled
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn
from shared.contracts.themes import ThemesAssigned

_STAGES: dict[type[CaseFact], Measure] = {
    LearningResponseRecorded: Measure.LEARNING,
    ActionPlanned: Measure.ACTION,
    ActionCompleted: Measure.COMPLETED,
    OutcomeRecorded: Measure.OUTCOME,
    OutcomeDisputed: Measure.DISPUTED,
}
_ENDS: dict[ClosedBecause, set[Measure]] = {
    ClosedBecause.CONFIRMED: {Measure.CONFIRMED},
    ClosedBecause.UNANSWERED: {Measure.UNANSWERED},
    ClosedBecause.WITHDRAWN: set(),
}


def recount(facts: Iterable[Fact]) -> Rows:
    """Counts of the whole history, in whatever order and however often its facts are given."""
    by_report: dict[UUID, dict[UUID, Fact]] = defaultdict(dict)
    directory: dict[str, OrganisationRecorded] = {}
    for fact in facts:
        if isinstance(fact, OrganisationRecorded):
            known = directory.get(fact.code, fact)
            directory[fact.code] = max(known, fact, key=lambda each: each.revision)
        elif isinstance(
            fact, (ReportSubmitted, ReportWithdrawn, ThemesAssigned, CaseFact, MessageSettled)
        ):
            by_report[fact.report_id][fact.event_id] = fact
    counts = Rows()
    areas = _areas(directory)
    for heard in by_report.values():
        _count(list(heard.values()), directory, areas, counts)
    return counts


def _areas(directory: Mapping[str, OrganisationRecorded]) -> dict[str, set[str]]:
    """By commissioner that nobody has succeeded, heard of itself or only as somebody's successor: whom it and those before it oversee,
    and whom those succeeded."""
    named = {each.commissioner for each in directory.values() if each.commissioner}
    earlier: dict[str, set[str]] = defaultdict(set)
    succeeded = set()
    for each in directory.values():
        if each.status is OrganisationStatus.CLOSED and each.successor is not None:
            earlier[each.successor].add(each.code)
            succeeded.add(each.code)

    def with_earlier(codes: set[str]) -> set[str]:
        found = set(codes)
        while new := {code for at in found for code in earlier[at]} - found:
            found |= new
        return found

    areas = {}
    for board in (named | directory.keys() | earlier.keys()) - succeeded:
        boards = with_earlier({board})
        theirs = {each.code for each in directory.values() if each.commissioner in boards}
        areas[board] = with_earlier(theirs)
    return areas


def _count(
    facts: Sequence[Fact],
    directory: Mapping[str, OrganisationRecorded],
    areas: Mapping[str, set[str]],
    counts: Rows,
) -> None:
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
    withdrawn = any(isinstance(fact, ReportWithdrawn) for fact in facts)
    if withdrawn:
        counts.tallies["reports_withdrawn"] += 1
    if report is not None:
        counts.tallies["reports_counted"] += 1
    if report is not None and not withdrawn:
        measures = _measures(steps) | _past(report)
        places = set(_places(report, directory, areas))
        for cube, key in set(_cells(report, verdict, places)):
            numbers = counts.cells[cube].setdefault(key, [0] * len(cube.measures))
            for measure in measures & set(cube.measures):
                numbers[ALL.index(measure)] += 1


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
            measures |= _ENDS[fact.because]
    return measures | {Measure.REPORTS}


def _past(report: ReportSubmitted) -> set[Measure]:
    past = report.past
    if past is None:
        return set()
    kept = {Measure.ACTION: past.action_recorded_on, Measure.OUTCOME: past.outcome_recorded_on}
    return {measure for measure, day in kept.items() if day is not None}


def _places(
    report: ReportSubmitted,
    directory: Mapping[str, OrganisationRecorded],
    areas: Mapping[str, set[str]],
) -> Iterator[tuple[str, str]]:
    """Area and provider; the commissioner in the practice's own record."""
    yield from ((EVERY, EVERY), (EVERY, report.provider))
    kinds = {code: each.kind for code, each in directory.items()}
    if kinds.get(report.reporter) is OrganisationKind.PRACTICE:
        recorded = directory[report.reporter].commissioner
        yield from [(f"{recorded}:practices", EVERY)] if recorded is not None else []
    for board, overseen in areas.items():
        from_its_practices = (
            report.reporter in overseen and kinds[report.reporter] is OrganisationKind.PRACTICE
        )
        if from_its_practices or (
            report.provider in overseen and kinds[report.provider] in PROVIDER_KINDS
        ):
            yield from ((board, EVERY), (board, report.provider))


def _cells(
    report: ReportSubmitted, verdict: ThemesAssigned | None, places: set[tuple[str, str]]
) -> Iterator[tuple[Cube, Key]]:
    pair = (report.reporter, report.provider)
    nature = (report.tenet if verdict is None else verdict.tenet, report.kind)
    assigned = () if verdict is None else verdict.themes
    month = month_of(report.happened_on)
    reported_on = report.occurred_at.astimezone(LONDON).date()
    if report.past is not None and report.past.reported_on is not None:
        reported_on = report.past.reported_on
    themes = {EVERY} | {each.theme for each in assigned}
    subjects = {("event", each.sub_theme, each.theme, month) for each in assigned if each.sub_theme}
    subjects |= {("event", EVERY, theme, month) for theme in themes}
    subjects |= {("report", EVERY, EVERY, month_of(reported_on))}
    for subject in subjects:
        yield PAIR_COUNT, (*pair, *subject, *nature)
        yield from ((PLACE_COUNT, (*place, *subject, *nature)) for place in places)
        if not subject[1]:
            yield PRACTICE_COUNT, (report.reporter, subject[0], *subject[2:])
    facets = {
        ("source", EVERY, str(report.source), month),
        ("service", EVERY, report.service, month),
    }
    facets |= {("harm", theme, str(report.harm), month) for theme in themes if report.harm}
    facets |= {("rating", theme, str(report.rating), month) for theme in themes if report.rating}
    for facet in facets:
        yield PAIR_FACET, (*pair, *facet, *nature)
        yield from ((PLACE_FACET, (*place, *facet, *nature)) for place in places)
