"""The stages of a case that a figure counts and a list can be of: the kept counts, and what follows from these and from which response
clocks still run, which is not kept, since time alone ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.reporting.domain.cubes import Measure


class ClockStage(StrEnum):
    """Where a report stands with its response clock."""

    ACKNOWLEDGED = "acknowledged"
    WAITING = "waiting"
    """Not acknowledged yet."""
    RUNNING = "running"
    """Waiting, and still in time."""
    OVERDUE = "overdue"
    """Waiting, and past its time."""
    NOT_IN_TIME = "not_in_time"
    """Acknowledged late, or overdue."""
    SETTLED = "settled"
    """Acknowledged or overdue: whether it was in time is known."""


Stage = Measure | ClockStage
Counted = Mapping[Measure, int]
"""Reports, and how many of them reached each stage."""


@dataclass(frozen=True)
class _Sum:
    """Kept counts that are added or taken away, and whether those whose clock runs are."""

    kept: Counted
    running: int = 0


_SUMS: Mapping[ClockStage, _Sum] = {
    ClockStage.ACKNOWLEDGED: _Sum({Measure.IN_TIME: 1, Measure.LATE: 1}),
    ClockStage.WAITING: _Sum({Measure.ASKED: 1, Measure.IN_TIME: -1, Measure.LATE: -1}),
    ClockStage.RUNNING: _Sum({Measure.ASKED: 0}, running=1),
    ClockStage.OVERDUE: _Sum({Measure.ASKED: 1, Measure.IN_TIME: -1, Measure.LATE: -1}, running=-1),
    ClockStage.NOT_IN_TIME: _Sum({Measure.ASKED: 1, Measure.IN_TIME: -1}, running=-1),
    ClockStage.SETTLED: _Sum({Measure.ASKED: 1}, running=-1),
}


def kept_for(*stages: Stage) -> tuple[Measure, ...]:
    """The kept counts that numbers at these stages are made of."""
    kept = [
        measure
        for stage in stages
        for measure in (_SUMS[stage].kept if isinstance(stage, ClockStage) else (stage,))
    ]
    return tuple(dict.fromkeys(kept))


def heeds_running(*stages: Stage) -> bool:
    """Whether those whose clock runs must be known."""
    return any(isinstance(stage, ClockStage) and _SUMS[stage].running for stage in stages)


def number_at(stage: Stage, counted: Counted, running: int) -> int:
    """How many reports are at a stage. Stages are told by facts of their own, so one may be known before what it is a part of: never less
    than none."""
    if isinstance(stage, Measure):
        return counted.get(stage, 0)
    told = _SUMS[stage]
    kept = sum(times * counted.get(measure, 0) for measure, times in told.kept.items())
    return max(0, kept + told.running * running)
