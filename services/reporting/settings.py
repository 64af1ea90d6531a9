"""REPORTING_* environment variables."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    """What reporting is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True)
    service: ClassVar[str] = "reporting"
