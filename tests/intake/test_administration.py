"""The administrators' pages: what they change is kept, told to everybody and written into the history, and only by whom it may be."""

import pytest
from sqlalchemy import text

from shared.contracts.directory import (
    OrganisationRecorded,
    Role,
)
from shared.contracts.reports import Harm
from tests.intake.administering import ALL, TRUST, TRUST_ADMINISTRATOR, change, form_of, kept
from tests.support.apps import Person, Running
from tests.support.directory import closed
from tests.support.facts import Facts

pytestmark = pytest.mark.integration


@pytest.fixture
async def nina(intake: Running, ada: Person) -> Person:
    """The administrator of one trust only. After `ada`, who brings the trust."""
    return await intake.sign_in("nina.frost")


async def entries(intake: Running) -> list[tuple[str, str, str, str]]:
    """Kind, record, step and author of everything in the history, oldest first."""
    async with intake.transactions.read() as connection:
        rows = await connection.execute(
            text("SELECT kind, record_id, step, author_name FROM audit_entry ORDER BY number")
        )
        return [tuple(row) for row in rows]


DETAILS = {
    "name": "Hill Surgery",
    "kind": "practice",
    "commissioner": "Q9A",
    "postcode": "zz9 9zz",
    "opened_on[day]": "1",
    "opened_on[month]": "4",
    "opened_on[year]": "1974",
}


async def test_an_organisation_is_added_told_and_written_into_the_history(
    intake: Running, ada: Person, facts: Facts
) -> None:
    new = {"code": "y95001", **DETAILS}
    answer = await ada.post(f"{ALL}/new", new)
    assert answer.headers["location"] == f"{ALL}/Y95001?done=added"
    assert (await ada.post(f"{ALL}/new", new)).status_code == 303  # pressed twice
    told = await facts.expect(OrganisationRecorded, lambda each: each.code == "Y95001")
    record = await kept(intake, "Y95001")
    assert record == told
    assert (record.revision, record.postcode, record.commissioner) == (1, "ZZ9 9ZZ", "Q9A")
    assert await entries(intake) == [("organisation", "Y95001", "added", "Ada Quinn")]
    assert "The organisation has been added" in (await ada.get(f"{ALL}/Y95001?done=added")).text
    taken = await ada.post(f"{ALL}/new", {**new, "code": "RZ1"})
    assert taken.status_code == 422
    assert "belongs to Northfield Acute NHS Trust" in taken.text


WRONG_DETAILS: dict[str, dict[str, str]] = {
    "Enter the organisation&#39;s name": {"name": ""},
    "Enter a full UK postcode": {"postcode": "!"},
    "Date must be a real date": {"opened_on[day]": "31"},
    "Northfield Acute NHS Trust is not a commissioner": {"commissioner": "RZ1"},
    "Select the kind of organisation": {"kind": "bakery"},
    "cannot be responder": {"kind": "practice"},
}


