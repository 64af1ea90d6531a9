"""Logistic regressions, one for each column, on the same sparse features."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Matrix = NDArray[np.float64]


def fit(
    features: csr_array,
    wanted: NDArray[np.bool_],
    known: NDArray[np.bool_],
    strength: float,
    steps: int,
) -> tuple[Matrix, Matrix]:
    """Weights (features x columns) and intercepts that minimise half the weights' squares plus `strength` times the logistic loss of
    what is `known` (both rows x columns), by L-BFGS. Intercepts are not held back.
    """
    count, columns = features.shape[1], wanted.shape[1]
    signs = np.where(wanted, 1.0, -1.0)
    counted = strength * known
    transposed = features.T.tocsr()
    yes = np.maximum((wanted & known).sum(axis=0), 0.5)
    no = np.maximum((~wanted & known).sum(axis=0), 0.5)

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat[: count * columns].reshape(count, columns)
        against = -signs * (features @ weights + flat[count * columns :])
        pull = -signs * counted * logistic(against)
        value = 0.5 * float((flat[: count * columns] ** 2).sum()) + float(
            (counted * np.logaddexp(0, against)).sum()
        )
        return value, np.concatenate([(weights + transposed @ pull).ravel(), pull.sum(axis=0)])

    start = np.concatenate([np.zeros(count * columns), np.log(yes / no)])
    found: Any = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 6}
    )
    return found.x[: count * columns].reshape(count, columns), found.x[count * columns :]


def logistic(values: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
