"""What every fact has: an identity, a time, a place to go and a key that keeps its order.

A fact is something that has happened, told in the past tense, immutable once published. Its value on Kafka is the JSON of its
model; its headers are CloudEvents in binary mode (see `shared.platform.records`). Contracts grow by optional fields only; a
breaking change is a new type on a new topic.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from uuid_utils.compat import uuid7

OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
"""An Organisation Data Service code, or one of the same shape."""

Reference = Annotated[str, StringConstraints(pattern=r"^IN-[0-9A-Z]{4}-[0-9A-Z]{2}$")]
"""What people say and type instead of a report's id: `IN-7K3Q-92`."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
"""A stable identifier of something in a published list: `discharge-summaries`."""

ShortText = Annotated[str, StringConstraints(max_length=500)]
LongText = Annotated[str, StringConstraints(max_length=20_000)]


class Value(BaseModel):
    """A part of a fact. Unknown fields are ignored, so that an older reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Fact(Value):
    """Something that happened. Subclasses say where it is published (`topic`) and what it is called (`type`)."""

    topic: ClassVar[str]
    type: ClassVar[str]

    event_id: UUID = Field(default_factory=uuid7)
    """Identity for de-duplication; also the `ce_id` header."""
    occurred_at: AwareDatetime
    """When it happened, by the owning database's clock."""

    @property
    def key(self) -> str:
        """The Kafka key: facts with one key are read in the order in which they were published."""
        raise NotImplementedError
