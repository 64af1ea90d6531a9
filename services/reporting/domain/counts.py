"""How the kept counts move when more becomes known of a report.

The move from one state of knowledge to the next is always `cells(after) - cells(before)`: a corrected verdict takes the report
out of its old cells and puts it into the new ones, and a fact that changes nothing moves nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from services.reporting.domain.areas import Areas
from services.reporting.domain.cubes import CUBES, Cube, Facet, Key, Measure, Standing, cells_of
from services.reporting.domain.known import NO_PROGRESS, Known, MessageEnd, Progress, Reported
from shared.contracts.cases import ClosedBecause

Cells = dict[Key, list[int]]
"""Numbers by cell, in the order of the cube's measures."""


@dataclass
class Counts:
    """Cells of each cube, and tallies of the whole by name. Used for states and for differences alike."""

    cells: dict[Cube, Cells] = field(default_factory=lambda: {cube: {} for cube in CUBES})
    tallies: Counter[str] = field(default_factory=Counter)

    def add(self, report: Standing, times: int = 1) -> None:
        """Count the report in all of its cells so many times."""
        reached = _numbers(report.measures, times)
        for cube, key in cells_of(report):
            numbers = self._numbers_at(cube, key)
            for at, number in reached:
                if at < len(numbers):
                    numbers[at] += number

    def move_tallies(self, before: Known, after: Known) -> None:
        self.tallies.subtract(tallies_of(before))
        self.tallies.update(tallies_of(after))

    def move(self, before: Standing | None, after: Standing | None) -> None:
        """Count the report as it now stands instead of as it stood."""
        if before == after:
            return
        if (
            before is not None
            and after is not None
            and replace(before, measures=after.measures) == after
        ):
            self._step(after, before.measures)
            return
        if before is not None:
            self.add(before, -1)
        if after is not None:
            self.add(after)

    def _step(self, report: Standing, before: frozenset[Measure]) -> None:
        """The report stays where it is and has come further: most facts of a case do no more."""
        moved = [
            *_numbers(report.measures - before, 1),
            *_numbers(before - report.measures, -1),
        ]
        for cube, key in cells_of(report):
            if len(cube.measures) > 1:
                numbers = self._numbers_at(cube, key)
                for at, number in moved:
                    numbers[at] += number

    def move_message(self, before: MessageEnd | None, after: MessageEnd) -> None:
        if before is not None:
            self.tallies[message_tally(before)] -= 1
        self.tallies[message_tally(after)] += 1

    def moved(self) -> "Counts":
        """Without the cells and tallies that come to nothing."""
        return Counts(
            {
                cube: {key: numbers for key, numbers in cells.items() if any(numbers)}
                for cube, cells in self.cells.items()
            },
            Counter({name: number for name, number in self.tallies.items() if number}),
        )

    def _numbers_at(self, cube: Cube, key: Key) -> list[int]:
        cells = self.cells[cube]
        numbers = cells.get(key)
        if numbers is None:
            numbers = cells[key] = [0] * len(cube.measures)
        return numbers


_PLACE_OF = {measure: at for at, measure in enumerate(Measure)}


def _numbers(measures: frozenset[Measure], number: int) -> list[tuple[int, int]]:
    """By the measure's place in a cell. Cubes have all measures, or only the first."""
    return [(_PLACE_OF[measure], number) for measure in measures]


def standing_of(known: Known, areas: Areas) -> Standing | None:
    """Where the report counts; nowhere before the report itself is known: its months and places are its own."""
    report = known.reported
    if report is None:
        return None
    verdict = known.verdict
    told = (
        (Facet.HARM, report.harm),
        (Facet.RATING, report.rating),
        (Facet.SOURCE, report.source),
        (Facet.SERVICE, report.service),
    )
    return Standing(
        reporter=report.reporter,
        provider=report.provider,
        places=areas.places(report.reporter, report.provider),
        happened_on=report.happened_on,
        reported_month=report.reported_month,
        tenet=report.tenet if verdict is None else verdict.tenet,
        kind=report.kind,
        themes=()
        if verdict is None
        else tuple((each.slug, each.sub_theme) for each in verdict.themes),
        facets=tuple((facet, value) for facet, value in told if value is not None),
        measures=frozenset(_measures(report, known.progress or NO_PROGRESS)),
    )


def _measures(report: Reported, progress: Progress) -> Iterator[Measure]:
    """What the report counts in: itself, and the stages that its case has reached, or had where it was kept before."""
    acted = progress.action_planned_at or report.past_action_on
    answered = progress.outcome_at or report.past_outcome_on
    reached = (
        (Measure.REPORTS, True),
        (Measure.ASKED, progress.due_at is not None),
        (Measure.IN_TIME, progress.acknowledged_late is False),
        (Measure.LATE, progress.acknowledged_late is True),
        (Measure.LEARNING, progress.learning_at is not None),
        (Measure.ACTION, acted is not None),
        (Measure.COMPLETED, progress.action_completed_on is not None),
        (Measure.OUTCOME, answered is not None),
        (Measure.DISPUTED, progress.disputed_at is not None),
        (Measure.CONFIRMED, progress.closed_because is ClosedBecause.CONFIRMED),
        (Measure.UNANSWERED, progress.closed_because is ClosedBecause.UNANSWERED),
    )
    yield from (measure for measure, is_reached in reached if is_reached)


def tallies_of(known: Known) -> Iterator[str]:
    """The totals that the report counts once in: what the operator reconciles with the other services."""
    if known.reported is not None:
        yield "reports_counted"
    if known.verdict is not None:
        yield "reports_themed"
    if known.progress is not None:
        yield f"cases_{known.progress.state}"


def message_tally(end: MessageEnd) -> str:
    return f"messages_{end.state}"
