"""The response clock over any life of a case: never early, never missed, never twice, whenever timers fire, somebody acknowledges and
the clocks on the wall change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.actions.domain import rules
from services.actions.domain.case import Case, Change, TimerKind
from services.actions.domain.clock import start_clock
from shared.contracts.cases import CaseAcknowledged, CaseDueSoon, CaseFact, CaseOverdue
from shared.contracts.directory import HarmPolicy, ResponsePolicy
from shared.contracts.reports import Harm
from tests.actions.cases import JO
from tests.support.reports import report

F = TypeVar("F", bound=CaseFact)
Near = tuple[str, timedelta]
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
YEARS = st.integers(2024, 2034)


def change_of_the_clocks(year: int, month: int) -> datetime:
    """Both are at one o'clock, Greenwich time, on the last Sunday of their month."""
    last = date(year, month, 31)
    return datetime(year, month, last.day - last.isoweekday() % 7, 1, tzinfo=UTC)


hours = st.sampled_from((1, 4, 24, 25, 72, 24 * 90))
reminders = st.sampled_from((4, 1, 24, 0))
policies = st.builds(
    ResponsePolicy,
    acknowledge_within_hours=hours,
    due_soon_hours=reminders,
    by_harm=st.just(())
    | st.tuples(
        st.builds(
            HarmPolicy,
            harm=st.just(Harm.LOW),
            acknowledge_within_hours=hours,
            due_soon_hours=reminders,
        )
    ),
)
moments = st.builds(
    lambda year, month, minutes: change_of_the_clocks(year, month) + timedelta(minutes=minutes),
    YEARS,
    st.sampled_from((3, 10)),
    st.integers(-72 * 60, 72 * 60),
)
"""Within three days of a change of the clocks."""


@settings(max_examples=100)
@given(moments, hours)
def test_a_deadline_over_a_change_of_the_clocks_moves_by_an_hour_on_the_wall_and_by_none_in_truth(
    reported: datetime, within: int
) -> None:
    policy = ResponsePolicy(acknowledge_within_hours=within)
    local = reported.astimezone(LONDON)
    due_at = start_clock(local, policy).due_at
    assert due_at.timestamp() - reported.timestamp() == within * 3600
    changes = [
        (change_of_the_clocks(year, month), by)
        for year in (reported.year, reported.year + 1)
        for month, by in ((3, HOUR), (10, -HOUR))
    ]
    moved = sum((by for at, by in changes if reported < at <= due_at), timedelta())
    on_the_wall = due_at.astimezone(LONDON).replace(tzinfo=None) - local.replace(tzinfo=None)
    assert on_the_wall == within * HOUR + moved


@dataclass
class Life:
    """One case with its timers, as the platform keeps them: each fires once, at its time or after it, in any order."""

    case: Case
    pending: dict[TimerKind, datetime]
    order: Sequence[TimerKind]
    races: bool
    """Timers that are firing already when somebody acknowledges are not cancelled any more."""
    facts: list[CaseFact] = field(default_factory=list)
    acknowledged_at: datetime | None = None
    fired_while_open: list[datetime] = field(default_factory=list)

    def go_on(self, now: datetime, what: str) -> None:
        if what == "acknowledge":
            self._acknowledge(now)
            return
        if what == "fire":
            self._fire(now)
        else:  # a breach that is asked about too early or too often is answered by the rule
            self._take(rules.raise_overdue(self.case, now))
        missed = self.case.due_at is not None and now >= self.case.due_at
        assert self.acknowledged_at or not missed or self.told(CaseOverdue)

    def _acknowledge(self, now: datetime) -> None:
        if self.acknowledged_at is None:
            self._take(rules.acknowledge(self.case, JO, "Jo Lee", "We look.", now))
            self.acknowledged_at = now
            self.pending = self.pending if self.races else {}

    def _fire(self, now: datetime) -> None:
        rule = {TimerKind.DUE_SOON: rules.raise_due_soon, TimerKind.OVERDUE: rules.raise_overdue}
        for kind in self.order:
            if kind in self.pending and self.pending[kind] <= now:
                del self.pending[kind]
                self._take(rule[kind](self.case, now))
        if self.acknowledged_at is None:
            self.fired_while_open.append(now)

    def _take(self, change: Change | None) -> None:
        if change is not None:
            self.case = change.case
            self.facts += change.facts

    def told(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


ORDERS = st.permutations((TimerKind.DUE_SOON, TimerKind.OVERDUE))
near = st.tuples(
    st.sampled_from(("report", "reminder", "deadline")),
    st.sampled_from((-HOUR, -MOMENT, timedelta(), MOMENT, HOUR, 30 * HOUR)),
)
"""A moment by what it is near to: at it, just before or just after it, or somewhere else."""
events = st.lists(
    st.tuples(near, st.sampled_from(("fire", "look", "acknowledge"))), min_size=2, max_size=12
)


@settings(max_examples=300)
@given(
    reported=moments, policy=policies, opened=near, events=events, order=ORDERS, races=st.booleans()
)
def test_reminder_and_breach_come_in_time_once_and_only_while_nobody_has_acknowledged(
    *,
    reported: datetime,
    policy: ResponsePolicy,
    opened: Near,
    events: list[tuple[Near, str]],
    order: list[TimerKind],
    races: bool,
) -> None:
    clock = policy.by_harm[0] if policy.by_harm else policy
    due_at = reported + clock.acknowledge_within_hours * HOUR
    soon = due_at - clock.due_soon_hours * HOUR
    anchors = {"report": reported, "reminder": soon, "deadline": due_at}
    opened_at = max(reported, anchors[opened[0]] + opened[1])
    submitted = report(0, None, occurred_at=reported.astimezone(LONDON), harm=Harm.LOW)
    case = rules.open_case(submitted, policy, opened_at).case
    life = Life(case, rules.timers_at_opening(case, opened_at), order, races)
    for now, what in sorted(
        (max(opened_at, anchors[by] + off), what) for (by, off), what in events
    ):
        life.go_on(now, what)
    life.go_on(max(due_at, opened_at) + 40 * HOUR, "fire")

    due_soon, overdue = life.told(CaseDueSoon), life.told(CaseOverdue)
    assert all(soon <= fact.occurred_at < due_at for fact in due_soon)
    assert all(fact.occurred_at >= due_at for fact in overdue)
    reminded = any(soon <= now < due_at for now in life.fired_while_open)
    assert len(due_soon) == (opened_at < soon < due_at and reminded)
    assert len(overdue) <= 1
    for told in life.told(CaseAcknowledged):
        assert told.late is (told.occurred_at.timestamp() >= due_at.timestamp())
        assert life.facts[-1] is told
