"""Which cells of the aggregates a report counts in, and how the counts move when more becomes known of it.

The move from one state of knowledge to the next is always `cells(after) - cells(before)`: a corrected verdict takes the report
out of its old cells and puts it into the new ones, and a fact that changes nothing moves nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.reporting.domain.known import Known, MessageEnd, Progress, Reported
from shared.contracts.cases import ClosedBecause

EVERY = ""
"""As a cell's theme: all reports, whatever their themes. As its sub-theme: all of the theme, whatever the sub-theme."""


class Measure(StrEnum):
    """What is counted. New measures are new rows: the table needs no new column."""

    REPORTS = "reports"
    ASKED = "asked"
    """The provider's response clock was started: history starts none."""
    IN_TIME = "in-time"
    LATE = "late"
    LEARNING = "learning"
    ACTION = "action"
    OUTCOME = "outcome"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    """The practice confirmed the outcome: the loop is closed."""
    UNANSWERED = "unanswered"
    """Closed by policy because the practice said nothing: counted apart."""


class Cell(NamedTuple):
    """One row of the aggregate table. The order of the fields is the order in which rows are locked."""

    measure: Measure
    sub_theme: str
    month: date
    theme: str
    provider: str
    reporter: str
    tenet: str
    kind: str


@dataclass
class Counts:
    """Numbers by cell, and tallies of the whole by name. Used for states and for differences alike."""

    cells: Counter[Cell] = field(default_factory=Counter)
    tallies: Counter[str] = field(default_factory=Counter)

    def add(self, known: Known, times: int = 1) -> None:
        for cell in cells_of(known):
            self.cells[cell] += times
        for tally in tallies_of(known):
            self.tallies[tally] += times

    def move(self, before: Known, after: Known) -> None:
        """Count the report as it is now known instead of as it was."""
        if before == after:
            return
        self.add(before, -1)
        self.add(after)

    def move_message(self, before: MessageEnd | None, after: MessageEnd) -> None:
        if before is not None:
            self.tallies[message_tally(before)] -= 1
        self.tallies[message_tally(after)] += 1

    def moved(self) -> "Counts":
        """Without the cells and tallies that come to nothing."""
        return Counts(
            Counter({cell: number for cell, number in self.cells.items() if number}),
            Counter({name: number for name, number in self.tallies.items() if number}),
        )


def cells_of(known: Known) -> Iterator[Cell]:
    """Every cell the report counts once in. Nothing before the report itself is known: its month and places are its own."""
    reported = known.reported
    if reported is None:
        return
    verdict = known.verdict
    tenet = reported.tenet if verdict is None else verdict.tenet
    measures = [Measure.REPORTS, *_stages(known.progress)]
    themes = () if verdict is None else verdict.themes
    for slug in (EVERY, *dict.fromkeys(theme.slug for theme in themes)):
        for measure in measures:
            yield _cell(reported, tenet, measure, slug, EVERY)
    for theme in themes:
        if theme.sub_theme is not None:
            yield _cell(reported, tenet, Measure.REPORTS, theme.slug, theme.sub_theme)


def _cell(reported: Reported, tenet: str, measure: Measure, theme: str, sub_theme: str) -> Cell:
    return Cell(
        measure,
        sub_theme,
        reported.month,
        theme,
        reported.provider,
        reported.reporter,
        tenet,
        reported.kind,
    )


def _stages(progress: Progress | None) -> Sequence[Measure]:
    """The stages that the report's case has reached."""
    if progress is None:
        return ()
    reached = (
        (Measure.ASKED, progress.due_at is not None),
        (Measure.IN_TIME, progress.acknowledged_late is False),
        (Measure.LATE, progress.acknowledged_late is True),
        (Measure.LEARNING, progress.learning_at is not None),
        (Measure.ACTION, progress.action_planned_at is not None),
        (Measure.OUTCOME, progress.outcome_at is not None),
        (Measure.DISPUTED, progress.disputed_at is not None),
        (Measure.CONFIRMED, progress.closed_because is ClosedBecause.CONFIRMED),
        (Measure.UNANSWERED, progress.closed_because is ClosedBecause.UNANSWERED),
    )
    return [measure for measure, is_reached in reached if is_reached]


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
