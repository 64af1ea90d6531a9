"""INTAKE_* environment variables."""

from typing import ClassVar

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.web.settings import SignInSettings


class Settings(SignInSettings):
    model_config = SettingsConfigDict(env_prefix="INTAKE_", frozen=True)
    service: ClassVar[str] = "intake"

    administrator_key: SecretStr | None = None
    """A bearer key that may write the directory, make API keys and act for any reporter; none leaves that door shut."""
