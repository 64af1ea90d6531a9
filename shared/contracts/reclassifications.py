"""`insight.reclassifications.v1`: reports that are to be given their themes anew. Published and read by classification, keyed by
report id; a topic of its own, so that new reports never wait behind history."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact, Slug

RECLASSIFICATIONS_TOPIC = "insight.reclassifications.v1"


class ReclassificationRequested(Fact):
    """Another version was put in force: this report's themes are to be those of it, unless a person has decided on them."""

    topic: ClassVar[str] = RECLASSIFICATIONS_TOPIC
    type: ClassVar[str] = "insight.reclassification.requested.v1"

    report_id: UUID
    version: Slug
    """The version that was in force when it was asked; when another one is by now, nothing is done."""

    @property
    def key(self) -> str:
        return str(self.report_id)
