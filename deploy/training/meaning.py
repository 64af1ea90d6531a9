"""What the encoder says of the training texts, and of the words in them and beyond."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from deploy.training.encoder import Encoder
from deploy.training.rows import Row
from deploy.training.vectors import Meaning
from services.classification.model.comments import NOT, Comment
from services.classification.model.words import BREAK, Reader

Told = Callable[[str], None]


def encode(rows: Sequence[Row], comments: Iterable[Comment], reader: Reader, told: Told) -> Meaning:
    """Of texts and stems; a stem is encoded as the word in which it is met most, "not" before it where it was turned round.
    `told` hears of the progress."""
    encoder = Encoder()
    words = _words_of([row.text for row in rows], reader)
    for word in encoder.whole_words():
        for stem in reader.read(word).stems:
            words.setdefault(stem, word)
    for comment in comments:
        for stem in comment.stems:
            if stem not in words:
                words[stem] = f"not {words[stem.removeprefix(NOT)]}"
    stems = sorted(words)
    encoded = encoder.encode(
        [words[stem] for stem in stems], lambda done: told(f"{done:,} of {len(stems):,} words")
    )
    texts = encoder.encode(
        [row.text for row in rows], lambda done: told(f"{done:,} of {len(rows):,} texts")
    )
    return Meaning(dict(zip(stems, encoded, strict=True)), texts)


def _words_of(texts: Sequence[str], reader: Reader) -> dict[str, str]:
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = reader.read(text)
        for stem, start, end in zip(words.stems, words.starts, words.ends, strict=True):
            if stem != BREAK:
                met[stem][text[start:end].lower()] += 1
    return {stem: max(sorted(counts), key=counts.__getitem__) for stem, counts in met.items()}
