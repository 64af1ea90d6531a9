"""The start page: what Insight is, or where your roles can go."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from shared.contracts.directory import Role
from shared.web.actors import MaybeActor
from shared.web.pages import render

router = APIRouter()


@dataclass(frozen=True)
class Card:
    title: str
    href: str
    text: str
    roles: frozenset[Role]


CARDS = (
    Card(
        "Report an event or feedback",
        "/report",
        "Tell a provider what went wrong or right in a patient's care. It takes about 2 minutes.",
        frozenset({Role.REPORTER}),
    ),
    Card(
        "My reports",
        "/reports",
        "What your organisation reported, what the provider answered, and what waits for your reply.",
        frozenset({Role.REPORTER}),
    ),
    Card(
        "Inbox",
        "/cases",
        "Reports about your organisation, least time left first.",
        frozenset({Role.RESPONDER}),
    ),
    Card(
        "Cases",
        "/cases",
        "Every case of your area: waiting, answered, disputed and closed.",
        frozenset({Role.QUALITY_LEAD}),
    ),
    Card(
        "Review themes",
        "/verdicts",
        "Themes that need a second look, and corrections.",
        frozenset({Role.QUALITY_LEAD}),
    ),
    Card(
        "Trends",
        "/trends",
        "Reports by month, theme, tenet, provider and practice.",
        frozenset(Role),
    ),
    Card(
        "Messages",
        "/messages",
        "What was sent to whom, and what needs sending again.",
        frozenset({Role.OPERATOR}),
    ),
    Card(
        "Operations",
        "/operations",
        "How each service is, what waits and what was set aside.",
        frozenset({Role.OPERATOR, Role.QUALITY_LEAD}),
    ),
    Card(
        "Administration",
        "/administration",
        "Organisations, their members, services, contacts and response times.",
        frozenset({Role.ADMINISTRATOR}),
    ),
)


def cards_for(roles: frozenset[Role]) -> list[Card]:
    """In the order of a day's work; one card for a place, even where two roles lead there."""
    found: dict[str, Card] = {}
    for card in CARDS:
        if card.roles & roles:
            found.setdefault(card.href, card)
    return list(found.values())


@router.get("/")
async def show_home(request: Request, actor: MaybeActor) -> Response:
    if actor is None:
        return render(request, "welcome.html")
    return render(request, "home.html", cards=cards_for(actor.roles))
