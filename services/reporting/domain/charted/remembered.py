"""What follows from a series and nothing else, kept for when it is asked for again: between two views of a page, of its thirty series at
most a few have changed. What these are of is the whole of the key, so that nothing here can be out of date.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

from services.reporting.domain import drawing, spc

_MOST = 2_000
"""Of each kind: those of some sixty pages."""

P = ParamSpec("P")
T = TypeVar("T")


def remembered(rule: Callable[P, T]) -> Callable[P, T]:
    """With arguments that can be a key: series as tuples."""
    return cast("Callable[P, T]", lru_cache(_MOST)(rule))


carried = remembered(spc.carried)
carried_by_month = remembered(spc.carried_by_month)
xmr = remembered(spc.xmr)
days_between = remembered(spc.days_between)
xmr_chart = remembered(drawing.xmr_chart)
