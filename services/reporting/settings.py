"""REPORTING_* environment variables."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    """What reporting is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True)
    service: ClassVar[str] = "reporting"

    small_numbers_below: int = Field(default=5, ge=2, le=1_000)
    """Whoever may not open the reports behind a number sees it rounded down to a multiple of this, and less as "fewer than"."""
    reconcile_seconds: float = Field(default=60.0, gt=0, le=3_600)
    """How often it is checked that every accepted report is accounted for. Less often where the check itself takes long."""
