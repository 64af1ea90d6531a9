"""What actions is told by its environment: `ACTIONS_*`."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACTIONS_", frozen=True)

    service: ClassVar[str] = "actions"
