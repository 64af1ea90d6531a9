"""Control charts, funnels and their icons as SVG, made from the numbers of `domain/spc` and nothing else.

No styles inside: classes, which `static/spc.css` gives their look on a page, and `standalone` in a file of its own. Shape as well as
colour tells the kinds of points apart, and each drawing carries a title and a description with the same numbers.
"""

from services.reporting.domain.drawing.band_chart import band_chart
from services.reporting.domain.drawing.funnel_chart import (
    FunnelLabels,
    funnel_chart,
    funnel_words,
    value_told,
)
from services.reporting.domain.drawing.icons import assurance_icon, variation_icon
from services.reporting.domain.drawing.parts import NARROW, SMALL, WIDE, Chart, Frame, standalone
from services.reporting.domain.drawing.quantities import Quantity
from services.reporting.domain.drawing.scales import told
from services.reporting.domain.drawing.xmr_chart import xmr_chart
from services.reporting.domain.drawing.xmr_words import (
    Labels,
    overview_words,
    xmr_words,
)

__all__ = [
    "NARROW",
    "SMALL",
    "WIDE",
    "Chart",
    "Frame",
    "FunnelLabels",
    "Labels",
    "Quantity",
    "assurance_icon",
    "band_chart",
    "funnel_chart",
    "funnel_words",
    "overview_words",
    "standalone",
    "told",
    "value_told",
    "variation_icon",
    "xmr_chart",
    "xmr_words",
]
