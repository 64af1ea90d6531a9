"""The kept aggregates equal a recount from the facts, whatever the history and however it is delivered."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.domain.areas import Areas, Placed, areas_in
from services.reporting.domain.counts import Counts, Rows, standing_of
from services.reporting.domain.cubes import PAIR_COUNT, PLACE_COUNT, Cube
from services.reporting.domain.known import (
    NOTHING,
    Known,
    MessageEnd,
    Progress,
    Reported,
    Verdict,
    Withdrawal,
    last_ends,
)
from services.reporting.domain.recount import recount
from shared.contracts.base import Fact
from shared.contracts.cases import CaseFact
from shared.contracts.directory import OrganisationRecorded
from shared.contracts.messages import MessageSettled
from shared.contracts.reports import ReportSubmitted, ReportWithdrawn, Tenet
from shared.contracts.themes import ThemesAssigned
from shared.directory.domain import succeeded_by
from tests.reporting.histories import (
    as_kafka_may,
    directory_history,
    history,
    in_any_order,
    seeded,
    story,
)
from tests.reporting.support import differences


class Kept:
    """The read model in memory: what the use cases keep in the database."""

    def __init__(self) -> None:
        self.reports: dict[UUID, Known] = {}
        self.messages: dict[UUID, MessageEnd] = {}
        self.directory: dict[str, OrganisationRecorded] = {}
        self.areas = Areas()
        self.counts = Counts()

    def apply(self, facts: Sequence[Fact]) -> Rows:
        for fact in facts:
            if isinstance(fact, MessageSettled):
                self._settle(MessageEnd.of(fact))
            elif isinstance(fact, OrganisationRecorded):
                self._oversee(fact)
            else:
                self._learn(fact)
        return self.counts.rows()

    def _settle(self, end: MessageEnd) -> None:
        before = self.messages.get(end.message_id)
        after = last_ends([end] if before is None else [before, end])[end.message_id]
        if after != before:
            self.counts.move_message(before, after)
            self.messages[end.message_id] = after

    def _oversee(self, fact: OrganisationRecorded) -> None:
        known = self.directory.get(fact.code)
        if known is not None and known.revision >= fact.revision:
            return
        self.directory[fact.code] = fact
        areas = areas_in(
            Placed(each.code, each.kind, each.commissioner, succeeded_by(each))
            for each in self.directory.values()
        )
        for known_report in self.reports.values():
            self.counts.move(
                standing_of(known_report, self.areas), standing_of(known_report, areas)
            )
        self.areas = areas

    def _learn(self, fact: Fact) -> None:
        assert isinstance(fact, (ReportSubmitted, ReportWithdrawn, ThemesAssigned, CaseFact))
        before = self.reports.get(fact.report_id, NOTHING)
        match fact:
            case ReportSubmitted():
                after = before.with_report(Reported.of(fact))
            case ReportWithdrawn():
                after = before.with_withdrawal(Withdrawal.of(fact))
            case ThemesAssigned():
                after = before.with_verdict(Verdict.of(fact))
            case _:
                after = before.with_progress(Progress.of(fact))
        self.counts.move_tallies(before, after)
        self.counts.move(standing_of(before, self.areas), standing_of(after, self.areas))
        self.reports[fact.report_id] = after


def cells(counts: Rows, cube: Cube) -> list[dict[str, object]]:
    """The cube's cells with their numbers, by the names of its columns."""
    names = (*cube.columns, *cube.measures)
    return [
        dict(zip(names, (*key, *numbers), strict=True))
        for key, numbers in counts.cells[cube].items()
    ]


SEEDS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=150)
@given(seed=SEEDS, reports=st.integers(min_value=1, max_value=8), order=SEEDS)
def test_kept_counts_equal_a_recount_in_any_order_that_kafka_allows(
    seed: int, reports: int, order: int
) -> None:
    facts = [*history(seed, reports), *directory_history(seed)]
    assert not differences(Kept().apply(as_kafka_may(facts, seeded(order))), recount(facts))


