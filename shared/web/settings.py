"""Settings that all services' pages share (`INSIGHT_WEB_*`): a session that one service begins, another one reads."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="INSIGHT_WEB_", frozen=True)

    service_name: str = "Insight"
    """The name in every header and page title."""
    idle_minutes: int = Field(default=60, ge=5, le=24 * 60)
    """Signed out after so long without a request. NHS CIS2 asks for 15."""
    longest_hours: int = Field(default=12, ge=1, le=24)
    """Signed out after so long, busy or not."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses or networks of the front door, comma-separated: only from there is `X-Forwarded-For` believed."""

    # Requests in a minute: docs/operations.md, "Limits".
    address_per_minute: int = Field(default=3_000, ge=1)
    """From one address, whoever asks. A hospital's thousands may share one."""
    sign_ins_per_minute: int = Field(default=120, ge=1)
    """Of one address: steps of signing in, two for each sign-in."""
    wrong_keys_per_minute: int = Field(default=20, ge=1)
    """Of one address: API keys that open nothing."""
    member_per_minute: int = Field(default=300, ge=1)
    member_changes_per_minute: int = Field(default=90, ge=1)
    """Of those, requests that change something."""
    organisation_per_minute: int = Field(default=3_000, ge=1)
    """Of all members of an organisation."""
    organisation_changes_per_minute: int = Field(default=600, ge=1)
    key_per_minute: int = Field(default=600, ge=1)
    """Of one API key; a bulk request counts as 20."""
    programs_per_minute: int = Field(default=1_200, ge=1)
    """Of all API keys of an organisation."""
    rate_scale: float = Field(default=1, gt=0, le=1_000_000)
    """Multiplies all of these; for load tests."""

    demonstration: bool = True
    """Says on every page that this is not a real service. Set to false in a real deployment."""

    @field_validator("trusted_proxies")
    @classmethod
    def _only_addresses(cls, value: str) -> str:
        """No names, which nothing would match, and no `*`: whoever is trusted can claim any address."""
        for each in value.split(","):
            ip_network(each.strip())
        return value

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.longest_hours)