@pytest.mark.parametrize("message", WRONG_DETAILS)
async def test_wrong_details_are_refused_with_what_was_typed(
    intake: Running, ada: Person, message: str
) -> None:
    typed = {**DETAILS, "kind": "ambulance", **WRONG_DETAILS[message]}
    answer = await change(ada, f"{ALL}/RZ5/details", typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert "Error: " in answer.text
    assert "Hill Surgery" in answer.text or message.startswith("Enter the org")
    assert (await kept(intake, "RZ5")).revision == 1


async def test_whoever_was_second_is_told_and_nothing_of_the_first_is_lost(
    intake: Running, ada: Person
) -> None:
    seen = await form_of(ada, f"{ALL}/RZ5/contacts")
    first = {**seen, "contacts": "first@rz5.example"}
    assert (await ada.post(f"{ALL}/RZ5/contacts", first)).status_code == 303
    assert (await ada.post(f"{ALL}/RZ5/contacts", first)).status_code == 303  # the same again
    second = await ada.post(f"{ALL}/RZ5/contacts", {**seen, "contacts": "second@rz5.example"})
    assert second.status_code == 409
    assert "Somebody else has changed Hilltop Ambulance NHS Trust" in second.text
    record = await kept(intake, "RZ5")
    assert (record.contacts, record.revision) == (("first@rz5.example",), 2)


async def test_contacts_must_be_addresses(ada: Person) -> None:
    answer = await change(ada, f"{ALL}/RZ5/contacts", {"contacts": "a@rz5.example\nask for Leo"})
    assert answer.status_code == 422
    assert "ask for Leo is not an email address" in answer.text


async def test_a_service_keeps_its_identifier_under_another_title(
    intake: Running, ada: Person
) -> None:
    values = {"title-discharge": "Discharge", "title-outpatients": "", "new-1": "X-ray & scans"}
    await change(ada, f"{ALL}/RZ1/services", {**values, "title-other": "Other"})
    services = (await kept(intake, "RZ1")).services
    assert [(each.slug, each.title) for each in services] == [
        ("discharge", "Discharge"),
        ("other", "Other"),
        ("x-ray-scans", "X-ray & scans"),
    ]
    again = {"title-discharge": "Discharge", "new-1": "discharge"}
    refused = await change(ada, f"{ALL}/RZ1/services", again)
    assert refused.status_code == 422
    assert "is on the list already" in refused.text


POLICY = {
    "acknowledge_within_hours": "48",
    "due_soon_hours": "6",
    "close_unanswered_after_days": "",
    "acknowledge_within_hours_severe": "4",
    "acknowledge_within_hours_fatal": "2",
    "due_soon_hours_fatal": "0",
}


async def test_response_times_by_harm_are_kept_and_one_entry_says_so(
    intake: Running, ada: Person
) -> None:
    assert (await change(ada, f"{ALL}/RZ5/policy", POLICY)).status_code == 303
    policy = (await kept(intake, "RZ5")).policy
    assert policy.close_unanswered_after_days is None
    found = {harm: policy.for_harm(harm) for harm in (Harm.SEVERE, Harm.FATAL, Harm.LOW, None)}
    hours = {h: (p.acknowledge_within_hours, p.due_soon_hours) for h, p in found.items()}
    assert hours == {Harm.SEVERE: (4, 1), Harm.FATAL: (2, 0), Harm.LOW: (48, 6), None: (48, 6)}
    assert await entries(intake) == [("policy", "RZ5", "response times changed", "Ada Quinn")]
    page = (await ada.get(f"{ALL}/RZ5")).text
    assert "Severe harm" in page
    assert "All others, and feedback" in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"acknowledge_within_hours": "0"}, "from 1 to 2,160"),
        ({"acknowledge_within_hours_low": "soon"}, "Low harm: enter a number of hours"),
        ({"due_soon_hours_moderate": "1"}, "Moderate harm: enter the response time"),
        ({"due_soon_hours": "48"}, "fewer hours than the response time"),
    ],
)
async def test_response_times_that_cannot_be_are_refused(
    ada: Person, wrong: dict[str, str], message: str
) -> None:
    answer = await change(ada, f"{ALL}/RZ5/policy", {**POLICY, **wrong})
    assert answer.status_code == 422
    assert message in answer.text


async def test_a_member_is_added_once_changed_and_removed(intake: Running, ada: Person) -> None:
    filled = await form_of(ada, f"{ALL}/RZ5/members/new")
    filled |= {"name": "Mia Wells", "subject": "mia.wells"}
    sent: dict[str, str | list[str]] = {**filled, "roles": ["responder", "reporter"]}
    for _ in range(2):
        assert (await ada.post(f"{ALL}/RZ5/members/new", sent)).status_code == 303
    added = [each for each in (await kept(intake, "RZ5")).members if each.subject == "mia.wells"]
    assert [each.roles for each in added] == [{Role.RESPONDER, Role.REPORTER}]
    page = f"{ALL}/RZ5/members/{added[0].member_id}"
    await change(ada, page, {"name": "Mia Wells", "roles": "responder"})
    await change(ada, f"{page}/remove", {})
    assert (await ada.post(f"{page}/remove", {"revision": "9"})).status_code == 303
    assert (await ada.get(page)).status_code == 404
    identity = f"RZ5/{added[0].member_id}"
    assert [each[:3] for each in await entries(intake)] == [
        ("member", identity, "member added"),
        ("member", identity, "member changed"),
        ("member", identity, "member removed"),
    ]


