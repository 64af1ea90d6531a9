"""What the ledger is told while a run goes on: the words between the rig and the ledger's process."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.local.settings import EstateSettings


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Promise(_Told):
    """A report that is kept by somebody's word: intake's receipt, or Kafka's acknowledgement of one that went there directly."""

    word: Literal["promise"] = "promise"
    key: str
    reference: str
    report_id: str | None
    """None: the door gives its own, which intake's database tells by the reference."""
    reporter: str
    provider: str
    kind: str
    month: str
    """Of the event, as its first day."""
    historic: bool
    late: bool
    """Its deadline had passed when it came."""
    accepted_from: float
    accepted_until: float
    """When it was accepted, between two readings of the true clock; for a direct one the fact's own time."""


class Reminder(_Told):
    """The time of these cases' reminders has come: at this moment by the database's clock, in seconds since 1970."""

    word: Literal["reminder"] = "reminder"
    reports: tuple[str, ...]
    at: float


class Beginning(_Told):
    """What the ledger looks at."""

    word: Literal["beginning"] = "beginning"
    settings: EstateSettings
    services: tuple[str, ...]
    reminded: str
    """Hexadecimal digits: the reminder's time comes for cases whose id ends in one of them."""


class Quiet(_Told):
    """To be answered, with what is still not done, once nothing is left, or once what is left has not become less for so many
    seconds."""

    word: Literal["quiet"] = "quiet"
    within: float


class Balance(_Told):
    """To be answered with the account. Each figure's bounds are what the faults that were done explain."""

    word: Literal["balance"] = "balance"
    stuck: Mapping[str, int]
    longest_wait: float
    """Of a reminder whose time has come, in seconds."""
    most_unknown: int
    """Mails of unknown end."""
    most_copies: Mapping[str, int]
    """By service, facts that its relay published again."""


class StillThere(_Told):
    """The answer to `Quiet`: what is not done, by name, and after how many seconds that was so or all was."""

    stuck: Mapping[str, int]
    seconds: float


class Heard(_Told):
    """Any of them."""

    told: Promise | Reminder | Beginning | Quiet | Balance = Field(discriminator="word")
