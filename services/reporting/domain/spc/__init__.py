"""Statistical process control: numbers in, what may be said of them out. Pure.

`xmr` makes the chart of a series by the "Making Data Count" rules (`limits`, `rules`, on the values of `series`).
"""

from services.reporting.domain.spc.series import (
    FEWEST_POINTS,
    FEWEST_TO_FIX,
    Assurance,
    Cause,
    Direction,
    Judged,
    Limits,
    Options,
    Point,
    PointType,
    Rebase,
    UnusableSeries,
    Variation,
    Xmr,
    starting_at,
)
from services.reporting.domain.spc.xmr import xmr

__all__ = [
    "FEWEST_POINTS",
    "FEWEST_TO_FIX",
    "Assurance",
    "Cause",
    "Direction",
    "Judged",
    "Limits",
    "Options",
    "Point",
    "PointType",
    "Rebase",
    "UnusableSeries",
    "Variation",
    "Xmr",
    "starting_at",
    "xmr",
]
