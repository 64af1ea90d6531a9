"""`CLASSIFICATION_*` environment variables."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", frozen=True)
    service: ClassVar[str] = "classification"
