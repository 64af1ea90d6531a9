"""What a page offers to choose from: the themes of a list, and what one click can change in a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification import domain, use_cases
from services.classification.model.taxonomy import Taxonomy
from services.classification.model.versions import Classifier, Versions
from services.classification.pages.common import versions_of
from services.classification.repository import StoredReport
from shared.contracts.reports import Kind, Tenet
from shared.contracts.themes import AssignedTheme
from shared.web.forms import Form, wrong

NONE_OF_THESE = "none"
OTHERS = "Other themes"
NOT_ANY_MORE = "Not in the list of themes any more"
_LAST = {OTHERS: 1, NOT_ANY_MORE: 2}

Groups = dict[str, list[tuple[str, str, str]]]
"""By heading: key, title and description of each choice."""


class ThemesForm(Form):
    """What a report is about, as a person chooses it."""

    themes: tuple[str, ...] = Field(min_length=1, title="themes")
    tenet: Tenet

    messages: ClassVar[Mapping[str, str]] = {
        "themes": "Choose what the report is about, or \u201cNone of these\u201d",
        "tenet": "Choose which part of quality it is about",
    }

    @model_validator(mode="after")
    def _none_or_some(self) -> "ThemesForm":
        if NONE_OF_THESE in self.themes and len(self.themes) > 1:
            raise wrong("themes", "Choose themes or \u201cNone of these\u201d, not both")
        return self

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(self.themes) - {NONE_OF_THESE}


@dataclass(frozen=True)
class Offers:
    """What one click can add to a verdict."""

    considered: Sequence[AssignedTheme]
    """What the model came near to assigning."""
    others: Sequence[tuple[str, str]]
    """Key and title of every other theme of the list."""


def choice_groups(taxonomy: Taxonomy, kept: Sequence[AssignedTheme] = ()) -> Groups:
    """Every theme of the list under its heading, and those of the verdict that are not in the list any more."""
    groups: Groups = {}
    for key, (theme, sub_theme) in domain.choices(taxonomy):
        told = sub_theme or theme
        heading = theme.title if theme.sub_themes else OTHERS
        groups.setdefault(heading, []).append((key, told.title, told.description))
    for each in kept:
        choice = (domain.key_of(each), domain.title_of(each), each.title)
        groups.setdefault(NOT_ANY_MORE, []).append(choice)
    return dict(sorted(groups.items(), key=lambda group: _LAST.get(group[0], 0)))


def titles_of(taxonomy: Taxonomy) -> dict[str, str]:
    """By key, of what people can choose: `Discharge: Discharge summaries`."""
    return {
        key: f"{theme.title}: {sub_theme.title}" if sub_theme else theme.title
        for key, (theme, sub_theme) in domain.choices(taxonomy)
    }


async def taxonomy_of(
    connection: AsyncConnection, request: Request, report: StoredReport
) -> Taxonomy:
    """What people choose from for this report."""
    return await use_cases.taxonomy_in_force(connection, report.kind, versions_of(request))


def offers_on(
    report: StoredReport, current: domain.Decision, taxonomy: Taxonomy, versions: Versions
) -> Offers:
    """Asks the model behind the verdict again."""
    titles, chosen = titles_of(taxonomy), domain.keys_of(current)
    model = behind(versions, report.kind, current.model_version)
    considered = [
        theme
        for theme in model.considered(report.text, report.question)
        if domain.key_of(theme) in titles.keys() - chosen
    ]
    offered = chosen | {domain.key_of(theme) for theme in considered}
    return Offers(considered, [item for item in titles.items() if item[0] not in offered])


def behind(versions: Versions, kind: Kind, model: str) -> Classifier:
    """The model that gave a verdict, or the newest where that one is not here any more."""
    named = [each for each in versions.of(kind) if each.model == model]
    return versions.load((named[-1] if named else versions.newest(kind)).name)
