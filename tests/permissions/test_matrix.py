"""Every route of every service, enumerated from the running applications, tried as every role of the right and of the wrong
organisation, and as nobody (guarantee S1)."""

import csv
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from html import unescape

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from itsdangerous import TimestampSigner
from starlette.routing import Mount

from shared.contracts.directory import OrganisationKind, Role
from shared.web import csrf, health, session
from tests.permissions.estate import AREAS, Estate
from tests.permissions.records import (
    ANOTHER_LOST,
    Records,
    answer,
    decide,
    raise_signal,
    records_of,
    send_report,
    told,
)
from tests.permissions.rest import until_at_rest
from tests.permissions.rules import (
    SIGN_IN,
    Anybody,
    Doors,
    Parties,
    Party,
    Person,
    Rule,
    State,
    opens_reports,
    parties_of,
)
from tests.permissions.table import FOLDERS, OPERATIONS, RULES
from tests.support import apps
from tests.support.settings import PUBLIC_URL, SESSION_KEY

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

REFERENCE = re.compile(r"\bIN-[0-9A-Z]{4}-[0-9A-Z]{2}\b")
BOTH = (OrganisationKind.PRACTICE, OrganisationKind.ACUTE, OrganisationKind.COMMISSIONER)
"""Who can be of the right organisation or of the wrong one."""
ONE = (
    OrganisationKind.MENTAL_HEALTH,  # another provider of the same area
    OrganisationKind.SUPPORT_UNIT,
    OrganisationKind.PATIENT_GROUP,
)
PEOPLE = [
    *(Person(kind, role, area) for area in AREAS for kind in BOTH for role in Role),
    *(Person(kind, role, 1) for kind in ONE for role in Role),
    Person(OrganisationKind.PATIENT_GROUP, Role.REVIEWER, 2),
]
SOME = [person for person in PEOPLE if (person.kind, person.area) == (BOTH[0], 1)]
"""One of each role: enough where nobody is asked who they are."""
ENDS = ("/confirm", "/withdraw")
"""What is done once something else was, or instead of it."""
FURTHER = re.compile(r'<a [^>]*?href="([^"]+)"[^>]* rel="next"')
"""From a list's page to its next one."""
WORKS = [rule for rule in RULES if rule.changes and isinstance(rule.who, Parties)]