async def test_a_role_that_its_organisation_cannot_have_is_refused(ada: Person) -> None:
    values = {"name": "Mia", "subject": "mia", "roles": ["quality-lead"]}
    answer = await change(ada, f"{ALL}/RZ5/members/new", values)
    assert answer.status_code == 422
    assert "A member of an ambulance trust cannot be quality lead" in answer.text
    twice = {"name": "Leo", "subject": "leo.hart", "roles": ["responder"]}
    assert "is a member already" in (await change(ada, f"{ALL}/RZ5/members/new", twice)).text


async def test_the_last_administrator_cannot_leave_by_mistake(
    intake: Running, nina: Person
) -> None:
    own = f"{ALL}/RZ5/members/{TRUST_ADMINISTRATOR.member_id}"
    for path, values in ((own, {"name": "Nina", "roles": "reporter"}), (f"{own}/remove", {})):
        answer = await change(nina, path, values)
        assert answer.status_code == 422
        assert "You are the last administrator" in answer.text
    leo = next(each for each in TRUST.members if each.subject == "leo.hart")
    await change(
        nina, f"{ALL}/RZ5/members/{leo.member_id}", {"name": "Leo", "roles": "administrator"}
    )
    answer = await change(nina, f"{own}/remove", {})
    assert answer.headers["location"] == "/"
    assert (await nina.get(f"{ALL}/RZ5")).status_code == 303  # she has no organisation any more


async def test_an_organisations_own_administrator_reaches_its_members_and_contacts_only(
    intake: Running, nina: Person
) -> None:
    listed = (await nina.get("/administration")).text
    assert "Hilltop Ambulance NHS Trust" in listed
    assert "Northfield" not in listed
    assert (
        await change(nina, f"{ALL}/RZ5/contacts", {"contacts": "n@rz5.example"})
    ).status_code == 303
    for part in ("details", "services", "policy", "close", "reopen"):
        assert (await nina.get(f"{ALL}/RZ5/{part}")).status_code == 403
        assert (await nina.post(f"{ALL}/RZ5/{part}", {"revision": "2"})).status_code == 403
    assert (await nina.get(f"{ALL}/new")).status_code == 403
    assert (await nina.post(f"{ALL}/new", {"code": "Y95001", **DETAILS})).status_code == 403
    for path in ("", "/contacts", "/members/new", "/details"):
        assert (await nina.get(f"{ALL}/RZ1{path}")).status_code == 404
    stranger = {"revision": "1", "contacts": "mine@now.example"}
    assert (await nina.post(f"{ALL}/RZ1/contacts", stranger)).status_code == 404
    assert (await kept(intake, "RZ1")).revision == 1
    assert "Nobody matches" in (await nina.get("/administration/members?q=jo.lee")).text
    assert "leo.hart" in (await nina.get("/administration/members?q=Leo")).text


async def test_the_list_is_searched_by_words_kind_status_and_commissioner(
    intake: Running, ada: Person
) -> None:
    await intake.seed([closed(await kept(intake, "RZ2"), "RZ1")])
    for query, found, missing in (
        ("q=rz1", "Northfield", "Riverside"),
        ("q=surgery", "Elm Road", "Northfield"),
        ("kind=ambulance", "Hilltop", "Elm Road"),
        ("status=closed", "Riverside", "Northfield"),
        ("commissioner=Q9A&kind=practice", "Green Practice", "Patients"),
    ):
        page = (await ada.get(f"/administration?{query}")).text
        table = page[page.index("<table") :]
        assert found in table, query
        assert missing not in table, query
    assert "No organisation matches" in (await ada.get("/administration?q=%25nothing")).text


async def test_members_are_found_across_organisations(ada: Person) -> None:
    page = (await ada.get("/administration/members?q=dana.cole")).text
    assert "2 memberships" in page
    assert "Harbour Medical Centre" in page
    assert "The Green Practice" in page


async def test_everybody_else_is_kept_out(intake: Running, ada: Person) -> None:
    for subject in ("amira.patel", "helen.marsh", "max.stone"):
        person = await intake.sign_in(subject)
        for path in ("/administration", f"{ALL}/RZ1", f"{ALL}/RZ1/contacts"):
            assert (await person.get(path)).status_code == 403
