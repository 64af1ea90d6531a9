"""The one sentence about a chart."""

import pytest

from services.reporting.domain.spc import GAPS, Point, Rebase, Step, sentence, step_of, xmr
from services.reporting.domain.spc.series import Options
from tests.reporting.spc.series import chart, month
from tests.reporting.spc.test_xmr import CALM

NAME = "Delayed discharge summaries"


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ([5.0], "no sign of a real change"),
        ([40.0], "higher than expected in March 2025, likely a real change"),
        ([40.0, 41, 40], "higher than expected since March 2025, likely a real change"),
        ([-9.0, -9], "lower than expected since March 2025, likely a real change"),
        ([5.5] * 8, "higher than expected since February 2025, likely a real change"),
        (
            [4.9, 5, 5.1, 5.2, 5.3, 5.4, 5.5],
            "rising since March 2025, likely a real change",
        ),
        (
            [4.0, 4.1, 4.2, 4.3, 4.4, 11, 12],
            "higher than expected since August 2025, likely a real change",
        ),
        ([40.0, 5], "as expected since April 2025, after it had been higher than expected"),
    ],
)
def test_the_sentence_says_what_is_and_since_when(later: list[float], said: str) -> None:
    assert sentence(NAME, chart([*CALM, *later], fix=14), Step.MONTH) == f"{NAME}: {said}"


def test_a_change_does_not_reach_back_past_a_rebase() -> None:
    rebased = chart([*CALM, *[40.0, 41] * 7, 90], rebase=[14])
    assert sentence("X", rebased, Step.MONTH).startswith("X: higher than expected in May 2026")


def test_early_limits_are_called_early() -> None:
    assert sentence("X", chart(CALM[:8]), Step.MONTH) == (
        "X: no sign of a real change (early: only 8 months of data)"
    )
    rebased = chart([*CALM, 4, 6, 4], rebase=[14])
    assert sentence("X", rebased, Step.MONTH) == (
        "X: no sign of a real change (early: only 3 months of data since March 2025)"
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([None, None], "no data"),
        ([3.0], "only 1 month of data so far, too little to tell"),
        ([3.0] * 14, "the same throughout, 14 months long"),
        ([3.0, None, 4], "too little data to tell, 2 months so far"),
    ],
)
def test_a_chart_without_limits_concludes_nothing(values: list[float | None], said: str) -> None:
    assert sentence("X", chart(values), Step.MONTH) == f"X: {said}"


def test_long_gaps_are_far_apart_and_not_high() -> None:
    days = [Point(month(at).replace(day=3), value) for at, value in enumerate([*CALM, 40.0])]
    far = xmr(days, Options(fix_after_n_points=14))
    assert sentence("X", far, Step.DAY, GAPS) == (
        "X: further apart than expected on 3 March 2025, likely a real change"
    )


def test_a_quarter_is_called_by_its_months_and_begins_with_one() -> None:
    quarters = [Point(month(at * 3), value) for at, value in enumerate([*CALM, 40.0])]
    once = xmr(quarters, Options(fix_after_n_points=14))
    assert "higher than expected in July to September 2027" in sentence("X", once, Step.QUARTER)
    begun = xmr(quarters, Options(rebase=(Rebase(month(39), "action"),)))
    assert "(early: only 2 quarters of data since April 2027)" in sentence("X", begun, Step.QUARTER)


@pytest.mark.parametrize(
    ("months", "day", "step"),
    [
        ((0, 1, 2), 1, Step.MONTH),
        ((0, 1, 3), 1, Step.MONTH),
        ((0, 3, 9), 1, Step.QUARTER),
        ((1, 4, 7), 1, Step.MONTH),
        ((0, 12), 1, Step.MONTH),
        ((0, 1, 2), 15, Step.DAY),
        ((0,), 1, Step.MONTH),
    ],
)
def test_dates_tell_how_long_a_point_is(months: tuple[int, ...], day: int, step: Step) -> None:
    assert step_of([month(at).replace(day=day) for at in months]) is step
