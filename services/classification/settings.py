"""`CLASSIFICATION_*` environment variables."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", frozen=True)
    service: ClassVar[str] = "classification"

    reclassify_at_once: int = Field(default=25, ge=1, le=5_000)
    """Reports of a kind that may be asked for and not answered yet, while history is classified anew. Few, so that history gives way by
    itself: where everything is busy answers take longer, and the next are asked for when they have come."""
    reclassify_per_second: float = Field(default=25, gt=0, le=10_000)
    """How many of them a second, at most: every service behind this one has to keep up, beside new reports."""
