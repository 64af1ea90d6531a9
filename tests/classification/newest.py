"""What the newest versions say."""

from functools import cache

from services.classification.model.verdict import Verdict
from services.classification.model.versions import newest_classifier
from shared.contracts.reports import Kind, Tenet


def classify(
    text: str, kind: Kind, tenet: Tenet | None = None, question: str | None = None
) -> Verdict:
    return newest_classifier(kind).classify(text, tenet, question)


@cache
def text_near_a_theme() -> str:
    """About staff attitude, with a theme that the model considers and does not assign: which text has one is the model's affair."""
    others = ("the paperwork", "a form", "the bed", "her tablets", "the letter", "the call back")
    wrongs = ("was wrong", "came late", "was lost", "was not there", "took a while")
    model = newest_classifier(Kind.EVENT)
    for other in others:
        for wrong in wrongs:
            text = f"The ward clerk was rude and {other} {wrong}."
            given = {theme.theme for theme in model.classify(text).themes}
            if given == {"staff-attitude"} and model.considered(text):
                return text
    raise AssertionError("no such text")
