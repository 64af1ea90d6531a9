"""`insight spc --cases`: against NHSRplotthedots 0.2.2, point by point, and cases that it could not have either."""

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.spc.cases import filled
from tests.intake.samples import SHARED_DATA
from tests.reporting.spc.series import month
from tests.reporting.spc.test_command import run
from tests.reporting.spc.test_xmr import CALM

EXPECTED = SHARED_DATA / "spc" / "xmr_expected.json"


def case(values: list[Any], **options: object) -> dict[str, Any]:
    dates = [month(at).isoformat() for at in range(len(values))]
    return {"id": "made", "options": options, "input": {"date": dates, "value": values}}


def one(given: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = json.loads(filled(json.dumps([given]).encode()).text)[0]
    return done


def test_all_series_equal_what_nhsrplotthedots_computed() -> None:
    if not EXPECTED.exists():
        pytest.skip(f"{EXPECTED} is not on this machine")
    known = json.loads(EXPECTED.read_text())
    asked = [{name: each[name] for name in ("id", "options", "input")} for each in known]
    done = filled(json.dumps(asked).encode())
    assert (done.problems, done.notes) == ([], [])
    for computed, right in zip(json.loads(done.text), known, strict=True):
        assert computed["expected"] == right["expected"], right["id"]
    assert len(known) == 70


def test_a_case_comes_back_as_it_was_with_expected_filled_in() -> None:
    given = case([1, 2, 4], improvement_direction="increase", target=2, rebase=[]) | {"n": 3}
    done = one(given)
    assert {name: done[name] for name in given} == given
    expected = done["expected"]
    assert expected["mean"] == [2.33333333333333] * 3
    assert expected["upl"] == [6.32333333333333] * 3
    assert expected["assurance_icon"] == "inconsistent"
    assert expected["short_group_warning"] == [True] * 3


def test_points_come_in_the_order_of_their_dates() -> None:
    given = case([3, 1, 2])
    given["input"]["date"] = ["2024-03-01", "2024-01-01", "2024-02-01"]
    assert one(given)["expected"]["relative_to_mean"] == [-1, 0, 1]


def test_rebases_fall_on_exact_dates_and_a_baseline_holds_for_each_group() -> None:
    given = case(
        [*CALM, *[9.0, 11] * 7], rebase=["2025-03-01", "2024-06-15"], fix_after_n_points=12
    )
    done = one(given)["expected"]
    assert done["rebase_group"] == [0] * 14 + [1] * 14
    assert (done["mean"][0], done["mean"][-1]) == (5, 10)


@pytest.mark.parametrize("nothing", [None, "NA", ""])
def test_a_missing_value_has_no_side_and_no_verdict(nothing: str | None) -> None:
    done = one(case([4, 6, nothing, 6, 4]))["expected"]
    assert done["relative_to_mean"] == [-1, 1, None, 1, -1]
    assert done["outside_limits"][2] is None
    assert done["special_cause_type"][2] == "Common Cause"


def test_what_is_not_said_is_as_nhsrplotthedots_takes_it() -> None:
    high = one(case([*CALM, 40]))["expected"]
    assert high["variation_icon"] == "improvement_high"
    assert one({"input": {"date": "2024-01-01", "value": 3}})["expected"]["mean"] == [3]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (case([1], fix_after_n_points=3), "12 points or more"),
        (case([1], improvement_direction="up"), "improvement_direction"),
        (case([1], screen_outliers="maybe"), "screen_outliers"),
        (case([1], fix_after_n_points="x"), "fix_after_n_points"),
        (case([1], target="high"), "not a number"),
        (case([1], rebase=[3]), "3 is not a date"),
        (case([]), "no points"),
        (case([True]), "not a number"),
        (case([10**400]), "larger than any number"),
        (case([1, inf]), '"Infinity" is not a number'),
        (case([1], target=-inf), '"-Infinity" is not a number'),
        (case([1], fix_after_n_points=inf), "fix_after_n_points is not a number"),
        ({"id": "made", "options": {}}, "no input"),
        ({"id": "made", "input": {"date": ["2024-01-01"]}}, "no date or no value"),
        (
            {"id": "made", "input": {"date": ["2024-01-01"], "value": [1, 2]}},
            "1 dates and 2 values",
        ),
        ({"id": "made", "input": {"date": ["2024-01-01"] * 2, "value": [1, 2]}}, "comes twice"),
    ],
)
def test_a_case_that_cannot_be_is_named_and_the_others_are_done(
    given: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    (tmp_path / "cases.json").write_text(json.dumps([given, case([1, 2])]))
    code, out, told = run("--cases", str(tmp_path / "cases.json"))
    assert code == 1
    refused, done = json.loads(out)
    assert refused["expected"] is None
    assert problem in refused["error"]
    assert told.startswith("insight: case made: ")
    assert done["expected"]["mean"] == [1.5, 1.5]


@pytest.mark.parametrize("written", ['"value": [1, 1e400]', '"value": [1, 2], "note": 1e400'])
def test_a_number_that_is_too_large_comes_back_as_it_was_written(written: str) -> None:
    done = json.loads(
        filled(f'[{{"input": {{"date": ["2024-01", "2024-02"], {written}}}}}]'.encode()).text
    )
    assert "1e400" in (*done[0]["input"]["value"], done[0]["input"].get("note"))
    assert (done[0]["expected"] is None) == ("note" not in done[0]["input"])


def test_what_is_missing_is_nan_in_python_and_comes_back_as_null() -> None:
    done = one(case([4, 6, nan, 6, 4], target=nan, fix_after_n_points=nan))
    assert done["input"]["value"] == [4, 6, None, 6, 4]
    assert done["options"] == {"target": None, "fix_after_n_points": None}
    assert done["expected"] == one(case([4, 6, None, 6, 4]))["expected"]


def test_half_of_a_surrogate_pair_is_written_as_json_writes_it() -> None:
    code, out, _ = run("--cases", "-", given=json.dumps([case([1, 2]) | {"id": "\ud800"}]))
    assert (code, json.loads(out)[0]["id"]) == (0, "\ud800")


def test_an_option_that_is_not_known_is_passed_over_and_told() -> None:
    done = filled(json.dumps([case([1, 2], colour="red")]).encode())
    assert done.notes == ["case made: the option colour is not known, and passed over"]
    assert not done.problems


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[[", "[" * 100_000])
def test_what_is_no_list_of_cases_is_refused(content: str) -> None:
    code, out, told = run("--cases", "-", given=content)
    assert (code, out) == (2, "")
    assert "this is not" in told
