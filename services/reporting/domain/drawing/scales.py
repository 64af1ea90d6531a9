"""From values to places, and to the words that name them."""

from dataclasses import dataclass
from itertools import count
from math import ceil, floor, isclose, log10

_STEPS = 5
"""Between the ends of an axis, at most."""
_NOTHING = 1e-300
"""A difference that is none."""
_HUGE = 1e10
"""From here on numbers are written with a power of ten."""


@dataclass(frozen=True)
class Axis:
    """Round steps from `low` to `high`."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        number = round((self.high - self.low) / self.step)
        return [self.low + at * self.step for at in range(number + 1)]

    def share(self, value: float) -> float:
        """How far up the axis: 0 at its low end, 1 at its high one. Values beyond them stay at the ends."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def label(self, tick: float) -> str:
        if self.step < 1e-6 or max(abs(self.low), abs(self.high)) >= _HUGE:
            return f"{tick:.4g}"
        decimals = max(0, -floor(log10(self.step)))
        return _without_minus_zero(f"{tick:,.{decimals}f}")


def axis_over(lowest: float, highest: float) -> Axis:
    """An axis on which all values have room. It begins at zero unless that would leave more than half of it empty."""
    if isclose(lowest, highest, rel_tol=1e-9, abs_tol=1e-12):
        lowest, highest = min(0.0, lowest), max(0.0, highest)
    elif 0 <= lowest <= highest / 2:
        lowest = 0.0
    if highest - lowest < _NOTHING:
        highest = lowest + 1
    rough = (highest - lowest) / _STEPS
    power = floor(log10(rough))
    step = next(
        base * 10.0**at for at in count(power) for base in (1, 2, 5) if base * 10.0**at >= rough
    )
    low = floor(lowest / step + 1e-9) * step
    return Axis(low, low + max(1, ceil((highest - low) / step - 1e-9)) * step, step)


def told(value: float) -> str:
    """A number as people say it: `1,234`, `12.3`, `0.46`: three figures, whole where it is large."""
    if value and abs(value) < 0.001:
        return f"{value:.1g}"
    if abs(value) >= _HUGE:
        return f"{value:.4g}"
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    if abs(value) < 0.1:
        decimals = 3
    text = f"{value:,.{decimals}f}"
    return _without_minus_zero(text.rstrip("0").rstrip(".") if "." in text else text)


def _without_minus_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text