def routes_of(service: str, app: FastAPI) -> Iterator[tuple[str, str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in set(route.methods or ()) - {"HEAD", "OPTIONS"}:
            yield service, method, str(route.path)


def test_every_route_of_the_running_applications_has_a_line_and_every_line_a_route(
    estate: Estate,
) -> None:
    found = {route for name, app in estate.apps.items() for route in routes_of(name, app)}
    lines = [*RULES, *OPERATIONS]
    listed = {line.key for line in lines}
    assert len(listed) == len(lines), "a route is listed twice"
    missing = "".join(
        f'\n    Rule("{service}", "{method}", "{path}", ...who has it...),'
        for service, method, path in sorted(found - listed)
    )
    assert not missing, f"say who has these, in tests/permissions/lines:{missing}"
    assert not listed - found, "these lines of tests/permissions/lines have no route any more"
    folders = {
        (name, route.path)
        for name, app in estate.apps.items()
        for route in app.routes
        if isinstance(route, Mount)
    }
    assert folders == FOLDERS, "files are served from a folder that nobody has looked at"


@pytest.mark.parametrize("rule", RULES, ids=str)
async def test_each_person_gets_what_the_table_says_and_nothing_of_anybody_elses(
    estate: Estate, records: Records, rule: Rule
) -> None:
    if rule.changes:
        await until_at_rest(estate)  # what other tests have begun
    before = await records_of(estate, rule.service) if rule.changes else {}
    for person in [None, *who_asks(rule)]:
        if not (rule.changes and rule.is_right(person)):  # the right ones' turn comes below
            await look(estate, records, rule, person)
    if rule.changes:
        stranger = await estate.visitor(rule.service)
        refused = await stranger.post(rule.at(records.things(rule.state)), data=dict(rule.values))
        assert refused.status_code in {303, 400, 403, 503}  # 503: there is no sign-in provider here
        assert await records_of(estate, rule.service) == before, "somebody has changed something"


def who_asks(rule: Rule) -> list[Person]:
    """Everybody, and few where nobody is asked who they are; the machines' doors take their time."""
    if rule.path in health.PATHS:
        return SOME[:1]
    return SOME if isinstance(rule.who, Anybody | Doors) else PEOPLE


async def look(estate: Estate, records: Records, rule: Rule, person: Person | None) -> None:
    """The status is the table's; nothing is told that is not this person's to know, and a list has what is."""
    expected = rule.expected(person)
    response = await ask(estate, records, rule, person)
    assert expected in (None, response.status_code), (str(person), response.text[-2000:])
    if expected == SIGN_IN:
        assert response.headers["location"].startswith("/sign-in"), rule
    assert not told(rule, person, records, response), (str(person), response.text[-6000:])
    if rule.lists_reports and person and response.status_code == 200:
        listed = response.text
        client = await estate.sign_in(rule.service, person.role, person.code)
        while further := FURTHER.search(response.text):
            response = await client.get(str(response.url.join(unescape(further[1]))))
            listed += response.text
        for area in AREAS:
            if parties_of(person, area):
                assert records.references[area][State.OPEN] in listed, str(person)


async def ask(
    estate: Estate, records: Records, rule: Rule, person: Person | None
) -> httpx2.Response:
    """As a browser does, with a session's proof that the form is ours."""
    address = rule.at(records.things(rule.state))
    client = await (
        _nobody(estate, rule)
        if person is None
        else estate.sign_in(rule.service, person.role, person.code)
    )
    return await (client.post(address, rule.values) if rule.changes else client.get(address))


async def _nobody(estate: Estate, rule: Rule) -> apps.Person:
    """Who has not signed in, with a session that knows nobody: what is sent without any is refused before anybody asks who sent it."""
    client = await estate.visitor(rule.service)
    content = b64encode(json.dumps({csrf.FIELD: apps.CSRF_TOKEN}).encode())
    cookie = TimestampSigner(SESSION_KEY).sign(content).decode()
    client.cookies.set(session.cookie_name(PUBLIC_URL), cookie)
    return apps.Person(client)


async def test_the_right_ones_can_do_all_of_it(estate: Estate, records: Records) -> None:
    """On reports of their own, so that the others' tests find theirs as they were."""
    done = set()
    subject_id = await raise_signal(estate, 1, ANOTHER_LOST)
    for turn in range(
        2
    ):  # an outcome is disputed, or confirmed; a report is answered, or withdrawn
        references = {state: await send_report(estate, 1) for state in State}
        await until_at_rest(estate)
        action_id = await answer(estate, 1, references[State.WORKING])
        await answer(estate, 1, references[State.ANSWERED], outcome=True)
        await decide(estate, 1, references[State.DECIDED])
        await until_at_rest(estate)
        for rule in [rule for rule in WORKS if rule.path.endswith(ENDS) == (turn == 1)]:
            before = await records_of(estate, rule.service)
            for person in PEOPLE:
                if not rule.is_right(person):
                    continue
                things = records.things(rule.state) | {
                    "reference": references[rule.state],
                    "action_id": str(action_id),
                    "subject_id": str(subject_id),
                }
                client = await estate.sign_in(rule.service, person.role, person.code)
                response = await client.post(rule.at(things), rule.values)
                assert response.status_code == rule.ok, (str(rule), str(person), response.text)
                done.add(rule)
            assert await records_of(estate, rule.service) != before, str(rule)
    assert done == set(WORKS)


FORMS = [
    rule
    for rule in RULES
    if rule.changes and not isinstance(rule.who, Parties) and rule.expected(None) is not None
]


@pytest.mark.parametrize("rule", FORMS, ids=str)
async def test_who_has_a_form_that_is_about_no_report_can_send_it(
    estate: Estate, records: Records, rule: Rule
) -> None:
    right = [person for person in PEOPLE if rule.is_right(person)]
    assert right
    response = await ask(estate, records, rule, right[0])
    assert response.status_code == rule.ok, (str(right[0]), response.text)


async def test_who_may_open_no_report_gets_no_small_or_exact_number(
    estate: Estate, records: Records
) -> None:
    for person in PEOPLE:
        if not opens_reports(person):
            client = await estate.sign_in("reporting", person.role, person.code)
            is_reviewer = person.role is Role.REVIEWER
            queries = ("?months=60", "", "?tenet=safety", "?kind=event", "?months=6&until=2025-11")
            for query in queries if is_reviewer else queries[:1]:
                for file in TOTALS:
                    text = (await client.get(f"/trends/{file}.csv{query}")).text
                    assert _numbers(text) == [], (str(person), file, query, text)


TOTALS = ("themes", "tenets", "years", "compare", "triangulation", "participation", "impact")


def _numbers(text: str) -> list[str]:
    """Those of the file that are not a multiple of 5, or are less than 5."""
    lines = list(csv.reader(text.splitlines()))
    cells = [cell for line in lines[1:] for cell in line[1:]]
    told = [cell.removeprefix("at least ") for cell in cells]
    return [cell for cell in told if cell.isdigit() and (int(cell) % 5 or int(cell) < 5)]


async def test_the_reports_that_trends_list_are_those_that_can_be_opened(
    estate: Estate, records: Records
) -> None:
    """In reporting, actions and classification alike: one rule in three services."""
    for person in PEOPLE:
        if opens_reports(person):
            trends = await estate.sign_in("reporting", person.role, person.code)
            cases = await estate.sign_in("actions", person.role, person.code)
            verdicts = await estate.sign_in("classification", person.role, person.code)
            text = (await trends.get("/trends/reports.csv?months=60")).text
            listed = set(REFERENCE.findall(text))
            for area in AREAS:
                may = bool(parties_of(person, area))
                assert (records.all_of(area) <= listed) == may, (str(person), listed)
                reference = records.references[area][State.OPEN]
                opened = [
                    (await cases.get(f"/cases/{reference}")).status_code,
                    (await verdicts.get(f"/verdicts/{reference}")).status_code,
                ]
                assert opened == ([200, 200] if may else [404, 404]), (str(person), reference)
                assert may or not records.all_of(area) & listed, str(person)


def test_each_party_is_somebody() -> None:
    assert {party for each in PEOPLE for party in parties_of(each, 1)} == set(Party)
