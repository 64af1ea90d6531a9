"""A small service on `shared.web`, with a fake runtime: no database, no Kafka."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, cast
from uuid import UUID

from asyncpg import InternalClientError
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, SecretStr, StringConstraints, model_validator
from sqlalchemy.exc import DBAPIError

from shared.contracts.directory import Member, OrganisationKind, Role
from shared.contracts.operations import Heartbeat
from shared.contracts.reports import Harm
from shared.directory.repository import Membership, Organisation
from shared.platform.runtime import Runtime, Worker
from shared.web import sign_in, statements
from shared.web.actors import Actor, CurrentActor, MaybeActor, find_memberships, require
from shared.web.app import create_web_app
from shared.web.endings import find_endings
from shared.web.forms import Form, FormDate, read_form, wrong
from shared.web.pages import render
from shared.web.settings import SignInSettings
from tests.support.templates import compile_once

TEMPLATES = Path(__file__).parent / "templates"
NOW = datetime(2026, 11, 23, 16, 15, tzinfo=UTC)


class DemoSettings(SignInSettings):
    service: ClassVar[str] = "demo"

    database_url: str = "postgresql+asyncpg://nowhere"
    session_key: SecretStr = SecretStr("a key of the tests")
    public_url: str = "http://testserver"


class FakeMetrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()


class FakeRuntime:
    """As much of a runtime as the web layer touches."""

    def __init__(self, settings: SignInSettings) -> None:
        self.settings = settings
        self.metrics = FakeMetrics()
        self.problems: tuple[str, ...] = ()

    def add_worker(self, worker: Worker) -> None:
        """Nothing runs here."""

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        yield

    async def status(self) -> Heartbeat:
        return Heartbeat(
            service="demo",
            instance="demo:1",
            at=NOW,
            ready=not self.problems,
            problems=self.problems,
        )


def organisation(code: str, name: str, *members: Member) -> Organisation:
    return Organisation(
        occurred_at=NOW,
        code=code,
        revision=1,
        name=name,
        kind=OrganisationKind.PRACTICE,
        members=members,
    )


def member(subject: str, name: str, *roles: Role) -> Member:
    return Member(member_id=UUID(int=1), subject=subject, name=name, roles=frozenset(roles))


class FakeDirectory:
    """Who is a member of what; tests change it while the demo runs."""

    def __init__(self) -> None:
        amira = member("amira.patel", "Dr Amira Patel", *Role)
        dana = member("dana.cole", "Dana Cole", Role.REPORTER)
        self.organisations = [
            organisation("Y90001", "Elm Road Surgery", amira),
            organisation("Y90002", "Harbour Medical Centre", dana),
            organisation("Y90003", "The Green Practice", dana),
        ]

    async def memberships(self, subject: str) -> Sequence[Membership]:
        return [
            Membership(member=one, organisation=each)
            for each in self.organisations
            for one in each.members
            if one.subject == subject
        ]


class FakeEndings:
    """What was ended, as the services remember it."""

    def __init__(self) -> None:
        self.ended: dict[str, datetime | None] = {}
        self.granted: set[UUID] = set()

    async def has_ended(self, handles: Sequence[str], signed_in_at: datetime) -> bool:
        known = [self.ended[each] for each in handles if each in self.ended]
        return any(until is None or until >= signed_in_at for until in known)

    async def end(
        self, endings: Mapping[str, datetime | None], *, request_id: UUID | None = None
    ) -> bool:
        if request_id in self.granted:
            return False
        if request_id is not None:
            self.granted.add(request_id)
        self.ended |= endings
        return True


class ReportForm(Form):
    messages: ClassVar[dict[str, str]] = {
        "provider": "Select the provider this is about",
        "text.missing": "Enter what happened",
    }

    provider: Annotated[str, StringConstraints(pattern="^[A-Z0-9]{2,12}$")]
    happened_on: FormDate
    text: Annotated[str, StringConstraints(max_length=4_000)]
    harm: Harm | None = None
    factors: tuple[Harm, ...] = ()

    @model_validator(mode="after")
    def _harm_is_explained(self) -> "ReportForm":
        if self.harm is Harm.SEVERE and "because" not in self.text:
            raise wrong("text", "Say why the harm was severe")
        return self


class ApiReport(BaseModel):
    happened_on: date


router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, actor: MaybeActor) -> Response:
    return render(request, "demo_home.html", who=actor.name if actor else "nobody")


@router.get("/cases")
async def inbox(request: Request, _: CurrentActor) -> Response:
    return render(request, "demo_inbox.html", minutes=timedelta(minutes=1), now=NOW)


@router.get("/messages")
async def operators_only(
    actor: Annotated[Actor, Depends(require(Role.OPERATOR))],
) -> Response:
    return Response(actor.name)


@router.get("/report")
async def report(request: Request, _: CurrentActor) -> Response:
    return render(request, "demo_form.html", values={}, errors={})


@router.post("/report")
async def send_report(request: Request, _: CurrentActor) -> Response:
    form = await read_form(request, ReportForm)
    if form.value is None:
        return render(request, "demo_form.html", 422, values=form.typed, errors=form.errors)
    return render(request, "demo_sent.html", reference="IN-7K3Q-92", due=NOW)


@router.get("/broken")
async def broken() -> Response:
    raise RuntimeError("the words somebody typed")


@router.get("/things/{number}")
async def thing(number: int) -> Response:
    return Response(str(number))


@router.get("/outage")
async def outage() -> Response:
    raise ConnectionRefusedError("no database here")


@router.get("/outage/broken")
async def cut_off() -> Response:
    raise InternalClientError("cannot switch to state 12")


class UnfitValueError(Exception):
    sqlstate = "22021"


@router.get("/unfit")
async def unfit() -> Response:
    raise DBAPIError("SELECT", {}, UnfitValueError())


@router.post("/api/v1/things")
async def api_thing(thing: ApiReport) -> dict[str, str]:
    return {"happened_on": str(thing.happened_on)}


@router.get("/api/v1/broken")
async def api_broken() -> Response:
    raise RuntimeError("the words somebody typed")


@router.get("/api/v1/mine")
async def api_mine(actor: CurrentActor) -> dict[str, str]:
    return {"name": actor.name}


def create_app(
    settings: SignInSettings | None = None,
    directory: FakeDirectory | None = None,
    endings: "FakeEndings | None" = None,
) -> FastAPI:
    runtime = FakeRuntime(settings or DemoSettings())
    people = directory or FakeDirectory()
    ended = endings or FakeEndings()
    app = create_web_app(cast("Runtime", runtime), title="Demo", templates=TEMPLATES)
    compile_once(app)
    app.dependency_overrides[find_memberships] = lambda: people.memberships
    app.dependency_overrides[find_endings] = lambda: ended
    app.include_router(router)
    app.include_router(sign_in.router)
    app.include_router(statements.router)
    return app
