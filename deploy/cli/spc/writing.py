"""A chart as a table for people, as CSV and as JSON."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

from deploy.cli.spc.cases import FIELDS, number, summary
from services.reporting.domain.drawing import Labels, overview_words, told
from services.reporting.domain.spc import (
    CAUSES,
    Judged,
    Xmr,
    assurance_words,
    sentence,
    variation_words,
)

_HEADS = ("Date", "Value", "Mean", "Lower limit", "Upper limit", "")
_ALIGNED = "<>>>><"


def as_table(chart: Xmr, labels: Labels) -> str:
    """What the chart says, then a line for each point."""
    lines = [overview_words(chart, labels), f"Variation: {variation_words(chart)}."]
    if assurance := assurance_words(chart):
        lines.append(f"Assurance: {assurance}.")
    lines += [f"Warning: {warning}." for warning in warnings(chart, labels)]
    cells = [_HEADS, *(_cells(point, chart) for point in chart.points)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEADS))]
    table = [
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, _ALIGNED, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([*lines, "", *table]) + "\n"


def as_csv(chart: Xmr) -> str:
    """A row for each point, with its numbers in full."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    rows = list(_rows(chart))
    writer.writerow(rows[0])
    writer.writerows([_csv_cell(value) for value in row.values()] for row in rows)
    return written.getvalue()


def as_json(chart: Xmr, labels: Labels) -> str:
    """An object: what was asked, what the chart says, and a list of its points."""
    options = chart.options
    told_of = {
        "options": {
            "improvement_direction": options.direction.value,
            "target": number(options.target),
            "screen_outliers": options.screen_outliers,
            "fix_after_n_points": options.fix_after_n_points,
            "rebase": [
                {"date": each.on.isoformat(), "reason": each.reason} for each in options.rebase
            ],
        },
        "sentence": sentence(labels.title, chart, labels.step, labels.manner),
        "warnings": list(warnings(chart, labels)),
        **summary(chart),
        "points": list(_rows(chart)),
    }
    return json.dumps(told_of, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def warnings(chart: Xmr, labels: Labels) -> Iterator[str]:
    """What makes the chart say less than it seems to."""
    for group in chart.groups:
        if group[0].short_group:
            since = labels.step.in_words(group[0].on)
            yield (
                f"the group that begins with {since} is short ({labels.step.counted(len(group))}): "
                "each further point still moves its limits"
            )
        known = sum(point.value is not None for point in group)
        if group[0].limits.upper is None and known:
            since = labels.step.in_words(group[0].on)
            yield f"the group that begins with {since} varies too little, or is too short, for limits"
    missing = len(chart.points) - len(chart.known)
    if missing:
        yield f"{missing:,} of {len(chart.points):,} points have no value"


def _cells(point: Judged, chart: Xmr) -> tuple[str, ...]:
    limits = point.limits
    values = (point.value, limits.mean, limits.lower, limits.upper)
    said = [CAUSES[point.cause]] if point.special else []
    reasons = {rebase.on: rebase.reason for rebase in chart.options.rebase}
    if point.on in reasons:
        said.append(f"limits begin anew{f': {reasons[point.on]}' if reasons[point.on] else ''}")
    numbers = ("" if value is None else told(value) for value in values)
    return (point.on.isoformat(), *numbers, "; ".join(said))


def _rows(chart: Xmr) -> Iterator[dict[str, object]]:
    for point in chart.points:
        row: dict[str, object] = {"date": point.on.isoformat(), "value": number(point.value)}
        for name, of in FIELDS.items():
            row[name] = of(point)
            if name == "upl":
                row["near_lpl"] = number(point.limits.near_lower)
                row["near_upl"] = number(point.limits.near_upper)
        yield row


def _csv_cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
