"""The icon of a chart: what its latest point says, and whether a target will be met. Our own drawings of what Making Data Count's icons
mean: shape, letter and words, so that none of them rests on colour."""

from services.reporting.domain.drawing.parts import Shape, mark, path, svg, text
from services.reporting.domain.spc import ASSURANCE, VARIATION, Assurance, Variation

_SIZE = 48.0
_KINDS = {
    "improvement": Shape.SQUARE,
    "concern": Shape.TRIANGLE,
    "neutral": Shape.DIAMOND,
}
_ASSURED = {Assurance.MET: "P", Assurance.MISSED: "F", Assurance.OPEN: "?"}


def variation_icon(key: str, variation: Variation) -> str:
    """High or low, and improvement, concern or neither; a wave where there is no sign of a change."""
    if variation is Variation.COMMON_CAUSE:
        wave = [(8.0 + at * 4, 24.0 + (-7, 7)[at % 2]) for at in range(9)]
        inside = [_ring("common"), path("wave", wave)]
    else:
        kind, _, height = variation.value.partition("_")
        high = height == "high"
        inside = [
            _ring(kind),
            mark(_KINDS[kind], kind, 16, 15 if high else 33, 5),
            text(30, 30, "H" if high else "L", anchor="middle", kind="icon-letter"),
        ]
    return svg(key, (_SIZE, _SIZE), "Variation", VARIATION[variation], inside)


def assurance_icon(key: str, assurance: Assurance) -> str:
    """P, F or a question mark: the target will be met, missed, or either."""
    kind = {Assurance.MET: "improvement", Assurance.MISSED: "concern"}.get(assurance, "common")
    inside = [
        _ring(kind),
        text(24, 31, _ASSURED[assurance], anchor="middle", kind="icon-letter"),
    ]
    return svg(key, (_SIZE, _SIZE), "Assurance", ASSURANCE[assurance], inside)


def _ring(kind: str) -> str:
    return f'<circle class="spc-ring spc-ring--{kind}" cx="24" cy="24" r="21"/>'
