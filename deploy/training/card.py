"""The model cards: the words of `card-*.md` with the figures of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.training import measuring, narratives
from deploy.training.measuring import SEED, Figures
from deploy.training.method import METHODS
from deploy.training.narratives import Found
from deploy.training.phrases import FILTERS
from deploy.training.vectors import DIMENSIONS
from services.classification.model.taxonomy import Taxonomy
from services.classification.model.versions import Version

_FEW = 30
_MOST_CONFUSED = 5

COMMENTS_TABLE: Sequence[tuple[str, Callable[[Figures], float]]] = (
    ("sub-themes, micro-F1", lambda figures: figures.sub_themes.micro),
    ("sub-themes, macro-F1", lambda figures: figures.sub_themes.macro),
    ("ten themes, micro-F1", lambda figures: figures.themes.micro),
    ("ten themes, macro-F1", lambda figures: figures.themes.macro),
    ("expected calibration error", lambda figures: figures.calibration_error),
    ("sentiment, mean absolute error", lambda figures: figures.sentiment_error),
    ("sentiment, always the commonest", lambda figures: figures.majority_error),
)
NARRATIVES_TABLE: Sequence[tuple[str, Callable[[Found], float]]] = (
    ("themes, micro-F1", lambda found: found.themes.micro),
    ("themes, precision", lambda found: found.themes.precision()),
    ("themes, recall", lambda found: found.themes.recall()),
    ("themes, macro-F1", lambda found: found.themes.macro),
    ("expected calibration error", lambda found: found.calibration_error),
    ("hints, precision", lambda found: found.hints.precision()),
    ("hints, recall", lambda found: found.hints.recall()),
)


def comments_table(measured: measuring.Measured) -> str:
    """The figures as lines of text, in the columns of the model card."""
    columns = (measured.asked, measured.unasked, measured.unseen_by_cues)
    lines = [f"{'':34}{'with question':>15}{'without':>15}{'unseen by cues':>16}"]
    lines.append(f"{'comments':34}" + "".join(f"{figures.comments:15,}" for figures in columns))
    for name, of in COMMENTS_TABLE:
        lines.append(f"{name:34}" + "".join(f"{of(figures):15.3f}" for figures in columns))
    return "\n".join(lines) + "\n"


def narratives_table(measured: narratives.Measured) -> str:
    """The figures as lines of text, in the columns of the model card."""
    columns = (measured.kept_apart, measured.by_cues, measured.unseen_author)
    lines = [f"{'':34}{'kept apart':>15}{'by cues alone':>15}{'unseen author':>16}"]
    lines.append(f"{'narratives':34}" + "".join(f"{found.narratives:15,}" for found in columns))
    for name, of in NARRATIVES_TABLE:
        lines.append(f"{name:34}" + "".join(f"{of(found):15.3f}" for found in columns))
    return "\n".join(lines) + "\n"


def render_comments(
    version: Version, taxonomy: Taxonomy, measured: measuring.Measured, trained: int
) -> str:
    """The card as Markdown; `trained` is how many labels have weights."""
    titles = {
        f"{theme.slug}/{sub_theme.slug}": sub_theme.title
        for theme in taxonomy.themes
        for sub_theme in theme.sub_themes
    }
    asked = measured.asked
    counts = asked.sub_themes.right + asked.sub_themes.missed
    few = [label for label in counts if counts[label] < _FEW]
    many = [label for label in counts if counts[label] >= _FEW]
    return _render(
        "card-comments.md",
        version,
        labels=trained,
        all_labels=len(titles),
        asked=asked,
        unasked=measured.unasked,
        unseen=measured.unseen_by_cues,
        rows=COMMENTS_TABLE,
        by_label=[(titles[label], label) for label in asked.sub_themes.wanted],
        few=len(few),
        few_f1=_mean_f1(asked, few),
        many_f1=_mean_f1(asked, many),
        confused=[
            (titles[missed], titles[given], count)
            for (missed, given), count in measured.confused.most_common(_MOST_CONFUSED)
        ],
        short=measured.short.comments,
        short_f1=measured.short.sub_themes.micro,
        long_f1=measured.long.sub_themes.micro,
    )


def render_narratives(version: Version, taxonomy: Taxonomy, measured: narratives.Measured) -> str:
    """The card as Markdown."""
    titles = {theme.slug: theme.title for theme in taxonomy.themes}
    apart = measured.kept_apart
    return _render(
        "card-narratives.md",
        version,
        apart=apart,
        cues=measured.by_cues,
        unseen=measured.unseen_author,
        authors=len(measured.authors),
        each_other=measured.each_other,
        least_likely=METHODS[version.kind].least_likely,
        rows=NARRATIVES_TABLE,
        by_label=[(titles[label], label) for label in apart.themes.wanted],
        by_hint=apart.hints.wanted,
        confused=[
            (titles[missed], titles[given], count)
            for (missed, given), count in apart.confused.most_common(_MOST_CONFUSED)
        ],
    )


def _render(template: str, version: Version, **words: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown, of our own words
    )
    return (
        environment.get_template(template).render(
            version=version.name,
            taxonomy=version.taxonomy,
            dimensions=DIMENSIONS,
            filters=FILTERS,
            seed=SEED,
            **words,
        )
        + "\n"
    )


def _mean_f1(figures: Figures, labels: Sequence[str]) -> float:
    return sum(figures.sub_themes.of(label) for label in labels) / max(1, len(labels))
