"""The floor's counts: the cells of the kept cubes that a report moves, and the statements that move them, in raw SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deploy.cli.bench.statements import Row

Cells = dict[tuple[object, ...], int]


@dataclass(frozen=True)
class Cube:
    """A table of the kept counts: its key, in the order of the cells' values, and whether it counts stages too."""

    table: str
    key: tuple[str, ...]
    stages: bool = False

    def sql(self, measure: str) -> str:
        """Adds to one of the measures."""
        measures = (*STAGES, "reports") if self.stages else ("reports",)
        rest = [each for each in measures if each != measure]
        arrays = ", ".join(
            f"${at}::{'date' if name == 'month' else 'text'}[]"
            for at, name in enumerate(self.key, 1)
        )
        return (
            f"INSERT INTO {self.table} ({', '.join((*self.key, measure, *rest))})"  # noqa: S608 - our own names
            f" SELECT moved.*{', 0' * len(rest)} FROM unnest({arrays}, ${len(self.key) + 1}::int[]) AS moved"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE"
            f" SET {measure} = {self.table}.{measure} + excluded.{measure}"
        )


STAGES = (
    "asked",
    "in_time",
    "late",
    "learning",
    "action",
    "completed",
    "outcome",
    "disputed",
    "confirmed",
    "unanswered",
)
_SUBJECT = ("month_of", "sub_theme", "theme", "month")
_FACET = ("facet", "theme", "value", "month")
_NATURE = ("tenet", "kind")
PAIR_COUNT = Cube("pair_count", ("reporter", "provider", *_SUBJECT, *_NATURE), stages=True)
PLACE_COUNT = Cube("place_count", ("area", "provider", *_SUBJECT, *_NATURE), stages=True)
PAIR_FACET = Cube("pair_facet", ("reporter", "provider", *_FACET, *_NATURE))
PLACE_FACET = Cube("place_facet", ("area", "provider", *_FACET, *_NATURE))
PRACTICE_COUNT = Cube("practice_count", ("reporter", "month_of", "theme", "month"), stages=True)
AREA = "Q9A"


def counted(rows: Sequence[Row], step: str) -> tuple[str, dict[Cube, Cells]]:
    """The measure that a step counts in, and its cells: of a report itself, of its theme, or of its case where a clock runs."""
    found: dict[Cube, Cells] = {}
    for row in rows:
        month = date.fromisoformat(row["happened_on"]).replace(day=1)
        whole = (("event", "", "", month), ("report", "", "", month))
        themed = (("event", "", "discharge", month),)
        graded = "harm" if row.get("harm") else "rating"
        value = row.get("harm") or row.get("rating") or "unknown"
        if step == "reports":
            told = (("source", "", "import", month), ("service", "", "other", month))
            _count(found, row, whole, (*told, (graded, "", value, month)))
        elif step == "verdicts":
            _count(found, row, themed, ((graded, "discharge", value, month),))
        elif not row["historic"]:
            _count(found, row, (*whole, *themed), ())
    return ("asked" if step == "cases" else "reports"), found


def _count(
    found: dict[Cube, Cells],
    row: Row,
    subjects: Sequence[tuple[object, ...]],
    facets: Sequence[tuple[object, ...]],
) -> None:
    reporter, provider = row["reporter"], row["provider"]
    nature = (row["tenet"], row["kind"])
    places = (
        ("", ""),
        ("", provider),
        (AREA, ""),
        (AREA, provider),
        (f"{AREA}:practices", ""),
    )
    for subject in subjects:
        _one_more(found, PAIR_COUNT, (reporter, provider, *subject, *nature))
        for place in places:
            _one_more(found, PLACE_COUNT, (*place, *subject, *nature))
        _one_more(found, PRACTICE_COUNT, (reporter, subject[0], *subject[2:]))
    for facet in facets:
        _one_more(found, PAIR_FACET, (reporter, provider, *facet, *nature))
        for place in places:
            _one_more(found, PLACE_FACET, (*place, *facet, *nature))


def _one_more(found: dict[Cube, Cells], cube: Cube, key: tuple[object, ...]) -> None:
    cells = found.setdefault(cube, {})
    cells[key] = cells.get(key, 0) + 1
