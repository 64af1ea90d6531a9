"""NOTIFICATIONS_* environment variables."""

from datetime import time, timedelta
from email.utils import parseaddr
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.notifications.domain import is_address
from shared.platform.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True)
    service: ClassVar[str] = "notifications"

    smtp: SecretStr = SecretStr("smtp://localhost:8007")
    """`smtp://[user:password@]host:port`, which uses STARTTLS where it is offered; `smtp+starttls://` insists, `smtps://` is TLS
    from the first byte. Secret because it may hold the password."""
    mail_from: str = "Insight <insight@insight.example>"
    """The From of every mail; its domain also ends the Message-IDs, so it should be one's own."""
    mail_connections: int = Field(default=4, ge=1, le=50)
    mail_batch: int = Field(default=16, ge=1, le=1_000)
    """Messages claimed at once by one worker; as many at most become unknown when it is killed."""
    lease_seconds: float = Field(default=60, gt=0, le=3_600)
    """A claim older than this belongs to nobody any more. The mail server's time limits are parts of it."""
    poll_seconds: float = Field(default=0.25, gt=0, le=60)
    """The longest wait of an idle worker."""

    digest_at: time = time(7, 30)
    """When the day's signals are mailed, by the clock in London."""

    @field_validator("mail_from")
    @classmethod
    def _has_an_address(cls, value: str) -> str:
        if not is_address(parseaddr(value)[1]):
            raise ValueError("must hold a mail address, such as: Insight <insight@example.org>")
        return value

    @property
    def sender(self) -> str:
        """The bare address of `mail_from`."""
        return parseaddr(self.mail_from)[1]

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)
