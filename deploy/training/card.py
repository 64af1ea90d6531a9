"""The model card: the words of `card.md` with the figures of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from deploy.training.measuring import SEED, Figures, Measured
from deploy.training.vectors import DIMENSIONS
from services.classification.model.taxonomy import Taxonomy
from services.classification.model.versions import Version

_TEMPLATE = Path(__file__).with_name("card.md")
_FEW = 30
_MOST_CONFUSED = 5

TABLE: Sequence[tuple[str, Callable[[Figures], float]]] = (
    ("sub-themes, micro-F1", lambda figures: figures.sub_themes.micro),
    ("sub-themes, macro-F1", lambda figures: figures.sub_themes.macro),
    ("ten themes, micro-F1", lambda figures: figures.themes.micro),
    ("ten themes, macro-F1", lambda figures: figures.themes.macro),
    ("expected calibration error", lambda figures: figures.calibration_error),
    ("sentiment, mean absolute error", lambda figures: figures.sentiment_error),
    ("sentiment, always the commonest", lambda figures: figures.majority_error),
)


def render(version: Version, taxonomy: Taxonomy, measured: Measured, trained: int) -> str:
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
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701 - Markdown, of our own words
    return (
        environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
            version=version.name,
            taxonomy=version.taxonomy,
            dimensions=DIMENSIONS,
            seed=SEED,
            labels=trained,
            all_labels=len(titles),
            asked=asked,
            unasked=measured.unasked,
            unseen=measured.unseen_by_cues,
            rows=TABLE,
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
        + "\n"
    )


def _mean_f1(figures: Figures, labels: Sequence[str]) -> float:
    return sum(figures.sub_themes.of(label) for label in labels) / max(1, len(labels))
