"""Cases: a list of series with their options, for comparing our charts with somebody else's, point by point.

Each case has `id`, `options` (`improvement_direction`, `target`, `screen_outliers`, `fix_after_n_points`, `rebase`: dates) and `input`
(`date` and `value`, lists of the same length). It comes back with `expected` filled in. What an option that is not there means is what
NHSRplotthedots takes: increase, no target, screening.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from deploy.cli.spc.reading import Unreadable, read_date, read_value
from services.reporting.domain.spc import (
    Direction,
    Judged,
    Options,
    Point,
    Rebase,
    UnusableSeries,
    Xmr,
    xmr,
)

OPTIONS = ("improvement_direction", "target", "screen_outliers", "fix_after_n_points", "rebase")
FIELDS: dict[str, Callable[[Judged], object]] = {
    "rebase_group": lambda point: point.group,
    "mean": lambda point: number(point.limits.mean),
    "lpl": lambda point: number(point.limits.lower),
    "upl": lambda point: number(point.limits.upper),
    "outside_limits": lambda point: point.outside,
    "close_to_limits": lambda point: point.close,
    "relative_to_mean": lambda point: point.side,
    "special_cause_type": lambda point: point.cause.value,
    "special_cause_flag": lambda point: point.special,
    "point_type": lambda point: point.kind.value,
    "short_group_warning": lambda point: point.short_group,
}
"""What is told of each point, by NHSRplotthedots' names."""


@dataclass(frozen=True)
class Filled:
    """The list as JSON, a case in each line, and what there is to say about its cases."""

    text: str
    problems: list[str]
    """Cases that could not be computed: their `expected` is null, and `error` says why."""
    notes: list[str]
    """Options that are not known here, and were passed over."""


def filled(content: bytes) -> Filled:
    """Raises `Unreadable` when it is no list of cases at all."""
    try:
        cases = json.loads(content, parse_constant=_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Unreadable("this is not JSON") from None
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Unreadable("this is not a list of cases: each has id, options and input")
    lines: list[str] = []
    problems: list[str] = []
    notes: list[str] = []
    for at, case in enumerate(cases, start=1):
        name = f"case {case.get('id', at)}"
        done: dict[str, object]
        try:
            done = {"expected": expected(chart_of(case))}
        except (Unreadable, UnusableSeries) as problem:
            done = {"expected": None, "error": str(problem)}
            problems.append(f"{name}: {problem}")
        else:
            unknown = sorted(set(case.get("options") or {}) - set(OPTIONS))
            notes += [
                f"{name}: the option {each} is not known, and passed over" for each in unknown
            ]
        lines.append(json.dumps({**case, **done}, allow_nan=False, ensure_ascii=False))
    return Filled("[\n" + ",\n".join(lines) + "\n]\n", problems, notes)


def _constant(written: str) -> str | None:
    """Python writes NaN for what is missing. JSON has no Infinity: it stays a word, for the case to be refused, and written again."""
    return None if written == "NaN" else written


def _finite(written: str) -> float | str:
    """A number beyond any float is infinite, so it stays a word, too."""
    number = float(written)
    return number if isfinite(number) else written


def expected(chart: Xmr) -> dict[str, object]:
    """The chart as lists of equal length, a value for each point in the order of their dates, and its icons."""
    told: dict[str, object] = {
        name: [of(point) for point in chart.points] for name, of in FIELDS.items()
    }
    return told | summary(chart)


def summary(chart: Xmr) -> dict[str, object]:
    """What is told of the chart as a whole."""
    return {
        "latest_point_type": chart.latest.kind.value,
        "variation_icon": chart.variation.value,
        "assurance_type": chart.assurance and chart.assurance.value,
        "assurance_icon": chart.assurance and chart.assurance.icon,
    }


def number(value: float | None) -> float | int | None:
    """In 15 figures, as R writes numbers; whole numbers as such."""
    if value is None:
        return None
    rounded = float(f"{value:.15g}")
    return int(rounded) if rounded.is_integer() else rounded


def chart_of(case: Mapping[str, Any]) -> Xmr:
    """Raises `Unreadable` and `UnusableSeries`."""
    given, asked = case.get("input"), case.get("options") or {}
    if not isinstance(given, dict) or not isinstance(asked, dict):
        raise Unreadable("it has no input, or its options are not an object")
    dates, values = (_listed(given.get(name)) for name in ("date", "value"))
    if len(dates) != len(values):
        raise Unreadable(f"there are {len(dates)} dates and {len(values)} values")
    points = [Point(_date(on), _value(value)) for on, value in zip(dates, values, strict=True)]
    return xmr(points, options_of(asked))


def options_of(asked: Mapping[str, Any]) -> Options:
    """Raises `Unreadable` and `UnusableSeries`."""
    written = asked.get("improvement_direction") or Direction.INCREASE.value
    if written not in list(Direction):
        raise Unreadable(f"improvement_direction is not one of {', '.join(Direction)}: {written!r}")
    screen, fix = asked.get("screen_outliers"), asked.get("fix_after_n_points")
    if not isinstance(screen, bool | None):
        raise Unreadable("screen_outliers is neither true nor false")
    if fix is not None and (isinstance(fix, bool) or not isinstance(fix, int | float)):
        raise Unreadable("fix_after_n_points is not a number")
    rebase = asked.get("rebase")
    return Options(
        Direction(written),
        _value(asked.get("target")),
        screen is not False,
        None if fix is None else int(fix),
        tuple(Rebase(_date(on)) for on in _listed([] if rebase is None else rebase)),
    )


def _listed(given: object) -> Sequence[object]:
    """A list; of one value, R writes the value alone."""
    if given is None:
        raise Unreadable("its input has no date or no value")
    return given if isinstance(given, list) else [given]


def _date(given: object) -> date:
    if not isinstance(given, str):
        raise Unreadable(f"{given!r} is not a date")
    return read_date(given)


def _value(given: object) -> float | None:
    if given is None or isinstance(given, str):
        return read_value(given or "")
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unreadable("a value is not a number")
    try:
        return float(given)
    except OverflowError:
        raise Unreadable("a value is larger than any number") from None
