"""`insight spc FILE`: a series as a control chart, by the rules that the pages use."""

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.cli.spc.cases import filled
from deploy.cli.spc.reading import Unreadable, read_date, read_points
from deploy.cli.spc.writing import as_csv, as_json, as_table
from services.reporting.domain.drawing import NARROW, WIDE, Labels, standalone, xmr_chart
from services.reporting.domain.spc import (
    Direction,
    Options,
    Point,
    Rebase,
    UnusableSeries,
    starting_at,
    step_of,
    xmr,
)

STYLESHEET = files("services.reporting") / "static" / "spc.css"


class Form(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    SVG = "svg"


Given = Annotated[
    str,
    typer.Argument(
        metavar="[FILE]",
        help="CSV with the columns date and value; others are passed over. Without it, or as -, standard input is read.",
    ),
]


def spc(
    file: Given = "-",
    improvement: Annotated[
        Direction, typer.Option(help="Which way is better; neutral judges neither.")
    ] = Direction.NEUTRAL,
    target: Annotated[float | None, typer.Option(help="A value to reach.")] = None,
    no_screen: Annotated[
        bool,
        typer.Option(
            "--no-screen",
            help="Keep outlying moving ranges in the limits, as the national Excel tool does.",
        ),
    ] = False,
    fix_after: Annotated[
        int | None,
        typer.Option(
            help="Take the limits from the first so many points of each group, 12 or more."
        ),
    ] = None,
    rebase: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATE[=REASON]",
            help="Begin the limits anew with the first point on or after DATE. May be given several times.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="What the values are, for sentence and drawing.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV: every number in full.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="Write the chart as an SVG file.")] = False,
    narrow: Annotated[
        bool, typer.Option("--narrow", help="Draw it for the width of a telephone.")
    ] = False,
    cases: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.json",
            help="Instead of FILE: a JSON list of series with their options, to be written with the results filled in (docs/spc.md).",
        ),
    ] = None,
) -> None:
    """Make a control chart (XmR, by the Making Data Count rules) of a series, with no server running.

    Exit code 0 when it was made, whatever it says; 1 when some of --cases could not be; 2 when the file or an option cannot be used.
    """
    # Standard output is a text file here. Half of a surrogate pair, which JSON can hold, is written as JSON writes it.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")  # type: ignore[union-attr]
    try:
        form = _form(csv=csv, json=json, svg=svg)
        if cases is not None:
            _cases(cases, also=file)
            return
        points = read_points(_content(file))
        begins = _rebases(rebase or [], points)
        options = Options(improvement, target, not no_screen, fix_after, begins)
        sys.stdout.write(_made(points, options, title or _title(file), form, narrow=narrow))
    except (Unreadable, UnusableSeries) as problem:
        _stop(problem)


def _form(*, csv: bool, json: bool, svg: bool) -> Form:
    asked = [
        form for form, wanted in ((Form.CSV, csv), (Form.JSON, json), (Form.SVG, svg)) if wanted
    ]
    if len(asked) > 1:
        raise Unreadable("only one of --csv, --json and --svg can be written")
    return asked[0] if asked else Form.TABLE


def _made(
    points: Sequence[Point], options: Options, title: str, form: Form, *, narrow: bool
) -> str:
    chart = xmr(points, options)
    labels = Labels(title, step_of([point.on for point in chart.points]))
    match form:
        case Form.TABLE:
            return as_table(chart, labels)
        case Form.CSV:
            return as_csv(chart)
        case Form.JSON:
            return as_json(chart, labels)
        case Form.SVG:
            drawn = xmr_chart("spc", chart, labels, NARROW if narrow else WIDE, headed=True)
            return standalone(drawn.svg, STYLESHEET.read_text())


def _rebases(written: Sequence[str], points: Sequence[Point]) -> tuple[Rebase, ...]:
    """At the first points on or after the dates, which are told where they differ. Raises `Unreadable`."""
    reasons: dict[date, list[str]] = {}
    first, last = (pick(point.on for point in points) for pick in (min, max))
    for each in written:
        text, _, reason = each.partition("=")
        change = read_date(text)
        begin = starting_at(change, points)
        if change > last:
            raise Unreadable(f"the rebase of {change} is after the last point")
        if begin is None:
            raise Unreadable(
                f"the rebase of {change} has no point before it: the first is of {first}"
            )
        if begin != change:
            _tell(f"there is no point on {change}: the limits begin anew with that of {begin}")
        reasons.setdefault(begin, []).extend([reason.strip()] if reason.strip() else [])
    return tuple(Rebase(on, "; ".join(reasons[on])) for on in sorted(reasons))


def _cases(file: str, also: str) -> None:
    if also != "-":
        raise Unreadable(f"--cases reads {file} alone: {also} is one file too many")
    done = filled(_content(file))
    sys.stdout.write(done.text)
    for told in (*done.notes, *done.problems):
        _tell(told)
    if done.problems:
        raise typer.Exit(1)


def _content(file: str) -> bytes:
    if file == "-":
        if sys.stdin.isatty():
            _tell("reading from the keyboard; end with Ctrl-D, or name a file")
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from None


def _title(file: str) -> str:
    return "Value" if file == "-" else Path(file).stem


def _tell(sentence: object) -> None:
    sys.stderr.write(f"insight: {sentence}.\n")


def _stop(problem: object) -> NoReturn:
    _tell(problem)
    raise typer.Exit(2)
