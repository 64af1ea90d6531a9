"""Organisations of very different volumes side by side: a funnel plot, whose limits are as wide as chance makes each volume vary.

Source: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005): limits at which
an organisation like all others lies outside once in 20 times (95%) and once in 500 (99.8%), exact binomial or Poisson ones.

Organisations differ for more reasons than chance (who reports, who is ill), and with large volumes those alone would put most of them
outside. Where they vary more than chance allows, the limits are widened by the variance between them: z-scores on a scale of steady
variance, the outer tenths drawn in so that those who really differ do not hide themselves, and the moments estimate of R. DerSimonian
and N. Laird (1986), as in D. J. Spiegelhalter et al., "Statistical methods for healthcare regulation", Journal of the Royal
Statistical Society A 175 (2012), and in NHS England's hospital mortality indicator. From fewer than 10 organisations that variance
cannot be told, and they are not widened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, exp, isfinite, log, pi, sin, sqrt
from statistics import NormalDist, quantiles

from services.reporting.domain.spc.quantiles import binomial_quantiles, poisson_quantiles
from services.reporting.domain.spc.series import UnusableSeries

PROBABILITIES = (0.001, 0.025, 0.975, 0.999)
_Z = tuple(NormalDist().inv_cdf(probability) for probability in PROBABILITIES)
BY_CHANCE = 20
"""Of so many that are alike, one lies beyond the 95% limits."""
FEWEST_TO_COMPARE = 3
FEWEST_TO_WIDEN = 10
EXACT_TO = 1_000
"""Expected counts above this take the limits of the steady scale: they differ by a count or so, and cost nothing."""
_CURVE = 60
"""Steps of the drawn limits."""


class Measure(StrEnum):
    PROPORTION = "proportion"
    """So many of so many: closed in time, of all closed. Binomial."""
    RATE = "rate"
    """So many for an exposure: reports for each 1,000 patients, or for the number expected. Poisson."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation: its key (a code), the count, and what the count is out of, or for."""

    key: str
    count: int
    volume: float


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    lower_998: float
    lower_95: float
    upper_95: float
    upper_998: float


class Zone(StrEnum):
    """Where an organisation lies, and what may be said of it. Of all that are alike one in 20 lies beyond the 95% limits, so only those of
    99.8% make a claim."""

    FAR_BELOW = "below the 99.8% limit, likely more than chance"
    BELOW = "below the 95% limit only, a little unusual"
    WITHIN = "as expected"
    ABOVE = "above the 95% limit only, a little unusual"
    FAR_ABOVE = "above the 99.8% limit, likely more than chance"

    @property
    def far(self) -> bool:
        """Whether that is likely more than chance."""
        return self in (Zone.FAR_BELOW, Zone.FAR_ABOVE)

    @property
    def unusual(self) -> bool:
        """Whether chance alone makes it of one in 20."""
        return self in (Zone.BELOW, Zone.ABOVE)


@dataclass(frozen=True, slots=True)
class Placed:
    """An organisation in the funnel: its proportion or rate, and where that lies."""

    unit: Unit
    value: float
    limits: FunnelLimits
    zone: Zone


@dataclass(frozen=True)
class Funnel:
    measure: Measure
    centre: float
    """The proportion or rate of all together."""
    placed: tuple[Placed, ...]
    empty: tuple[Unit, ...]
    """Organisations without any volume: nothing can be said of them."""
    curve: tuple[tuple[float, FunnelLimits], ...]
    """The limits by volume, for drawing."""
    dispersion: float
    """The mean square of the z-scores, outer tenths drawn in: about 1 where organisations differ by chance alone."""
    between: float
    """The variance between organisations by which limits are widened, on the steady scale; 0 where they are not."""

    @property
    def enough(self) -> bool:
        """Whether there are enough organisations to compare any of them with the others."""
        return len(self.placed) >= FEWEST_TO_COMPARE

    @property
    def flat(self) -> bool:
        """Whether it is none of anybody's volume, or all of everybody's: then nobody can be compared."""
        return _is_flat(self.centre, self.measure)

    @property
    def telling(self) -> bool:
        """Whether anything can be said of anybody."""
        return self.enough and not self.flat

    @property
    def far(self) -> tuple[Placed, ...]:
        """Those who likely differ by more than chance."""
        return tuple(each for each in self.placed if self.telling and each.zone.far)

    @property
    def unusual(self) -> tuple[Placed, ...]:
        """Those beyond the 95% limits only."""
        return tuple(each for each in self.placed if self.telling and each.zone.unusual)

    @property
    def widened(self) -> bool:
        return self.between > 0


