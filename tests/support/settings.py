"""A service's settings as the tests wire them."""

from typing import TypeVar

from pydantic import SecretStr

from shared.platform.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)

SESSION_KEY = "a key that signs the sessions of tests only"
PUBLIC_URL = "http://localhost:8000"


def settings_of(settings: type[S], **values: object) -> S:
    """Settings of this class with a session key and public address the helpers know; `values` come before everything."""
    defaults: dict[str, object] = {
        "session_key": SecretStr(SESSION_KEY),
        "public_url": PUBLIC_URL,
        "log_level": "WARNING",
    }
    return settings.model_validate(defaults | values)
