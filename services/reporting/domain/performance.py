"""The response clock and the loop, as figures that a reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.domain.cubes import Measure
from services.reporting.domain.numbers import FEWEST_FOR_A_SHARE, SmallNumbers


@dataclass(frozen=True)
class Performance:
    """The response clock and the loop, of reports that started a clock. History starts none."""

    asked: int
    in_time: int
    late: int
    running: int
    """Not acknowledged yet, and still in time."""
    outcomes: int
    disputed: int
    confirmed: int
    unanswered: int
    rule: SmallNumbers

    @classmethod
    def of(cls, stages: Mapping[Measure, int], running: int, rule: SmallNumbers) -> "Performance":
        return cls(
            asked=stages.get(Measure.ASKED, 0),
            in_time=stages.get(Measure.IN_TIME, 0),
            late=stages.get(Measure.LATE, 0),
            running=running,
            outcomes=stages.get(Measure.OUTCOME, 0),
            disputed=stages.get(Measure.DISPUTED, 0),
            confirmed=stages.get(Measure.CONFIRMED, 0),
            unanswered=stages.get(Measure.UNANSWERED, 0),
            rule=rule,
        )

    @property
    def shares_only(self) -> bool:
        """The counts are not the reader's to see."""
        return not self.rule.exact

    @property
    def fewest(self) -> int:
        """Reports that shares are shown from."""
        return FEWEST_FOR_A_SHARE * self.rule.below if self.shares_only else 1

    @property
    def waiting(self) -> int:
        """Not acknowledged yet."""
        return max(0, self.asked - self.in_time - self.late)

    @property
    def overdue(self) -> int:
        """Not acknowledged, and past their time."""
        return max(0, self.waiting - self.running)

    @property
    def settled(self) -> int:
        """Of which it is known whether they were acknowledged in time: what is overdue was not."""
        return self.in_time + self.late + self.overdue

    @property
    def in_time_share(self) -> str:
        """Of those: who never answers is not left out."""
        return self.rule.share(self.in_time, self.settled)

    @property
    def loop_closed_share(self) -> str:
        """Of all that were asked: a practice that stayed silent has not closed the loop."""
        return self.rule.share(self.confirmed, self.asked)
