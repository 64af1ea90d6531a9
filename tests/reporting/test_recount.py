"""The kept aggregates equal a recount from the facts, whatever the history and however it is delivered."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.domain.counts import Counts, Measure
from services.reporting.domain.known import (
    NOTHING,
    Known,
    MessageEnd,
    Progress,
    Reported,
    Verdict,
    last_ends,
)
from services.reporting.domain.recount import recount
from shared.contracts.base import Fact
from shared.contracts.cases import CaseFact
from shared.contracts.messages import MessageSettled
from shared.contracts.reports import ReportSubmitted, Tenet
from shared.contracts.themes import ThemesAssigned
from tests.reporting.histories import as_kafka_may, history, in_any_order, seeded, story


class Kept:
    """The read model in memory: what the use cases keep in the database."""

    def __init__(self) -> None:
        self.reports: dict[UUID, Known] = {}
        self.messages: dict[UUID, MessageEnd] = {}
        self.counts = Counts()

    def apply(self, facts: Sequence[Fact]) -> Counts:
        for fact in facts:
            if isinstance(fact, MessageSettled):
                self._settle(MessageEnd.of(fact))
            else:
                self._learn(fact)
        return self.counts.moved()

    def _settle(self, end: MessageEnd) -> None:
        before = self.messages.get(end.message_id)
        after = last_ends([end] if before is None else [before, end])[end.message_id]
        if after != before:
            self.counts.move_message(before, after)
            self.messages[end.message_id] = after

    def _learn(self, fact: Fact) -> None:
        assert isinstance(fact, (ReportSubmitted, ThemesAssigned, CaseFact))
        before = self.reports.get(fact.report_id, NOTHING)
        match fact:
            case ReportSubmitted():
                after = before.with_report(Reported.of(fact))
            case ThemesAssigned():
                after = before.with_verdict(Verdict.of(fact))
            case _:
                after = before.with_progress(Progress.of(fact))
        self.counts.move(before, after)
        self.reports[fact.report_id] = after


SEEDS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=150)
@given(seed=SEEDS, reports=st.integers(min_value=1, max_value=8), order=SEEDS)
def test_kept_counts_equal_a_recount_in_any_order_that_kafka_allows(
    seed: int, reports: int, order: int
) -> None:
    facts = history(seed, reports)
    assert Kept().apply(as_kafka_may(facts, seeded(order))) == recount(facts)


@settings(max_examples=100)
@given(seed=SEEDS, order=SEEDS)
def test_replayed_dead_letters_do_not_upset_the_counts_however_late_they_come(
    seed: int, order: int
) -> None:
    facts = history(seed, 4)
    assert Kept().apply(in_any_order(facts, seeded(order), copies=0.5)) == recount(facts)


@settings(max_examples=50)
@given(seed=SEEDS, order=SEEDS, cut=st.floats(min_value=0, max_value=1))
def test_counts_are_right_at_every_moment_on_the_way(seed: int, order: int, cut: float) -> None:
    delivered = as_kafka_may(history(seed, 4), seeded(order))
    heard = delivered[: int(cut * len(delivered))]
    assert Kept().apply(heard) == recount(heard)


def test_a_corrected_verdict_moves_the_report_out_of_its_old_cells_into_its_new_ones() -> None:
    told = story(seeded(1), 1, tenet=Tenet.EXPERIENCE)
    first = told.verdict(1, tenet=Tenet.SAFETY)
    second = told.verdict(2, tenet=Tenet.EFFECTIVENESS, themes=())
    kept = Kept()
    kept.apply([told.report, first, second])
    assert {cell.tenet for cell in kept.counts.moved().cells} == {Tenet.EFFECTIVENESS}
    assert sum(kept.counts.moved().cells.values()) == 1


def test_a_report_with_two_sub_themes_of_one_theme_counts_once_in_the_theme() -> None:
    told = story(seeded(2), 2)
    verdict = told.verdict(1)
    while [each.theme for each in verdict.themes].count("discharge") != 2 or len(
        {each.sub_theme for each in verdict.themes if each.theme == "discharge"}
    ) != 2:
        verdict = told.verdict(1)
    kept = Kept().apply([told.report, verdict])
    whole = [
        number
        for cell, number in kept.cells.items()
        if cell.theme == "discharge" and not cell.sub_theme and cell.measure is Measure.REPORTS
    ]
    assert whole == [1]


def test_nothing_is_counted_in_a_month_before_the_report_itself_is_known() -> None:
    told = story(seeded(3), 3, historic=False)
    counts = Kept().apply([told.verdict(1), *told.case(length=2)])
    assert not counts.cells
    assert counts.tallies["reports_themed"] == 1
    assert "reports_counted" not in counts.tallies
