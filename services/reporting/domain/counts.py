"""How the kept counts move when more becomes known of a report.

The move from one state of knowledge to the next is always `cells(after) - cells(before)`: a corrected verdict takes the report
out of its old cells and puts it into the new ones, and a fact that changes nothing moves nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from services.reporting.domain.areas import Areas
from services.reporting.domain.cubes import (
    CUBES,
    EVERY,
    Cube,
    Facet,
    Key,
    Measure,
    Position,
    Standing,
    position_of,
)
from services.reporting.domain.known import NO_PROGRESS, Known, MessageEnd, Progress, Reported
from shared.contracts.cases import ClosedBecause

Cells = dict[Key, dict[Key, list[int]]]
"""Numbers in the order of the cube's measures, by a cell's values on the first axis and on the others."""

Steps = list[tuple[int, int]]
"""By the measure's place in a cell, what is added."""


@dataclass
class Counts:
    """Cells of each cube, and tallies of the whole by name. Used for states and for differences alike."""

    cells: dict[Cube, Cells] = field(default_factory=lambda: {cube: {} for cube in CUBES})
    tallies: Counter[str] = field(default_factory=Counter)

    def add(self, report: Standing, times: int = 1) -> None:
        """Count the report in all of its cells so many times."""
        position = position_of(report)
        for cube in CUBES:
            self._change(cube, position, _steps(report.measures, times))

    def move(self, before: Standing | None, after: Standing | None) -> None:
        """Count the report as it now stands instead of as it stood."""
        if before is None or after is None:
            if before is not None:
                self.add(before, -1)
            if after is not None:
                self.add(after)
        elif before != after:
            self._move(before, after)

    def _move(self, before: Standing, after: Standing) -> None:
        """Only what differs: most verdicts bring themes and leave the rest, most facts of a case move nothing but a stage."""
        now = position_of(after)
        stays = replace(before, measures=after.measures) == after
        was = now if stays else position_of(before)
        leaving, arriving = _steps(before.measures, -1), _steps(after.measures, 1)
        staying = [
            *_steps(after.measures - before.measures, 1),
            *_steps(before.measures - after.measures, -1),
        ]
        for cube in CUBES:
            differing = [axis for axis in cube.axes if was[axis] != now[axis]]
            if not differing:
                self._change(cube, now, staying)
            elif len(differing) > 1:
                self._change(cube, was, leaving)
                self._change(cube, now, arriving)
            else:
                (axis,) = differing
                old, new = set(was[axis]), set(now[axis])
                self._change(cube, now | {axis: [*(old - new)]}, leaving)
                self._change(cube, now | {axis: [*(new - old)]}, arriving)
                self._change(cube, now | {axis: [*(old & new)]}, staying)

    def _change(self, cube: Cube, position: Position, steps: Steps) -> None:
        width = len(cube.measures)
        steps = [(at, number) for at, number in steps if at < width]
        if not steps:
            return
        rests = cube.rests_at(position)
        for first in position[cube.axes[0]]:
            cells = self.cells[cube].setdefault(first, {})
            for rest in rests:
                numbers = cells.get(rest)
                if numbers is None:
                    numbers = cells[rest] = [0] * width
                for at, number in steps:
                    numbers[at] += number

    def move_tallies(self, before: Known, after: Known) -> None:
        self.tallies.subtract(tallies_of(before))
        self.tallies.update(tallies_of(after))

    def move_message(self, before: MessageEnd | None, after: MessageEnd) -> None:
        if before is not None:
            self.tallies[message_tally(before)] -= 1
        self.tallies[message_tally(after)] += 1

    def rows(self) -> "Rows":
        return Rows(
            {cube: _rows(cells) for cube, cells in self.cells.items()},
            Counter({name: number for name, number in self.tallies.items() if number}),
        )


@dataclass(frozen=True)
class Rows:
    """Numbers by cell, of each cube, in the order of its measures; and tallies. What comes to nothing is not there."""

    cells: dict[Cube, dict[Key, list[int]]] = field(
        default_factory=lambda: {cube: {} for cube in CUBES}
    )
    tallies: Counter[str] = field(default_factory=Counter)


def _rows(cells: Cells) -> dict[Key, list[int]]:
    return {
        (*first, *rest): numbers
        for first, others in cells.items()
        for rest, numbers in others.items()
        if any(numbers)
    }


_PLACE_OF = {measure: at for at, measure in enumerate(Measure)}


def _steps(measures: frozenset[Measure], number: int) -> Steps:
    """Cubes have all measures, or only the first."""
    return [(_PLACE_OF[measure], number) for measure in measures]


def standing_of(known: Known, areas: Areas) -> Standing | None:
    """Where the report counts; nowhere before the report itself is known: its months and places are its own. Nor once it is withdrawn,
    whichever of the two is heard first."""
    report = known.reported
    if report is None or known.withdrawal is not None:
        return None
    verdict = known.verdict
    themes = () if verdict is None else verdict.themes
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
        month=report.month,
        reported_month=report.reported_month,
        # Plain texts: as parts of keys they are compared often.
        tenet=str(report.tenet if verdict is None else verdict.tenet),
        kind=str(report.kind),
        themes=frozenset([(each.slug, each.sub_theme) for each in themes]),
        slugs=(EVERY, *sorted({each.slug for each in themes})),
        facets=tuple([(facet, str(value)) for facet, value in told if value is not None]),
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
    """The totals that the report counts once in: what the operator reconciles with the other services, which go on counting what was
    withdrawn."""
    if known.reported is not None:
        yield "reports_counted"
    if known.withdrawal is not None:
        yield "reports_withdrawn"
    if known.verdict is not None:
        yield "reports_themed"
    if known.progress is not None:
        yield f"cases_{known.progress.state}"


def message_tally(end: MessageEnd) -> str:
    return f"messages_{end.state}"
