"""The kept counts: a few cubes, each a named set of dimensions, declared here and nowhere else.

A dimension stands in an axis with those it goes together with, and an axis says which of its values a report counts under. A
report's cells in a cube are all combinations of its values on the cube's axes. Tables, statements and the recount of an area
follow from the declarations.

`EVERY` as a value is "whatever the value is": the total is a cell of its own, so that reading it is reading one row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EVERY = ""
"""As a theme: all reports, whatever their themes. As a sub-theme: all of the theme. As a provider or area: any, or none."""


class Measure(StrEnum):
    """What is counted: each is a column of the cubes that have it."""

    REPORTS = "reports"
    ASKED = "asked"
    """The provider's response clock was started: history starts none."""
    IN_TIME = "in_time"
    LATE = "late"
    LEARNING = "learning"
    ACTION = "action"
    """An action was planned."""
    COMPLETED = "completed"
    """An action was completed."""
    OUTCOME = "outcome"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    """The practice confirmed the outcome: the loop is closed."""
    UNANSWERED = "unanswered"
    """Closed by policy because the practice said nothing: counted apart."""


class MonthOf(StrEnum):
    """Which month, in London, is meant."""

    EVENT = "event"
    """In which it happened."""
    REPORT = "report"
    """In which it was reported. Without themes."""


class Facet(StrEnum):
    """What else is told of a report; its values are counted by theme where they say how bad or good it was."""

    HARM = "harm"
    RATING = "rating"
    SOURCE = "source"
    SERVICE = "service"


GRADES = (Facet.HARM, Facet.RATING)
UNTHEMED = tuple(facet for facet in Facet if facet not in GRADES)
"""Counted for all themes together only."""


Key = tuple[str | date, ...]
Values = Sequence[Key]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that decides where a report counts. `themes` are (slug, sub-theme or none), `measures` what it counts in."""

    reporter: str
    provider: str
    places: frozenset[tuple[str, str]]
    """(area, provider) by the directory of today."""
    happened_on: date
    month: date
    reported_month: date
    tenet: str
    kind: str
    themes: frozenset[tuple[str, str | None]]
    slugs: tuple[str, ...]
    """`EVERY` and each theme, once."""
    facets: tuple[tuple[Facet, str], ...]
    measures: frozenset[Measure]

    @property
    def harm(self) -> str | None:
        return dict(self.facets).get(Facet.HARM)


@dataclass(frozen=True, eq=False)
class Axis:
    """Columns that go together, and the values of them that a report counts under."""

    columns: tuple[str, ...]
    values: Callable[[Standing], Values]


def _places(report: Standing) -> Values:
    return [(EVERY, EVERY), (EVERY, report.provider), *report.places]


def _subjects(report: Standing) -> Values:
    return [
        *((MonthOf.EVENT, EVERY, slug, report.month) for slug in report.slugs),
        *((MonthOf.EVENT, sub, slug, report.month) for slug, sub in report.themes if sub),
        (MonthOf.REPORT, EVERY, EVERY, report.reported_month),
    ]


def _topics(report: Standing) -> Values:
    return [
        *((MonthOf.EVENT, slug, report.month) for slug in report.slugs),
        (MonthOf.REPORT, EVERY, report.reported_month),
    ]


def _facets(report: Standing) -> Values:
    return [
        (facet, slug, value, report.month)
        for facet, value in report.facets
        for slug in (report.slugs if facet in GRADES else (EVERY,))
    ]


PLACE = Axis(("area", "provider"), _places)
"""Nothing, the provider, the area, or both. What an area is: `areas`."""
PAIR = Axis(("reporter", "provider"), lambda report: [(report.reporter, report.provider)])
PRACTICE = Axis(("reporter",), lambda report: [(report.reporter,)])
SUBJECT = Axis(("month_of", "sub_theme", "theme", "month"), _subjects)
TOPIC = Axis(("month_of", "theme", "month"), _topics)
FACET = Axis(("facet", "theme", "value", "month"), _facets)
NATURE = Axis(("tenet", "kind"), lambda report: [(report.tenet, report.kind)])
"""The tenet is the verdict's, and the reporter's own until there is one."""


@dataclass(frozen=True, eq=False)
class Cube:
    """A table of counts. `key` orders the columns of its index; `base`, of a cube of places, is the one by pairs with the same other
    axes: what moves from area to area is counted again from it."""

    name: str
    axes: tuple[Axis, ...]
    measures: tuple[Measure, ...]
    key: tuple[str, ...]
    base: "Cube | None" = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The dimensions in the order of a cell's values."""
        return tuple(column for axis in self.axes for column in axis.columns)

    @property
    def rest(self) -> tuple[str, ...]:
        """The dimensions without those of the first axis."""
        return self.columns[len(self.axes[0].columns) :]

    def rests_at(self, position: "Position") -> list[Key]:
        """A cell's values on the axes without the first: each of the first axis's values goes with all of these."""
        keys: list[Key] = [()]
        for axis in self.axes[1:]:
            keys = [(*key, *value) for key in keys for value in position[axis]]
        return keys


ALL = tuple(Measure)
ONLY_REPORTS = (Measure.REPORTS,)

PAIR_COUNT = Cube(
    "pair_count",
    (PAIR, SUBJECT, NATURE),
    ALL,
    ("reporter", "month_of", "sub_theme", "theme", "month", "provider", "tenet", "kind"),
)
"""By who reported about whom: what a practice or several see, and the base of the next."""

PLACE_COUNT = Cube(
    "place_count",
    (PLACE, SUBJECT, NATURE),
    ALL,
    ("area", "provider", "month_of", "sub_theme", "theme", "month", "tenet", "kind"),
    PAIR_COUNT,
)
"""By area and provider, whoever reported: what everybody else sees."""

PAIR_FACET = Cube(
    "pair_facet",
    (PAIR, FACET, NATURE),
    ONLY_REPORTS,
    ("reporter", "facet", "theme", "month", "value", "provider", "tenet", "kind"),
)
PLACE_FACET = Cube(
    "place_facet",
    (PLACE, FACET, NATURE),
    ONLY_REPORTS,
    ("area", "provider", "facet", "theme", "month", "value", "tenet", "kind"),
    PAIR_FACET,
)
"""The same two for harm, rating, source and service."""

PRACTICE_COUNT = Cube(
    "practice_count",
    (PRACTICE, TOPIC),
    ALL,
    ("reporter", "month_of", "theme", "month"),
)
"""Totals by practice: what compares hundreds of practices over years must read one row for each month."""

CUBES = (PAIR_COUNT, PLACE_COUNT, PAIR_FACET, PLACE_FACET, PRACTICE_COUNT)


AXES = tuple(dict.fromkeys(axis for cube in CUBES for axis in cube.axes))

Position = dict[Axis, Values]
"""A report's values on every axis."""


def position_of(report: Standing) -> Position:
    return {axis: axis.values(report) for axis in AXES}