@settings(max_examples=100)
@given(seed=SEEDS, order=SEEDS)
def test_replayed_dead_letters_do_not_upset_the_counts_however_late_they_come(
    seed: int, order: int
) -> None:
    facts = [*history(seed, 4), *directory_history(seed)]
    assert not differences(
        Kept().apply(in_any_order(facts, seeded(order), copies=0.5)), recount(facts)
    )


@settings(max_examples=50)
@given(seed=SEEDS, order=SEEDS, cut=st.floats(min_value=0, max_value=1))
def test_counts_are_right_at_every_moment_on_the_way(seed: int, order: int, cut: float) -> None:
    facts = [*history(seed, 4), *directory_history(seed)]
    delivered = as_kafka_may(facts, seeded(order))
    heard = delivered[: int(cut * len(delivered))]
    assert not differences(Kept().apply(heard), recount(heard))


def test_a_corrected_verdict_moves_the_report_out_of_its_old_cells_into_its_new_ones() -> None:
    told = story(seeded(1), 1, tenet=Tenet.EXPERIENCE)
    first = told.verdict(1, tenet=Tenet.SAFETY)
    second = told.verdict(2, tenet=Tenet.EFFECTIVENESS, themes=())
    counts = Kept().apply([told.report, first, second])
    assert {cell["tenet"] for cell in cells(counts, PAIR_COUNT)} == {Tenet.EFFECTIVENESS}
    assert {cell["theme"] for cell in cells(counts, PAIR_COUNT)} == {""}


def test_a_report_with_two_sub_themes_of_one_theme_counts_once_in_the_theme() -> None:
    told = story(seeded(2), 2)
    verdict = told.verdict(1)
    while [each.theme for each in verdict.themes].count("discharge") != 2 or len(
        {each.sub_theme for each in verdict.themes if each.theme == "discharge"}
    ) != 2:
        verdict = told.verdict(1)
    kept = Kept().apply([told.report, verdict])
    whole = [
        cell["reports"]
        for cell in cells(kept, PLACE_COUNT)
        if cell["theme"] == "discharge" and not cell["sub_theme"]
    ]
    assert whole == [1, 1]


def test_nothing_is_counted_in_a_month_before_the_report_itself_is_known() -> None:
    told = story(seeded(3), 3, historic=False)
    counts = Kept().apply([told.verdict(1), *told.case(length=2)])
    assert not any(counts.cells.values())
    assert counts.tallies["reports_themed"] == 1
    assert "reports_counted" not in counts.tallies


@settings(max_examples=30)
@given(order=SEEDS)
def test_a_withdrawn_report_counts_nowhere_whatever_is_heard_of_it_and_when(order: int) -> None:
    told = story(seeded(4), 4, historic=False)
    facts = [told.report, told.withdrawal(), told.verdict(1), told.verdict(2), *told.case()]
    counts = Kept().apply(in_any_order(facts, seeded(order), copies=0.5))
    assert not any(counts.cells.values())
    assert counts.tallies["reports_counted"] == counts.tallies["reports_withdrawn"] == 1


def test_a_withdrawal_takes_out_that_report_and_no_other() -> None:
    random = seeded(5)
    stays, goes = (story(random, number, reporter="Y90001", provider="RZ1") for number in (5, 6))
    alone = [stays.report, stays.verdict(1)]
    both = [*alone, goes.report, *goes.case(), goes.withdrawal()]
    assert Kept().apply(both).cells == Kept().apply(alone).cells
    assert any(Kept().apply(alone).cells.values())


def test_the_histories_have_withdrawn_reports_that_counted_before() -> None:
    facts = history(7, 60)
    withdrawn = {fact.report_id for fact in facts if isinstance(fact, ReportWithdrawn)}
    assert 0 < len(withdrawn) < 30
    before = recount(fact for fact in facts if not isinstance(fact, ReportWithdrawn))
    assert before.cells != recount(facts).cells
