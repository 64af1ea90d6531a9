"""How much anybody may ask in a minute: an address, a member, an organisation, a program's key. Beyond it the answer is 429 and says
when to try again; everybody else is served as before.

Each limit is a bucket that holds a minute's worth and fills evenly (GCRA): a burst is taken at once, and then what the rate allows. The
buckets are this process's own; `docs/decisions/0017-rate-limits.md` says why. What is refused spends nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Receive, Scope, Send
from throttled.asyncio import MemoryStore, Throttled, rate_limiter

from shared.platform.errors import TooManyRequests
from shared.web.csrf import SAFE_METHODS
from shared.web.errors import problem
from shared.web.health import PATHS
from shared.web.session import ORGANISATION, SUBJECT
from shared.web.settings import WebSettings

SIGN_IN = frozenset({"/sign-in", "/sign-in/callback"})
BULK = "/api/v1/reports/bulk"
BULK_COST = 20
"""A request with up to 1,000 reports counts as so many."""
MOST_BUCKETS = 50_000
"""Buckets are kept for those who asked last, some 200 bytes each; whoever is forgotten begins with a full one."""


class Limit(StrEnum):
    """What is limited, for each whom."""

    ADDRESS = "address"
    SIGN_IN = "sign-in"
    WRONG_KEY = "wrong-key"
    MEMBER = "member"
    MEMBER_CHANGES = "member-changes"
    ORGANISATION = "organisation"
    ORGANISATION_CHANGES = "organisation-changes"
    KEY = "key"
    PROGRAMS = "programs"


def limits_of(settings: WebSettings) -> Mapping[Limit, int]:
    """Requests in a minute."""
    told = {
        Limit.ADDRESS: settings.address_per_minute,
        Limit.SIGN_IN: settings.sign_ins_per_minute,
        Limit.WRONG_KEY: settings.wrong_keys_per_minute,
        Limit.MEMBER: settings.member_per_minute,
        Limit.MEMBER_CHANGES: settings.member_changes_per_minute,
        Limit.ORGANISATION: settings.organisation_per_minute,
        Limit.ORGANISATION_CHANGES: settings.organisation_changes_per_minute,
        Limit.KEY: settings.key_per_minute,
        Limit.PROGRAMS: settings.programs_per_minute,
    }
    return {limit: max(1, int(number * settings.rate_scale)) for limit, number in told.items()}


def address_of(scope: Scope) -> str:
    """Who is at the other end, as the trusted proxies say. An IPv6 subscriber has a whole network of addresses: they are one."""
    client = scope.get("client")
    host = str(client[0]) if client else "nowhere"
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


class Rates:
    """The buckets of one process."""

    def __init__(self, settings: WebSettings, registry: CollectorRegistry) -> None:
        store = MemoryStore(options={"MAX_SIZE": MOST_BUCKETS})
        self._buckets = {
            limit: Throttled(
                using="gcra",
                quota=rate_limiter.per_min(number, burst=number),
                store=store,
                key_prefix=limit,
            )
            for limit, number in limits_of(settings).items()
        }
        self._refused = Counter(
            "insight_requests_limited_total",
            "Requests answered with 429",
            ["limit"],
            registry=registry,
        )

    async def spend(self, limit: Limit, whose: str, cost: int = 1) -> None:
        """Raises `TooManyRequests` when there is not enough left."""
        result = await self._buckets[limit].limit(whose, cost)
        if result.limited:
            self._refused.labels(limit).inc()
            raise TooManyRequests(max(1, ceil(result.state.retry_after)))

    async def spend_by_address(self, scope: Scope, limit: Limit = Limit.ADDRESS) -> None:
        await self.spend(limit, address_of(scope))

    async def spend_at_the_door(self, scope: Scope) -> None:
        """Before anything is done for the request."""
        await self.spend_by_address(scope)
        if scope["path"] in SIGN_IN:
            await self.spend_by_address(scope, Limit.SIGN_IN)

    async def spend_by_member(self, scope: Scope) -> None:
        """For whoever the signed session names; what the directory says of them is asked later."""
        session = scope["session"]
        member, organisation = session.get(SUBJECT), session.get(ORGANISATION)
        if not isinstance(member, str):
            return
        changes = scope["method"] not in SAFE_METHODS
        await self.spend(Limit.MEMBER, member)
        if changes:
            await self.spend(Limit.MEMBER_CHANGES, member)
        if not isinstance(organisation, str):
            return
        await self.spend(Limit.ORGANISATION, organisation)
        if changes:
            await self.spend(Limit.ORGANISATION_CHANGES, organisation)

    async def spend_by_program(self, scope: Scope, key: str, organisation: str) -> None:
        """For a key that has proven to be one. The organisation's people have buckets of their own: a program that runs wild
        does not shut them out."""
        cost = BULK_COST if scope["path"] == BULK else 1
        await self.spend(Limit.KEY, key, cost)
        await self.spend(Limit.PROGRAMS, organisation, cost)


def rates_of(request: Request) -> Rates:
    rates: Rates = request.app.state.rates
    return rates


class Limited:
    """Lets through what `spend` lets through. Health checks and static files cost nothing."""

    def __init__(self, app: ASGIApp, *, spend: Callable[[Scope], Awaitable[None]]) -> None:
        self.app = app
        self._spend = spend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_free(scope["path"]):
            try:
                await self._spend(scope)
            except TooManyRequests as refused:
                request = Request(scope, receive)
                answer = problem(request, refused.status, refused.title, refused.detail)
                answer.headers.update(refused.headers)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_free(path: str) -> bool:
    return path in PATHS or path.startswith("/static/")
