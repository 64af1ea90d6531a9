"""Words' vectors, so that the mean of a text's words points where the encoder puts the whole text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DIMENSIONS = 128
HOLD = 1.0
"""How strongly a word is held to its own encoding, against what the training texts say of it."""
REACH = 5.0
"""Length of a text's vector as the regression sees it."""

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Meaning:
    """What the encoder says, for whatever is trained on it."""

    words: dict[str, Floats]
    """By stem, the encoding of its commonest word."""
    texts: Floats
    """Rows x encoder dimensions."""


def distil(
    shares: csr_array, own: Floats, texts: Floats
) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Vectors (stems x DIMENSIONS, as bytes with a scale for each) and the mean text (DIMENSIONS).

    `shares` says how much of each text (row, of length 1) is each stem, `own` is how the encoder sees each stem by itself. Each stem
    moves from there so that texts come out as the encoder sees them (ridge regression, in its dual form since there are fewer texts
    than stems x texts); then the directions in which the texts differ most are kept (PCA).
    """
    missed = texts.astype(np.float64) - shares @ own.astype(np.float64)
    alike = (shares @ shares.T).toarray()
    alike[np.diag_indices_from(alike)] += HOLD
    moved = own + shares.T @ np.linalg.solve(alike, missed)
    seen = shares @ moved
    mean = seen.mean(axis=0)
    spread = (seen - mean).T @ (seen - mean)
    _, directions = np.linalg.eigh(spread)
    kept = directions[:, ::-1][:, :DIMENSIONS]
    return *as_bytes(moved @ kept), (mean @ kept).astype(np.float32)


def as_bytes(vectors: Floats | Matrix) -> tuple[NDArray[np.int8], Floats]:
    """Each row as bytes, and what they are times."""
    scale = np.maximum(np.abs(vectors).max(axis=1), 1e-6) / 127
    return np.round(vectors / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def text_vectors(shares: csr_array, vectors: Floats, centre: Floats) -> Matrix:
    """Rows x DIMENSIONS, each of length REACH."""
    mean = shares @ vectors.astype(np.float64) - centre
    return np.asarray(REACH * mean / (np.linalg.norm(mean, axis=1, keepdims=True) + 1e-9))
