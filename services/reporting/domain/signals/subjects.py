"""What is watched: themes, in each commissioner's area, in all together, and of each provider in an area."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.contracts.reports import Tenet

_NAMESPACE = UUID("6d0b5f3a-94c1-4f5e-8c0b-2f1f6e6b7a10")
"""Ids of subjects, series and signals are made from what they are of: a restart, a replica and a rebuild come to the same ones."""
EVERYWHERE = ""
"""As an area: all areas together. As a provider: whoever the reports are about."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A theme somewhere: what people answer for. Its series are all its reports, and those of each tenet."""

    area: str
    provider: str
    theme: str

    @property
    def subject_id(self) -> UUID:
        return uuid5(_NAMESPACE, "|".join((self.area, self.provider, self.theme)))

    def series_id(self, tenets: Iterable[Tenet]) -> UUID:
        return uuid5(self.subject_id, "|".join(tenets))


def subjects_of(areas: Iterable[str], provider: str, themes: Iterable[str]) -> Iterator[Subject]:
    """What a report of these areas, about this provider and of these themes counts in. A provider is watched within each area: of all
    areas together there would be nobody to answer."""
    places = [(EVERYWHERE, EVERYWHERE)]
    for area in areas:
        places += [(area, EVERYWHERE), (area, provider)]
    for theme in themes:
        for place, about in places:
            yield Subject(place, about, theme)
