"""What a reader of the trends can choose from: the themes and organisations that they may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.filters import Choices
from services.reporting.domain.scope import Overseer, Scope
from services.reporting.repository import trends as repository
from services.reporting.repository.succession import codes_of
from shared.contracts.directory import PROVIDER_KINDS, OrganisationKind, OrganisationStatus, Role
from shared.contracts.reports import OTHER_SERVICE
from shared.directory import repository as directory
from shared.directory.domain import Listed, service_title
from shared.platform.errors import NotFound
from shared.web.actors import Actor


async def overseer_of(connection: AsyncConnection, actor: Actor) -> Overseer | None:
    """Whose area the reader belongs to, none where there is none. A quality lead's is the organisation's own; a commissioner that was
    succeeded has passed its area on."""
    own = actor.organisation
    if actor.may(Role.QUALITY_LEAD) or own.kind is OrganisationKind.COMMISSIONER:
        return Overseer(own.code, own.name, await directory.area(connection, actor.codes))
    code = own.commissioner
    if code is None:
        return None
    today = (await directory.successors(connection, [code])).get(code, code)
    name = (await directory.names(connection, [today]))[today]
    codes = await directory.stands_for(connection, [today])
    return Overseer(today, name, await directory.area(connection, codes))


async def choices_of(
    connection: AsyncConnection,
    scope: Scope,
    overseer: Overseer | None,
    at_least: int,
    asked: Mapping[str, str],
    fixed: Mapping[str, str],
    *,
    services: bool,
) -> Choices:
    """With what the address asks for of the reader's own. Themes are those with so many reports; services are read for a page that answers
    them. Raises NotFound for what the page itself is of (`fixed`) where the reader cannot choose that."""
    titles = await repository.titles_in(connection, scope, at_least)
    choices = await _choices(connection, scope, overseer.area if overseer else (), titles)
    choices = await _with_own(connection, choices, scope, {**asked, **fixed})
    for name, value in fixed.items():
        if value not in choices.of(name):
            raise NotFound(f"There is no such {name}. It may have been renamed or merged.")
    if services:
        choices = await _with_services(connection, choices, scope, {**asked, **fixed})
    theme = fixed.get("theme") or asked.get("theme", "")
    if theme not in titles:
        return choices
    return replace(choices, sub_themes=await repository.sub_titles(connection, theme))


async def _choices(
    connection: AsyncConnection,
    scope: Scope,
    area: Sequence[Listed],
    titles: Mapping[str, str],
) -> Choices:
    """Readers of redacted totals may not narrow them down to one organisation or to months of their choice; nobody is offered what
    can only be themselves. Closed organisations of the area stay on offer, for what was reported by and about them."""
    if scope.redacted:
        return Choices(themes=titles)
    providers: list[Listed] = []
    practices: list[Listed] = []
    if scope.reporters:
        closed = [each.code for each in area if each.status is OrganisationStatus.CLOSED]
        providers = await directory.listed(connection, PROVIDER_KINDS, also=closed)
    if scope.providers or scope.area is not None:
        known = area
        if not area and scope.area is None:
            known = await directory.listed(connection, {OrganisationKind.PRACTICE})
        practices = [each for each in known if each.kind is OrganisationKind.PRACTICE]
    return Choices(
        titles,
        {each.code: each.name for each in providers},
        {each.code: each.name for each in practices},
        commissioners=await _commissioners(connection, scope, practices),
        any_months=True,
    )


async def _commissioners(
    connection: AsyncConnection, scope: Scope, practices: Sequence[Listed]
) -> dict[str, str]:
    """Those in the practices' records: who is asked for an area has what several oversaw."""
    if scope.area is None:
        return {}
    return await named(connection, {each.commissioner for each in practices if each.commissioner})


async def _with_own(
    connection: AsyncConnection, choices: Choices, scope: Scope, asked: Mapping[str, str]
) -> Choices:
    """With the reader's own organisation where it is asked for: nobody is offered it who sees nothing else, but its page leads on to
    themes and lists of it."""
    if scope.redacted:
        return choices
    provider, practice = asked.get("provider", ""), asked.get("practice", "")
    if scope.providers and provider and provider not in choices.providers:
        codes = await codes_of(connection, [provider])
        # Also who has succeeded one of the reader's area: its rows lead to it.
        if codes[provider] & scope.providers:
            name = await directory.names(connection, [provider])
            choices = replace(choices, providers={**choices.providers, **name})
    if practice in (scope.reporters or ()) and practice not in choices.practices:
        name = await directory.names(connection, [practice])
        choices = replace(choices, practices={**choices.practices, **name})
    return choices


async def _with_services(
    connection: AsyncConnection, choices: Choices, scope: Scope, asked: Mapping[str, str]
) -> Choices:
    """With the services of the provider that is asked for, or of the reader's own where nobody else's reports are seen, as far as reports
    name them: two providers may mean different things by one service."""
    provider = asked.get("provider", "")
    several = scope.redacted or scope.reporters or scope.area is not None
    own = frozenset() if several else scope.providers or frozenset()
    about = own
    if provider in choices.providers:
        about = (await codes_of(connection, [provider]))[provider]
    if not about:
        return choices
    found = await repository.services_in(connection, scope, about)
    return replace(choices, services=await services_titled(connection, about, found))


async def services_titled(
    connection: AsyncConnection, providers: Collection[str], services: Collection[str]
) -> dict[str, str]:
    """What these services of a provider, and of those that it succeeded, are called: by slug, in the order of their titles; others last."""
    records = (await directory.organisations(connection, providers)).values()
    today_last = sorted(records, key=lambda each: each.status is OrganisationStatus.OPEN)
    offered = [service for each in today_last for service in each.services]
    titles = {slug: service_title(slug, offered) for slug in services}
    return dict(sorted(titles.items(), key=lambda item: (item[0] == OTHER_SERVICE, item[1])))


async def named(connection: AsyncConnection, codes: Collection[str]) -> dict[str, str]:
    """By code, in the order of their names."""
    found = await directory.names(connection, set(codes))
    return dict(sorted(found.items(), key=lambda item: item[1]))
