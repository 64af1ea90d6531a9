"""Which points are more than chance: trend, two of three, shift. One rebase group at a time: no run crosses a rebase.

A missing value, or a limit that cannot be computed, breaks every run it would be part of.
"""

from collections.abc import Sequence
from itertools import pairwise

RUN = 7
"""Points that make a trend or a shift."""


def sign(number: float) -> int:
    return (number > 0) - (number < 0)


def shifted(sides: Sequence[int | None]) -> list[bool]:
    """Whether each point is one of seven or more on one side of the mean. A point on the mean breaks the run."""
    flags = [False] * len(sides)
    for begin, end in _runs(sides):
        if end - begin >= RUN:
            flags[begin:end] = [True] * (end - begin)
    return flags


def trending(values: Sequence[float | None]) -> list[int]:
    """1 for each point of seven or more that rise one after the other, -1 for falling, else 0. A tie breaks the run.

    A point whose follower is in a trend, too, takes the direction of the step to that follower: the turning point of two trends
    belongs to the later one. As in NHSRplotthedots, this holds as well for the last point of a trend when another one begins at the
    very next point: its direction is that of the step between the two, and a step of nothing counts as falling.
    """
    steps = _steps(values)
    member = [False] * len(values)
    for begin, end in _runs(steps):
        if end - begin >= RUN - 1:
            member[begin : end + 1] = [True] * (end - begin + 1)
    return [_direction(at, member, steps) for at in range(len(values))]


def _direction(at: int, member: Sequence[bool], steps: Sequence[int | None]) -> int:
    if not member[at]:
        return 0
    followed = at + 1 < len(member) and member[at + 1]
    return 1 if steps[at if followed else at - 1] == 1 else -1


def two_of_three(close: Sequence[bool | None], sides: Sequence[int | None]) -> list[bool]:
    """Whether each point is one of at least two that are close to the limit among three in a row on one side of the mean. Points
    beyond the limit are not close."""
    flags = [False] * len(sides)
    for begin in range(len(sides) - 2):
        window = range(begin, begin + 3)
        together = sides[begin] in (1, -1) and all(sides[at] == sides[begin] for at in window)
        near = [at for at in window if close[at]]
        if together and len(near) >= 2:
            for at in near:
                flags[at] = True
    return flags


def _steps(values: Sequence[float | None]) -> list[int | None]:
    return [
        None if one is None or other is None else sign(other - one)
        for one, other in pairwise(values)
    ]


def _runs(signs: Sequence[int | None]) -> list[tuple[int, int]]:
    """Where the same sign, not zero, stands in a row: begin and end, as in a slice."""
    runs = []
    begin = 0
    for at in range(1, len(signs) + 1):
        if at == len(signs) or signs[at] != signs[begin]:
            if signs[begin] in (1, -1):
                runs.append((begin, at))
            begin = at
    return runs
