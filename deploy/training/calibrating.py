"""From logits on texts that a model has not seen to confidences, and from which confidence on a label is given."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from deploy.training.regression import Matrix, logistic

HOLD = 5.0
"""How strongly a label's calibration is held to that of all labels together."""
SHRINK = 15.0
"""How many examples weigh as much as all labels together where a threshold is chosen."""
_GRID = np.arange(-5.0, 2.01, 0.1)
_SMOOTH = 7


def calibrate(logits: Matrix, wanted: NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    """Slope and offset for each label (Platt 1999); those of rare labels stay near the common ones."""
    common = _platt(logits.ravel(), wanted.ravel(), np.array([1.0, 0.0]), 0.0)
    each = np.array(
        [_platt(logits[:, one], wanted[:, one], common, HOLD) for one in range(logits.shape[1])]
    )
    return each[:, 0], each[:, 1]


def thresholds(logits: Matrix, wanted: NDArray[np.bool_], shrink: float = SHRINK) -> Matrix:
    """For each label the calibrated logit from which on giving it makes its F1 best, on a smoothed curve; shrunk towards the common one,
    so that a label with `shrink` examples goes half its own way."""
    common = max(_GRID, key=lambda least: _f1(logits >= least, wanted))
    chosen = np.full(logits.shape[1], common)
    for label in range(logits.shape[1]):
        count = int(wanted[:, label].sum())
        curve = np.array([_f1(logits[:, label] >= least, wanted[:, label]) for least in _GRID])
        padded = np.pad(curve, _SMOOTH // 2, mode="edge")
        best = _GRID[int(np.argmax(np.convolve(padded, np.ones(_SMOOTH) / _SMOOTH, "valid")))]
        own = count / (count + shrink)
        chosen[label] = own * best + (1 - own) * common
    return chosen


def _platt(logits: Matrix, wanted: NDArray[np.bool_], towards: Matrix, hold: float) -> Matrix:
    signs = np.where(wanted, 1.0, -1.0)

    def loss(line: Matrix) -> tuple[float, Matrix]:
        against = -signs * (line[0] * logits + line[1])
        pull = -signs * logistic(against)
        value = float(np.logaddexp(0, against).sum()) + 0.5 * hold * float(
            ((line - towards) ** 2).sum()
        )
        return value, np.array([(pull * logits).sum(), pull.sum()]) + hold * (line - towards)

    found: Any = minimize(loss, towards, jac=True, method="L-BFGS-B")
    return np.asarray(found.x)


def _f1(given: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return 2 * float((given & wanted).sum()) / max(1.0, float(given.sum() + wanted.sum()))
