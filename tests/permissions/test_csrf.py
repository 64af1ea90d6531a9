"""Every route that can change something refuses what was not sent from one of our own pages, by the browser of who is signed in;
found by asking the applications, so that a new route is tried without being listed."""

import asyncio
from collections.abc import Mapping

import httpx2
import pytest

from shared.contracts.directory import OrganisationKind, Role
from shared.web import csrf, session
from shared.web.csrf import MACHINES_ONLY, REFUSED
from shared.web.settings import WebSettings
from tests.end_to_end.catalogue import applications
from tests.intake.samples import BEARER
from tests.intake.test_form import text_of
from tests.permissions.estate import Estate, code_of, subject_of
from tests.permissions.rest import at_rest, contents
from tests.permissions.routes import Route, changing, every_route
from tests.support.apps import CSRF_TOKEN, Age, Person

AT_HOME = {
    Role.REPORTER: OrganisationKind.PRACTICE,
    Role.RESPONDER: OrganisationKind.ACUTE,
    Role.QUALITY_LEAD: OrganisationKind.COMMISSIONER,
    Role.REVIEWER: OrganisationKind.PATIENT_GROUP,
    Role.ADMINISTRATOR: OrganisationKind.SUPPORT_UNIT,
    Role.OPERATOR: OrganisationKind.SUPPORT_UNIT,
}
"""Where each role is usual."""
FORMS = [route for route in changing() if not route.is_machines]
API = [route for route in every_route() if route.path.startswith(f"{csrf.API_PREFIX}v1/")]
READS = [route for route in every_route() if not route.changes]
PROOF = {csrf.FIELD: CSRF_TOKEN}
WITHOUT_PROOF: Mapping[str, tuple[dict[str, str], dict[str, str]]] = {
    "no token": ({}, {}),
    "an empty token": ({csrf.FIELD: ""}, {}),
    "the token of another session": ({csrf.FIELD: "the token of somebody else"}, {}),
    "from another site": (PROOF, {"Sec-Fetch-Site": "cross-site"}),
    "from a sub-domain": (PROOF, {"Sec-Fetch-Site": "same-site"}),
    "from another origin": (PROOF, {"Origin": "https://elsewhere.example"}),
    "from nowhere": (PROOF, {"Origin": "null"}),
    "an address under another name": (PROOF, {"Origin": "http://localhost:8000.elsewhere.example"}),
}
"""What is sent, and what the browser says of it."""
WITHOUT_WORDS = {
    "/sign-out": "leaves",
    "/organisation": "chooses",
    "/reports/{reference}/withdraw": "chooses",
    "/cases/{reference}/actions/{action_id}/complete": "presses a button",
    "/cases/{reference}/confirm": "presses a button",
    "/messages/{message_id}/send-again": "presses a button",
    "/versions/{version}/trials": "presses a button",
    "/versions/trials/{trial_id}/stop": "presses a button",
    "/verdicts/{reference}/agree": "presses a button",
    "/verdicts/{reference}/not-about": "presses a button",
    "/verdicts/{reference}/about": "presses a button",
}
"""Forms in which nobody types anything that would be a loss: what they are instead."""
PAST_ITS_LIMITS = Age(*(2 * [WebSettings().longest + WebSettings().idle]))


@pytest.fixture(scope="session")
async def known(estate: Estate) -> dict[str, str]:
    """What the parts of addresses are filled with. What is tried with its proof is tried on an organisation nobody needs."""
    return {
        "reference": await estate.report(),
        "code": code_of(OrganisationKind.OTHER_PROVIDER, 2),
    }


async def send(
    person: Person, route: Route, path: str, content: dict[str, str], **headers: str
) -> httpx2.Response:
    return await person.client.request(route.method, path, data=content, headers=headers)


def is_refused(answer: httpx2.Response) -> bool:
    return answer.status_code == 403 and REFUSED in text_of(answer.text)


async def whose(estate: Estate, route: Route, path: str) -> Role:
    """The first role that the route lets through when the proof is there; so nothing but the proof is missing when it is not."""
    for role, kind in AT_HOME.items():
        person = await estate.sign_in(route.service, role, code_of(kind))
        answer = await send(person, route, path, PROOF)
        assert not is_refused(answer), f"{role} is refused with the proof of {role}'s own session"
        assert "You have been signed out" not in answer.text
        if answer.status_code != 403:
            return role
    raise AssertionError(f"{route} lets nobody through: who is it for?")


@pytest.mark.parametrize("route", FORMS, ids=str)
async def test_only_what_one_of_our_pages_has_sent_gets_through(
    estate: Estate, known: dict[str, str], route: Route
) -> None:
    path = route.filled(known)
    role = await whose(estate, route, path)
    before = await at_rest(estate)
    for attempt, (content, headers) in WITHOUT_PROOF.items():
        person = await estate.sign_in(route.service, role, code_of(AT_HOME[role]))
        cookie = person.cookie
        answer = await send(person, route, path, content, **headers)
        assert is_refused(answer), f"{attempt}: {answer.status_code}"
        assert person.cookie == cookie, f"{attempt}: the session has changed"
    assert await contents(estate) == before


