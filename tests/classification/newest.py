"""What the newest versions say."""

from services.classification.model.verdict import Verdict
from services.classification.model.versions import newest_classifier
from shared.contracts.reports import Kind, Tenet


def classify(
    text: str, kind: Kind, tenet: Tenet | None = None, question: str | None = None
) -> Verdict:
    return newest_classifier(kind).classify(text, tenet, question)
