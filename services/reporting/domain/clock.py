"""How the response clock was kept by month of the report, and what became of these reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.cubes import Measure
from services.reporting.domain.months import Period, long_name
from services.reporting.domain.numbers import Number, SmallNumbers
from services.reporting.domain.spc import Share
from services.reporting.domain.stages import Counted

STAGES = (Measure.ACTION, Measure.OUTCOME, Measure.CONFIRMED)


@dataclass(frozen=True)
class ClockMonth:
    """The reports of one month that started a response clock."""

    month: date
    asked: int
    in_time: int
    late: int
    running: int
    """Not acknowledged yet, and still in time."""

    @property
    def name(self) -> str:
        return long_name(self.month)

    @property
    def overdue(self) -> int:
        """Not acknowledged, and past their time."""
        return max(0, self.asked - self.in_time - self.late - self.running)

    @property
    def in_time_share(self) -> Share:
        """Of the reports of which it is known whether they were acknowledged in time: what is overdue was not."""
        return Share(self.month, self.in_time, self.in_time + self.late + self.overdue)


def clock_months(
    period: Period, stages: Mapping[date, Counted], running: Mapping[date, int]
) -> list[ClockMonth]:
    """Every month of the period, newest first."""
    return [
        ClockMonth(
            month,
            stages.get(month, {}).get(Measure.ASKED, 0),
            stages.get(month, {}).get(Measure.IN_TIME, 0),
            stages.get(month, {}).get(Measure.LATE, 0),
            running.get(month, 0),
        )
        for month in reversed(period.months)
    ]


@dataclass(frozen=True)
class Became:
    """How many of an organisation's reports, or of all, reached a stage. `part` as the reader may see it."""

    measure: Measure
    part: Number | None
    """None where the count is not the reader's to see: the share says enough."""
    whole: Number
    share: str
    listed: str | None


def became(stages: Counted, rule: SmallNumbers, listed: Mapping[str, str | None]) -> list[Became]:
    """Action, outcome and loop closed: the first two of all reports, the last of those that were asked for an answer."""
    found = []
    for measure in STAGES:
        whole = stages.get(Measure.ASKED if measure is Measure.CONFIRMED else Measure.REPORTS, 0)
        part = min(whole, stages.get(measure, 0))
        found.append(
            Became(
                measure,
                part if rule.exact else None,
                rule.shown(whole),
                rule.share(part, whole),
                listed.get(measure) if part else None,
            )
        )
    return found
