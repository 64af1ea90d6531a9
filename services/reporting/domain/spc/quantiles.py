"""Quantiles of counts, with a fraction: limits that move smoothly with the volume.

Source: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005), appendix A.1.1,
for the lower ones. The upper ones are the same seen from the other end, which is a count higher than there: else a count that is
reached too often lies outside (1 late answer of 1, where 1 in 9 are late, above a limit for 1 in 1,000).
"""

from collections.abc import Callable, Sequence
from math import exp, floor, lgamma, log, sqrt

_FAR = 9
"""Standard deviations below the mean: what is less likely than that is left out (below 1e-18)."""

_MIDDLE = 0.5


def poisson_quantiles(mean: float, probabilities: Sequence[float]) -> list[float]:
    """For ascending probabilities, the count that each lies at. `mean` above 0."""
    first = max(0, floor(mean - _FAR * sqrt(mean)))
    logarithm = first * log(mean) - mean - lgamma(first + 1)
    return _quantiles(first, exp(logarithm), lambda count: mean / (count + 1), probabilities)


def binomial_quantiles(trials: int, chance: float, probabilities: Sequence[float]) -> list[float]:
    """For ascending probabilities, the successes that each lies at, never more than there are trials. `chance` between 0 and 1, both
    excluded."""
    mean = trials * chance
    first = max(0, floor(mean - _FAR * sqrt(mean * (1 - chance))))
    odds = chance / (1 - chance)
    logarithm = (
        lgamma(trials + 1)
        - lgamma(first + 1)
        - lgamma(trials - first + 1)
        + first * log(chance)
        + (trials - first) * log(1 - chance)
    )
    found = _quantiles(
        first, exp(logarithm), lambda count: odds * (trials - count) / (count + 1), probabilities
    )
    return [min(count, float(trials)) for count in found]


def _quantiles(
    count: int, chance: float, ratio: Callable[[int], float], probabilities: Sequence[float]
) -> list[float]:
    """Counts upwards, adding up chances: at the first count that reaches a probability, less the share of it that is too much; above
    the middle a count more. Whole counts below a lower quantile are less likely than its probability, and so are those above an
    upper one than what is left of it."""
    found = []
    reached = chance
    for probability in probabilities:
        while reached < probability:
            chance *= ratio(count)
            count += 1
            reached += chance
        limit = count - (reached - probability) / chance
        found.append(max(0.0, limit + 1 if probability > _MIDDLE else limit))
    return found
