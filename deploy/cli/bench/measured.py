"""What the benchmark found, and how it is shown."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measured:
    """A figure, its floor from the same run, and the bar it is held against (all in `unit`)."""

    what: str
    unit: str
    ours: float
    floor: float | None = None
    bar: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours as a part of the floor."""
        return self.ours / self.floor if self.floor else None


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` from 0 to 1. NaN for no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def show(found: Sequence[Measured]) -> None:
    table = Table("What", "Unit", "Insight", "Floor", "Ratio", "Bar")
    for name in ("Insight", "Floor", "Ratio"):
        next(column for column in table.columns if column.header == name).justify = "right"
    for one in found:
        table.add_row(
            one.what,
            one.unit,
            _number(one.ours),
            _number(one.floor),
            _number(one.ratio, digits=2),
            one.bar,
        )
    Console().print(table)


def as_json(found: Sequence[Measured]) -> str:
    return json.dumps([asdict(one) | {"ratio": one.ratio} for one in found], indent=1)


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return "-"
    if abs(value) >= 100 and digits > 2:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"
