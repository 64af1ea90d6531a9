"""What `insight themes` does: from labelled files to weights, figures and the model card."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from deploy.training import card, measuring, narratives
from deploy.training.fitting import Corpus, read
from deploy.training.fitting import train as train_model
from deploy.training.rows import alike, read_rows
from services.classification.model.comments import CommentReader
from services.classification.model.taxonomy import Lexicon, load_lexicon, load_taxonomy
from services.classification.model.versions import Version, weights_file
from services.classification.model.weights import load_weights
from services.classification.model.words import Reader
from shared.contracts.reports import Kind

CARDS = Path(__file__).parents[2] / "docs" / "model-cards"


class EncoderMissing(Exception):
    """What runs the sentence encoder is not installed; the message says what to do."""


def train(version: Version, files: list[Path], out: Path) -> str:
    """Fits the version's model to all labelled texts of the files, puts it at `out`, and says what it is. Raises UnusableRows,
    EncoderMissing."""
    corpus = _corpus(version, files)
    weights = train_model(corpus, np.arange(len(corpus.rows)), measuring.SEED)
    out.parent.mkdir(parents=True, exist_ok=True)
    weights.save(out)
    return f"{out.name}: {len(corpus.rows):,} texts, {len(weights.labels)} labels, {out.stat().st_size:,} bytes\n"


def evaluate(version: Version, files: list[Path], *, write_card: bool) -> str:
    """The figures on what a model has not seen, as a table; they go into the model card, too, where that is wanted."""
    corpus = _corpus(version, files)
    taxonomy, lexicon = load_taxonomy(version.taxonomy), _lexicon(version)
    if version.kind is Kind.EVENT:
        kept_apart = read_rows([narratives.KEPT_APART], taxonomy)
        found = narratives.measure(corpus, kept_apart, taxonomy, lexicon, _tell)
        table, text = card.narratives_table(found), card.render_narratives(version, taxonomy, found)
    else:
        measured = measuring.cross_validate(corpus, taxonomy, lexicon, _tell)
        trained = len(load_weights(weights_file(version)).labels)
        table = card.comments_table(measured)
        text = card.render_comments(version, taxonomy, measured, trained)
    _tell("")
    if write_card:
        CARDS.mkdir(parents=True, exist_ok=True)
        (CARDS / f"{version.name}.md").write_text(text, encoding="utf-8")
    return table


def _lexicon(version: Version) -> Lexicon:
    return load_lexicon(version.lexicon or version.model)


def _corpus(version: Version, files: list[Path]) -> Corpus:
    if find_spec("onnxruntime") is None or find_spec("tokenizers") is None:
        raise EncoderMissing("Training needs packages that the services do not: use `make train`.")
    from deploy.training.meaning import encode  # only here are the packages there

    taxonomy, lexicon = load_taxonomy(version.taxonomy), _lexicon(version)
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
