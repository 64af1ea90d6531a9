"""What leads where, by role: the same header in every service."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.contracts.directory import Role

EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Link:
    text: str
    href: str
    roles: frozenset[Role]


LINKS = (
    Link("Report", "/report", frozenset({Role.REPORTER})),
    Link("My reports", "/reports", frozenset({Role.REPORTER})),
    Link("Inbox", "/cases", frozenset({Role.RESPONDER})),
    Link("Cases", "/cases", frozenset({Role.QUALITY_LEAD})),
    Link("Trends", "/trends", EVERYBODY),
    Link("Signals", "/signals", frozenset({Role.QUALITY_LEAD, Role.RESPONDER, Role.REVIEWER})),
    Link("Review", "/verdicts", frozenset({Role.QUALITY_LEAD})),
    Link("Messages", "/messages", frozenset({Role.OPERATOR})),
    Link("Operations", "/operations", frozenset({Role.OPERATOR, Role.QUALITY_LEAD})),
    Link("Administration", "/administration", frozenset({Role.ADMINISTRATOR})),
)


def links_for(roles: Collection[Role]) -> list[Link]:
    """One link to a place, even where two roles lead there."""
    found: dict[str, Link] = {}
    for link in LINKS:
        if link.roles.intersection(roles):
            found.setdefault(link.href, link)
    return list(found.values())


def is_current(link: Link, path: str) -> bool:
    return path == link.href or path.startswith(link.href + "/")
