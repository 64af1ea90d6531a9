"""What `insight themes` does: from labelled files to weights, figures and the model card."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from deploy.training.card import TABLE, render
from deploy.training.fitting import Corpus, read
from deploy.training.fitting import train as train_model
from deploy.training.measuring import SEED, Measured, cross_validate
from deploy.training.rows import alike, read_rows
from services.classification.model.comments import CommentReader
from services.classification.model.taxonomy import load_lexicon, load_taxonomy
from services.classification.model.versions import COMMENTS, weights_file
from services.classification.model.weights import load_weights
from services.classification.model.words import Reader

LEXICON = COMMENTS.lexicon or COMMENTS.model
CARD = Path(__file__).parents[2] / "docs" / "model-cards" / f"{COMMENTS.name}.md"


class EncoderMissing(Exception):
    """What runs the sentence encoder is not installed; the message says what to do."""


def train(files: list[Path], out: Path) -> str:
    """Fits the model to all labelled comments of the files, puts it at `out`, and says what it is. Raises UnusableRows,
    EncoderMissing."""
    corpus = _corpus(files)
    weights = train_model(corpus, np.arange(len(corpus.rows)), SEED)
    out.parent.mkdir(parents=True, exist_ok=True)
    weights.save(out)
    return f"{out.name}: {len(corpus.rows):,} comments, {len(weights.labels)} labels, {out.stat().st_size:,} bytes\n"


def evaluate(files: list[Path], *, card: bool) -> str:
    """The figures of a cross-validation as a table; with `card` they go into the model card, too."""
    corpus = _corpus(files)
    taxonomy = load_taxonomy(COMMENTS.taxonomy)
    measured = cross_validate(corpus, taxonomy, load_lexicon(LEXICON), _tell)
    _tell("")
    if card:
        trained = len(load_weights(weights_file(COMMENTS)).labels)
        CARD.parent.mkdir(parents=True, exist_ok=True)
        CARD.write_text(render(COMMENTS, taxonomy, measured, trained), encoding="utf-8")
    return table(measured)


def table(measured: Measured) -> str:
    """The figures as lines of text, in the columns of the model card."""
    columns = (measured.asked, measured.unasked, measured.unseen_by_cues)
    lines = [f"{'':34}{'with question':>15}{'without':>15}{'unseen by cues':>16}"]
    lines.append(f"{'comments':34}" + "".join(f"{figures.comments:15,}" for figures in columns))
    for name, of in TABLE:
        lines.append(f"{name:34}" + "".join(f"{of(figures):15.3f}" for figures in columns))
    return "\n".join(lines) + "\n"


def _corpus(files: list[Path]) -> Corpus:
    if find_spec("onnxruntime") is None or find_spec("tokenizers") is None:
        raise EncoderMissing("Training needs packages that the services do not: use `make train`.")
    from deploy.training.meaning import encode  # only here are the packages there

    taxonomy, lexicon = load_taxonomy(COMMENTS.taxonomy), load_lexicon(LEXICON)
    rows = read_rows(files, taxonomy)
    reader = CommentReader(taxonomy, lexicon)
    comments = [reader.read(row.text, row.question) for row in rows]
    meaning = encode(rows, comments, Reader(lexicon.abbreviations), _tell)
    _tell("")
    return read(rows, alike([row.text for row in rows]), reader, meaning)


def _tell(progress: str) -> None:
    """One line that is written over; quiet where nobody looks."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{progress}")
        sys.stderr.flush()
