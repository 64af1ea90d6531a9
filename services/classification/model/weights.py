"""A trained model's numbers: plain arrays in a NumPy archive, read without pickle, so that a file can hold nothing but numbers and words."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent.parent / "weights"

Floats = NDArray[np.float32]
Strings = tuple[str, ...]

HINT = "hint/"
"""What the keys of hints begin with; no theme is called so."""
SENTIMENT_STEPS = 4
"""Outputs after those of the labels: is the sentiment above 1, above 2, above 3, above 4?"""


@dataclass(frozen=True)
class Phrases:
    """What `phrases.py` needs: `F` filters over three neighbouring words of `N` dimensions each."""

    vectors: NDArray[np.int8]
    """(Stems + 1) x N, each row times its `scale`. The last is nothing: the end of a sentence, a word that is not known."""
    scale: Floats
    filters: Floats
    """3N x F."""
    bias: Floats
    weights: Floats
    """F x T."""


@dataclass(frozen=True)
class Weights:
    """`L` labels, `T = L + SENTIMENT_STEPS` outputs, `D` dimensions of a word's vector.

    The trained stems come first in `stems`; those after them are known by their vectors only.
    """

    labels: Strings
    """Keys of sub-themes, `theme/sub-theme`, or of themes; those of hints, `hint/...`, come last."""
    questions: Strings
    stems: Strings
    pairs: Strings
    """Two neighbouring stems with a space between."""
    stem_idf: Floats
    pair_idf: Floats
    vectors: NDArray[np.int8]
    """Stems x D, each row times its `vector_scale`."""
    vector_scale: Floats
    centre: Floats
    """D: the mean over the training texts, taken off each text's vector."""
    stem_weights: NDArray[np.float16]
    """Trained stems x T."""
    pair_weights: NDArray[np.float16]
    vector_weights: Floats
    cue_weights: Floats
    """Sub-themes of the taxonomy in its order, then the feeling: x T."""
    question_weights: Floats
    intercept: Floats
    slope: Floats
    """L: with `offset`, from a label's logit to one whose logistic is how often the label is right (Platt)."""
    offset: Floats
    threshold: Floats
    """L: a label is assigned from this confidence on."""
    phrases: Phrases | None = None

    def save(self, path: Path) -> None:
        """The same weights give the same bytes."""
        arrays = _arrays(self, "") | (
            {} if self.phrases is None else _arrays(self.phrases, _PHRASES)
        )
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)


_PHRASES = "phrases_"


def load_weights(path: Path) -> Weights:
    """Raises FileNotFoundError, ValueError for a file that is not such an archive, KeyError for one that lacks an array."""
    with np.load(path, allow_pickle=False) as archive:
        has_phrases = any(name.startswith(_PHRASES) for name in archive.files)
        return Weights(
            **_values(archive, Weights, ""),
            phrases=Phrases(**_values(archive, Phrases, _PHRASES)) if has_phrases else None,
        )


def _arrays(of: Weights | Phrases, prefix: str) -> dict[str, NDArray[Any]]:
    return {f"{prefix}{name}": _array(getattr(of, name)) for name in _names(type(of))}


def _values(archive: Mapping[str, Any], of: type[Weights | Phrases], prefix: str) -> dict[str, Any]:
    strings = {f.name for f in fields(of) if f.type is Strings}
    return {
        name: _value(archive[f"{prefix}{name}"], strings=name in strings) for name in _names(of)
    }


def _names(of: type[Weights | Phrases]) -> list[str]:
    return [f.name for f in fields(of) if f.name != "phrases"]


def _array(value: Any) -> NDArray[Any]:
    if isinstance(value, tuple):
        return np.frombuffer("\n".join(value).encode(), dtype=np.uint8)
    return np.asarray(value)


def _value(array: NDArray[Any], *, strings: bool) -> Any:
    if not strings:
        return array
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()  # no strings at all, and not one that is empty