def funnel(units: Sequence[Unit], measure: Measure) -> Funnel:
    """Raises `UnusableSeries` when nobody has any volume, and for counts that cannot be."""
    for unit in units:
        _check(unit, measure)
    counted = [unit for unit in units if unit.volume]
    if not counted:
        raise UnusableSeries("no organisation has anything to compare")
    centre = sum(unit.count for unit in counted) / sum(unit.volume for unit in counted)
    dispersion, between = _spread(counted, centre, measure)
    placed = []
    for unit in counted:
        limits = _limits(unit.volume, centre, between, measure)
        value = unit.count / unit.volume
        placed.append(Placed(unit, value, limits, _zone(value, limits)))
    curve = tuple(
        (volume, _limits(volume, centre, between, measure)) for volume in _volumes(counted, measure)
    )
    empty = tuple(unit for unit in units if not unit.volume)
    return Funnel(measure, centre, tuple(placed), empty, curve, dispersion, between)


def _check(unit: Unit, measure: Measure) -> None:
    if unit.count < 0 or unit.volume < 0 or not isfinite(unit.volume):
        raise UnusableSeries(f"{unit.key} has a count or volume below zero")
    if measure is Measure.PROPORTION and (
        unit.count > unit.volume or unit.volume != int(unit.volume)
    ):
        raise UnusableSeries(f"{unit.key} has {unit.count} of {unit.volume:g}")
    if unit.count and not unit.volume:
        raise UnusableSeries(f"{unit.key} has a count for no volume")


def _zone(value: float, limits: FunnelLimits) -> Zone:
    if value > limits.upper_998:
        return Zone.FAR_ABOVE
    if value < limits.lower_998:
        return Zone.FAR_BELOW
    if value > limits.upper_95:
        return Zone.ABOVE
    return Zone.BELOW if value < limits.lower_95 else Zone.WITHIN


def _is_flat(centre: float, measure: Measure) -> bool:
    return centre == 0 or (measure is Measure.PROPORTION and centre == 1)


def _limits(volume: float, centre: float, between: float, measure: Measure) -> FunnelLimits:
    proportion = measure is Measure.PROPORTION
    if _is_flat(centre, measure):
        return FunnelLimits(centre, centre, centre, centre)
    expected = volume * centre
    scarcer = min(expected, volume - expected) if proportion else expected
    if between == 0 and scarcer <= EXACT_TO:
        exact = (
            binomial_quantiles(round(volume), centre, PROBABILITIES)
            if proportion
            else poisson_quantiles(expected, PROBABILITIES)
        )
        return FunnelLimits(*(count / volume for count in exact))
    middle = _steady(centre, measure)
    spread = sqrt(1 / (4 * volume) + between)
    return FunnelLimits(*(_unsteady(middle + z * spread, measure) for z in _Z))


def _spread(units: Sequence[Unit], centre: float, measure: Measure) -> tuple[float, float]:
    """Dispersion, and variance between organisations. On the steady scale the variance of each is 1 / (4 volume)."""
    middle = _steady(centre, measure)
    scores = [
        (_steady(unit.count / unit.volume, measure) - middle) * 2 * sqrt(unit.volume)
        for unit in units
    ]
    number = len(scores)
    if number < FEWEST_TO_WIDEN:
        return sum(score**2 for score in scores) / number, 0.0
    tenths = quantiles(scores, n=10, method="inclusive")
    drawn_in = [min(max(score, tenths[0]), tenths[-1]) for score in scores]
    dispersion = sum(score**2 for score in drawn_in) / number
    weights = [4 * unit.volume for unit in units]
    whole = sum(weights)
    room = whole - sum(weight**2 for weight in weights) / whole
    return dispersion, max(0.0, (number * dispersion - (number - 1)) / room)


def _steady(value: float, measure: Measure) -> float:
    """Onto the scale on which chance varies alike at every level: arcsine of the root of a proportion, root of a rate."""
    return asin(sqrt(value)) if measure is Measure.PROPORTION else sqrt(value)


def _unsteady(value: float, measure: Measure) -> float:
    if measure is Measure.PROPORTION:
        return sin(min(max(value, 0.0), pi / 2)) ** 2
    return max(value, 0.0) ** 2


def _volumes(units: Sequence[Unit], measure: Measure) -> list[float]:
    """From the smallest volume to a little above the largest, closer together where the funnel is steep."""
    least = min(unit.volume for unit in units)
    most = max(unit.volume for unit in units) * 1.05
    steps = [exp(log(least) + at / _CURVE * (log(most) - log(least))) for at in range(_CURVE + 1)]
    whole = measure is Measure.PROPORTION
    return list(dict.fromkeys(max(1.0, float(round(each))) if whole else each for each in steps))