def test_every_form_that_is_typed_into_keeps_a_draft() -> None:
    """Whoever adds a form asks for its `Draft`, or says here why nothing is lost without. The administration's forms are short, and
    what was typed is given back to be copied."""
    without = {each.path for each in FORMS if not each.keeps_draft}
    assert {path for path in without if not path.startswith("/administration/")} == (
        WITHOUT_WORDS.keys()
    )


@pytest.mark.parametrize("route", FORMS, ids=str)
async def test_nobody_and_a_session_past_its_limits_change_nothing_but_a_draft(
    estate: Estate, known: dict[str, str], route: Route
) -> None:
    path = route.filled(known)
    before = await at_rest(estate)
    role = Role.RESPONDER if route.service == "actions" else Role.REPORTER
    subject = subject_of(role, code_of(AT_HOME[role]))
    ended = await estate.services[route.service].sign_in(subject, age=PAST_ITS_LIMITS)
    nobody = Person(await estate.visitor(route.service))
    for person in (ended, nobody):
        answer = await send(person, route, path, PROOF | {"text": "Some words of mine"})
        assert answer.status_code in {303, 403}
        assert session.SUBJECT not in person.content
        if answer.status_code == 303:
            assert answer.headers["location"].startswith(("/sign-in?next=/", "/sign-out"))
    after = await contents(estate)
    changed = {table for table, digest in after.items() if before[table] != digest}
    assert changed <= {f"{route.service}.draft"}


async def test_a_session_past_its_limits_reads_what_nobody_reads(
    estate: Estate, known: dict[str, str]
) -> None:
    for route in READS:
        if route.path.startswith("/sign-in"):
            continue  # leads to the provider, with a state of its own each time
        lead = subject_of(Role.QUALITY_LEAD, code_of(OrganisationKind.COMMISSIONER))
        ended = await estate.services[route.service].sign_in(lead, age=PAST_ITS_LIMITS)
        nobody = await estate.visitor(route.service)
        path = route.filled(known)
        answer, other = await ended.get(path), await nobody.get(path)
        assert answer.status_code == other.status_code, route
        assert answer.headers.get("location") == other.headers.get("location"), route
        assert "Commissioner 1" not in answer.text, route


async def read(estate: Estate, route: Route, role: Role, path: str) -> None:
    person = await estate.sign_in(route.service, role, code_of(AT_HOME[role]))
    for method in ("GET", "HEAD"):
        answer = await person.client.request(method, path)
        assert answer.status_code < 500, (route, role)


async def test_reading_changes_nothing(estate: Estate, known: dict[str, str]) -> None:
    before = await at_rest(estate)
    for route in READS:
        if route.path.startswith("/sign-in"):
            continue
        await asyncio.gather(*(read(estate, route, role, route.filled(known)) for role in AT_HOME))
    assert await contents(estate) == before


@pytest.mark.parametrize("route", API, ids=str)
async def test_the_session_s_cookie_opens_no_door_of_the_api_and_a_key_does(
    estate: Estate, known: dict[str, str], route: Route
) -> None:
    path = route.filled(known)
    before = await at_rest(estate)
    for role, kind in AT_HOME.items():
        person = await estate.sign_in(route.service, role, code_of(kind))
        answer = await person.client.request(
            route.method, path, json=dict(PROOF), headers={"X-CSRF-Token": CSRF_TOKEN}
        )
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    assert await contents(estate) == before
    program = await estate.visitor(route.service, **BEARER)
    answer = await program.request(route.method, path, json={})
    assert answer.status_code != 401


def test_what_is_exempt_is_there_and_is_only_what_a_machine_sends() -> None:
    """A door that is exempt and has gone would stand open for what is put there next."""
    assert {route.path for route in every_route() if route.is_machines} == MACHINES_ONLY
    assert all(route.method == "POST" for route in every_route() if route.is_machines)


@pytest.mark.parametrize("route", [each for each in changing() if each.is_machines], ids=str)
async def test_a_machine_s_door_asks_for_the_machine_s_own_proof(
    estate: Estate, route: Route
) -> None:
    before = await at_rest(estate)
    for role, kind in AT_HOME.items():
        person = await estate.sign_in(route.service, role, code_of(kind))
        answer = await send(person, route, route.path, PROOF)
        assert answer.status_code in {400, 401, 403, 503}
    assert await contents(estate) == before


def test_the_routes_are_those_of_the_running_applications(estate: Estate) -> None:
    """So that none is left out: there are forms in every service with pages to fill in, and the mailbox takes nothing."""
    assert {route.service for route in FORMS} >= {"intake", "actions", "classification"}
    assert {"/report", "/sign-out", "/organisation"} <= {route.path for route in FORMS}
    mailbox = applications()["mailbox"]
    methods = {method for route in mailbox.routes for method in getattr(route, "methods", ())}
    assert methods <= {"GET", "HEAD"}
