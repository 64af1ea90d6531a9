"""The lists of themes in this release: what each theme is about, where it stands in national code lists, and what speaks for it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from services.classification.model.taxonomy import Taxonomy, published_taxonomies
from services.classification.model.versions import Version, Versions
from services.classification.pages.common import LABELS, Overseer, versions_of
from services.classification.repository.versions import adoptions_in_force
from shared.platform.errors import NotFound
from shared.platform.http import Reading
from shared.web.pages import render

router = APIRouter()


@dataclass(frozen=True)
class Listed:
    """A list of themes, the versions of this release that assign its themes, and the one of them in force."""

    taxonomy: Taxonomy
    versions: list[Version]
    in_force: Version | None

    @property
    def sub_themes(self) -> int:
        return sum(len(theme.sub_themes) for theme in self.taxonomy.themes)

    @property
    def cues(self) -> int:
        themes = self.taxonomy.themes
        own = sum(theme.cues.count for theme in themes)
        return own + sum(each.cues.count for theme in themes for each in theme.sub_themes)


@router.get("/taxonomies")
async def show_taxonomies(request: Request, _: Overseer, connection: Reading) -> HTMLResponse:
    in_force = await _in_force(connection)
    versions = versions_of(request)
    listed = [_listed(taxonomy, versions, in_force) for taxonomy in published_taxonomies()]
    return render(request, "taxonomies.html", listed=listed, labels=LABELS)


@router.get("/taxonomies/{taxonomy}")
async def show_taxonomy(
    request: Request,
    taxonomy: Annotated[str, Path(max_length=80)],
    _: Overseer,
    connection: Reading,
) -> HTMLResponse:
    found = next((each for each in published_taxonomies() if each.version == taxonomy), None)
    if found is None:
        raise NotFound("There is no such list of themes.")
    one = _listed(found, versions_of(request), await _in_force(connection))
    return render(request, "taxonomy.html", one=one, labels=LABELS)


async def _in_force(connection: AsyncConnection) -> set[str]:
    """Names of versions."""
    return {adopted.version for adopted in (await adoptions_in_force(connection)).values()}


def _listed(taxonomy: Taxonomy, versions: Versions, in_force: Collection[str]) -> Listed:
    by_it = [each for each in versions.of(taxonomy.kind) if each.taxonomy == taxonomy.version]
    return Listed(taxonomy, by_it, next((each for each in by_it if each.name in in_force), None))
