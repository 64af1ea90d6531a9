"""Settings that all services' pages share (`INSIGHT_WEB_*`): a session that one service begins, another one reads."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="INSIGHT_WEB_", frozen=True)

    service_name: str = "Insight"
    """The name in every header and page title."""
    idle_minutes: int = Field(default=60, ge=5, le=24 * 60)
    """Signed out after so long without a request. NHS CIS2 asks for 15."""
    longest_hours: int = Field(default=12, ge=1, le=24)
    """Signed out after so long, busy or not."""
    draft_days: int = Field(default=7, ge=1, le=60)
    """What was typed and not sent is kept so long."""
    demonstration: bool = True
    """Says on every page that this is not a real service. Set to false in a real deployment."""

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.longest_hours)

    @property
    def drafts(self) -> timedelta:
        return timedelta(days=self.draft_days)

    @property
    def remembered(self) -> timedelta:
        """So long after its last use a session that has come to its limits says who it was. No longer than ended sessions are
        remembered (`shared.sessions`): one that was signed out must not come back as one that was only idle."""
        return timedelta(hours=24)
