"""The demonstration's reports: which, when and by whom. Pure and seeded: the same seed tells the same story."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from shared.contracts.directory import OrganisationKind
from shared.contracts.reports import Harm, Kind, Rating, Tenet

MONTHS = 18
_TURN_DAYS = 180
"""How long ago what is rising began to rise, and what is fading to fade."""


class Season(StrEnum):
    STEADY = "steady"
    WINTER = "winter"
    AUTUMN = "autumn"
    RISING = "rising"
    FADING = "fading"


@dataclass(frozen=True)
class Story:
    """Something that keeps happening, in several people's words."""

    provider: OrganisationKind
    service: str
    weight: int
    texts: tuple[str, ...]
    tenet: Tenet = Tenet.EXPERIENCE
    harm: Harm | None = None
    rating: Rating | None = None
    season: Season = Season.STEADY
    about: tuple[tuple[str, ...], ...] = ()
    """Of each text, the themes that the first reader finds in it."""
    again: tuple[tuple[str, ...], ...] = ()
    """The same by a second reader; the first one's where there are none."""

    def themes(self, text: str, *, again: bool = False) -> tuple[str, ...]:
        """What a reader finds in one of the texts."""
        found = self.again or self.about if again else self.about
        return found[self.texts.index(text)]

    @property
    def kind(self) -> Kind:
        return Kind.EVENT if self.harm else Kind.FEEDBACK


@dataclass(frozen=True)
class Told:
    """A story told once: by a practice, about a provider, of a day."""

    reporter: str
    provider: str
    story: Story
    text: str
    happened_on: date


def stories() -> list[Story]:
    """The stories of `narratives.toml`."""
    with Path(__file__).with_name("narratives.toml").open("rb") as file:
        found = tomllib.load(file)
    reader = TypeAdapter(list[Story])
    return reader.validate_python(found["event"] + found["feedback"])


def history(
    seed: int,
    today: date,
    count: int,
    practices: Sequence[str],
    providers: Mapping[OrganisationKind, str],
) -> list[Told]:
    """`count` reports over the last 18 months, oldest first, growing slowly as participation does."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    everything = stories()
    days = MONTHS * 30
    told = []
    for _ in range(count):
        # The larger of two draws leans towards today: reporting grew.
        ago = days - int(max(chance.random(), chance.random() * 0.9) * days)
        day = today - timedelta(days=max(1, ago))
        weights = [_weight(story, day, today) for story in everything]
        story = chance.choices(everything, weights)[0]
        told.append(_tell(chance, story, day, practices, providers))
    return sorted(told, key=lambda one: one.happened_on)


def latest(
    seed: int,
    today: date,
    count: int,
    practices: Sequence[str],
    providers: Mapping[OrganisationKind, str],
) -> list[Told]:
    """`count` reports of the last days, which the providers are now to answer."""
    chance = random.Random(seed + 1)  # noqa: S311 - a story, not a secret
    everything = stories()
    return [
        _tell(
            chance,
            chance.choices(everything, [story.weight for story in everything])[0],
            today - timedelta(days=chance.randint(0, 6)),
            practices,
            providers,
        )
        for _ in range(count)
    ]


def _tell(
    chance: random.Random,
    story: Story,
    day: date,
    practices: Sequence[str],
    providers: Mapping[OrganisationKind, str],
) -> Told:
    # The first practices report most, as the keen ones do.
    reporter = chance.choices(practices, [2 + len(practices) - n for n in range(len(practices))])[0]
    return Told(reporter, providers[story.provider], story, chance.choice(story.texts), day)


def _weight(story: Story, day: date, today: date) -> float:
    recent = (today - day).days < _TURN_DAYS
    factor = {
        Season.STEADY: 1.0,
        Season.WINTER: 2.5 if day.month in (12, 1, 2) else 0.8,
        Season.AUTUMN: 2.0 if day.month in (9, 10, 11) else 0.8,
        Season.RISING: 2.4 if recent else 0.8,
        Season.FADING: 0.2 if recent else 1.5,
    }[story.season]
    return story.weight * factor
