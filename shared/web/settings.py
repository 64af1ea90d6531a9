"""Settings of the pages: those that all services share (`INSIGHT_WEB_*`), since a session that one service begins, another one
reads; and those of the service where people sign in."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.platform.settings import ServiceSettings

SigningAlgorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"
]
ClientAuth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]


class WebSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="INSIGHT_WEB_", frozen=True)

    service_name: str = "Insight"
    """The name in every header and page title."""
    idle_minutes: int = Field(default=60, ge=5, le=24 * 60)
    """Signed out after so long without a request. NHS CIS2 asks for 15."""
    longest_hours: int = Field(default=12, ge=1, le=24)
    """Signed out after so long, busy or not. `shared.sessions` remembers ended sessions for the longest that is allowed here."""
    draft_days: int = Field(default=7, ge=1, le=60)
    """What was typed and not sent is kept so long."""
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

    @property
    def drafts(self) -> timedelta:
        return timedelta(days=self.draft_days)

    @property
    def remembered(self) -> timedelta:
        """So long after its last use a session that has come to its limits says who it was. No longer than ended sessions are
        remembered (`shared.sessions`): one that was signed out must not come back as one that was only idle."""
        return timedelta(hours=24)


class SignInSettings(ServiceSettings):
    """How the service where people sign in deals with the OpenID Connect provider. `docs/sign-in.md` has values for real ones."""

    sign_in_client_id: str = "insight"
    sign_in_client_auth: ClientAuth = "client_secret_basic"
    """How we prove to the provider's token endpoint who we are."""
    sign_in_client_secret: SecretStr = SecretStr("")
    sign_in_key_file: Path | None = None
    """Our private key for `private_key_jwt`, a PEM file. The provider fetches the public one from `/sign-in/jwks.json`."""
    sign_in_key_id: str | None = None
    """The key's id (`kid`); without it, its thumbprint (RFC 7638)."""
    sign_in_key_algorithm: SigningAlgorithm = "RS256"
    sign_in_scopes: str = "openid profile email"
    sign_in_person_claim: str = "sub"
    """Which claim the directory knows people by: of the ID token, or of the userinfo endpoint where it is not there."""
    sign_in_acr_values: str = ""
    """How people must have signed in, as the provider is asked (`acr_values`): by preference, separated by spaces."""
    sign_in_acr_allowed: str = ""
    """Which answers (`acr`) are good enough, separated by spaces. Without it those that were asked for."""

    @property
    def allowed_acr(self) -> frozenset[str]:
        """Empty when any will do."""
        return frozenset((self.sign_in_acr_allowed or self.sign_in_acr_values).split())

    @model_validator(mode="after")
    def _can_prove_who_we_are(self) -> Self:
        if self.sign_in_client_auth == "private_key_jwt":
            if self.sign_in_key_file is None:
                raise ValueError("private_key_jwt needs a key: set ..._SIGN_IN_KEY_FILE")
            if not self.sign_in_key_file.is_file():
                raise ValueError(f"there is no key file {self.sign_in_key_file}")
        if "openid" not in self.sign_in_scopes.split():
            raise ValueError("..._SIGN_IN_SCOPES must hold openid")
        return self
