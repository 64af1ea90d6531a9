"""Statistical process control: numbers in, what may be said of them out. Pure.

`carrying` decides which chart a series of counts can carry; `xmr` makes it by the "Making Data Count" rules (`limits`, `rules`, on the
values of `series`); `gaps` charts the days between rare reports; `shares` decides what a series of percentages can carry; `funnel` compares organisations of different volumes; `words` says it
in a sentence, with dates as `steps` calls them. Rules and sources: `docs/spc.md`.
"""

from services.reporting.domain.spc.carrying import (
    Carried,
    Form,
    Reach,
    carried,
    carried_by_month,
    pooled,
)
from services.reporting.domain.spc.funnel import (
    Funnel,
    FunnelLimits,
    Measure,
    Placed,
    Unit,
    Zone,
    funnel,
)
from services.reporting.domain.spc.gaps import Gaps, days_between, in_bursts
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
from services.reporting.domain.spc.shares import Share, carried_share
from services.reporting.domain.spc.steps import Step, step_of
from services.reporting.domain.spc.words import (
    ASSURANCE,
    CAUSES,
    COUNTS,
    GAPS,
    VARIATION,
    Manner,
    assurance_words,
    began,
    sentence,
    variation_words,
)
from services.reporting.domain.spc.xmr import xmr

__all__ = [
    "ASSURANCE",
    "CAUSES",
    "COUNTS",
    "FEWEST_POINTS",
    "FEWEST_TO_FIX",
    "GAPS",
    "VARIATION",
    "Assurance",
    "Carried",
    "Cause",
    "Direction",
    "Form",
    "Funnel",
    "FunnelLimits",
    "Gaps",
    "Judged",
    "Limits",
    "Manner",
    "Measure",
    "Options",
    "Placed",
    "Point",
    "PointType",
    "Reach",
    "Rebase",
    "Share",
    "Step",
    "Unit",
    "UnusableSeries",
    "Variation",
    "Xmr",
    "Zone",
    "assurance_words",
    "began",
    "carried",
    "carried_by_month",
    "carried_share",
    "days_between",
    "funnel",
    "in_bursts",
    "pooled",
    "sentence",
    "starting_at",
    "step_of",
    "variation_words",
    "xmr",
]
