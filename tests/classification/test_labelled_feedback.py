"""The cue model on real labelled comments, where they are present, so that a change of cues that makes it worse is seen."""

import csv
import os
from pathlib import Path

import pytest

from services.classification.model.evaluate import evaluate

LABELLED = Path(
    os.environ.get("INSIGHT_LABELLED_FEEDBACK")
    or Path(__file__).parents[3] / "shared" / "data" / "feedback" / "labelled_feedback.csv"
)


def test_unseen_comments_get_useful_themes() -> None:
    if not LABELLED.exists():
        pytest.skip(
            "the labelled comments are not in the repository; INSIGHT_LABELLED_FEEDBACK says where"
        )
    with LABELLED.open(encoding="utf-8", newline="") as source:
        unseen = list(csv.DictReader(source))[1::2]
    figures = evaluate(unseen)
    assert figures.comments == len(unseen)
    assert figures.sub_themes.micro >= 0.62
    assert figures.sub_themes.macro >= 0.52
    assert figures.sentiment_error < 0.75 * figures.majority_error


def test_figures_are_what_can_be_counted_by_hand() -> None:
    rows = [
        {
            "text": "Rude staff",
            "question": "",
            "sentiment": "4",
            "sub_themes": "Staff manner & personal attributes",
        },
        {"text": "Rude staff", "question": "", "sentiment": "5", "sub_themes": "Parking"},
        {"text": "zzz", "question": "", "sentiment": "", "sub_themes": "Labelling not possible"},
    ]
    figures = evaluate(rows)
    assert figures.comments == 2
    assert figures.sub_themes.micro == pytest.approx(0.5)
    assert figures.sub_themes.macro == pytest.approx((2 / 3 + 0) / 2)
    assert figures.sentiment_error == pytest.approx(0.5)
