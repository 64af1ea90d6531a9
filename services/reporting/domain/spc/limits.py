"""The limits of an XmR chart, from its moving ranges.

Source: NHS England's Making Data Count, as NHSRplotthedots 0.2.2 computes it; screening by L. S. Nelson, "Control charts for
individual measurements", Journal of Quality Technology 14 (1982).
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

from services.reporting.domain.spc.series import Limits

LIMIT = 2.66
"""Three standard deviations, as multiples of the mean moving range: 3 / 1.128."""
NEAR = 2 * (LIMIT / 3)
SCREEN = 3.267
"""The upper limit of moving ranges, as a multiple of their mean."""


def _mean(values: Sequence[float]) -> float:
    """Exact before it is rounded once, as `statistics.mean` is, which takes four times as long for whole numbers."""
    if all(value.is_integer() for value in values):
        return sum(map(int, values)) / len(values)
    return mean(values)


def limits_of(values: Sequence[float | None], *, screen: bool) -> Limits:
    """The limits that these values give, in their order. A range beside a missing value does not count.

    Means are exact before they are rounded once: what lies on the mean is told from what lies a rounding beside
    it, as R's long doubles do.
    """
    known = [float(value) for value in values if value is not None]
    if not known:
        return Limits(None, None, None, None, None)
    centre = _mean(known)
    ranges = [
        abs(float(other) - float(one))
        for one, other in pairwise(values)
        if one is not None and other is not None
    ]
    if screen and ranges:
        highest = SCREEN * _mean(ranges)
        ranges = [each for each in ranges if each < highest]
    if not ranges:
        return Limits(centre, None, None, None, None)
    usual = _mean(ranges)
    return Limits(
        centre,
        lower=centre - LIMIT * usual,
        upper=centre + LIMIT * usual,
        near_lower=centre - NEAR * usual,
        near_upper=centre + NEAR * usual,
    )
