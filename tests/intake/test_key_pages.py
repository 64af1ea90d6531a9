"""The pages of API keys, for the support unit's administrators and for one organisation's."""

import html
import re
from uuid import uuid4

import httpx2
import pytest

from shared.contracts.directory import OrganisationKind, Role
from tests.intake.samples import REPORT
from tests.support.apps import Person, Running
from tests.support.directory import member, organisation
from tests.support.waiting import eventually

KEYS = "/administration/keys"
OWN = {name: value for name, value in REPORT.items() if name != "reporter"}


def form(**changes: object) -> dict[str, object]:
    return {
        "organisation": "Y90001",
        "label": "Clinical system",
        "scopes": ["reports:write", "reports:read"],
        "submission": str(uuid4()),
        **changes,
    }


async def make(person: Person, **changes: object) -> httpx2.Response:
    return await person.post(f"{KEYS}/new", form(**changes))  # type: ignore[arg-type]


def shown_key(page: httpx2.Response) -> str:
    found = re.search(r">(insight_[^<]+)</textarea>", page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def key_id_of(page: httpx2.Response) -> str:
    return shown_key(page).split("_")[1]


@pytest.fixture
async def pat(intake: Running) -> Person:
    """An administrator of one practice."""
    await intake.seed(
        [
            organisation(
                "Y90009",
                "Mill Lane Surgery",
                OrganisationKind.PRACTICE,
                member("pat.mill", "Pat Mill", Role.ADMINISTRATOR),
            )
        ]
    )
    return await intake.sign_in("pat.mill")


async def test_a_key_is_shown_once_opens_its_doors_and_is_listed_without_itself(
    intake: Running, ada: Person
) -> None:
    assert "There are no keys yet" in (await ada.get(KEYS)).text
    page = await make(ada)
    assert page.status_code == 201
    key = shown_key(page)
    assert "Copy the key now" in page.text
    partner = await intake.visitor(Authorization=f"Bearer {key}")
    sent = await partner.post("/api/v1/reports", json=OWN, headers={"Idempotency-Key": "k"})
    assert sent.status_code == 201
    listed = (await ada.get(KEYS)).text
    for words in ("Clinical system", "Elm Road Surgery (Y90001)", "reports:read", "by Ada Quinn"):
        assert words in listed
    assert key.split("_", 2)[2] not in listed


async def test_the_same_form_sent_again_makes_no_second_key_and_shows_none(ada: Person) -> None:
    submission = str(uuid4())
    first = await make(ada, submission=submission)
    again = await make(ada, submission=submission)
    assert (first.status_code, again.status_code) == (201, 409)
    assert shown_key(first) not in again.text
    assert "insight_" not in again.text
    assert "1 key," in (await ada.get(KEYS)).text


async def test_when_a_key_was_last_used_is_told(intake: Running, ada: Person) -> None:
    partner = await intake.visitor(Authorization=f"Bearer {shown_key(await make(ada))}")
    assert "Never" in (await ada.get(KEYS)).text
    await partner.get("/api/v1/reports/IN-0000-00")

    async def is_told() -> bool:
        return "Never" not in (await ada.get(KEYS)).text

    await eventually(is_told)


async def test_a_revoked_key_opens_nothing_and_says_why(intake: Running, ada: Person) -> None:
    made = await make(ada)
    partner = await intake.visitor(Authorization=f"Bearer {shown_key(made)}")
    address = f"{KEYS}/{key_id_of(made)}/revoke"
    asked = await ada.get(address)
    assert "Revoke this key?" in asked.text
    assert (await partner.get("/api/v1/reports/IN-0000-00")).status_code == 404
    assert (await ada.post(address)).status_code == 303
    refused = await partner.get("/api/v1/reports/IN-0000-00")
    assert refused.status_code == 401
    assert "has been revoked" in refused.json()["detail"]
    assert "This key is revoked" in (await ada.get(address)).text
    assert (await ada.post(address)).status_code == 303
    assert "Revoked" in (await ada.get(KEYS)).text


async def test_an_organisations_administrator_sees_and_revokes_its_own_keys_only(
    intake: Running, ada: Person, pat: Person
) -> None:
    others = key_id_of(await make(ada, label="Of Elm Road"))
    own = await make(pat, organisation="Y90009", label="Of Mill Lane")
    assert own.status_code == 201
    listed = (await pat.get(KEYS)).text
    assert "Of Mill Lane" in listed
    assert "Of Elm Road" not in listed
    assert "Of Elm Road" not in (await pat.get(f"{KEYS}?q=Elm")).text
    assert (await pat.get(f"{KEYS}/{others}/revoke")).status_code == 404
    assert (await pat.post(f"{KEYS}/{others}/revoke")).status_code == 404
    assert (await make(pat, organisation="Y90001")).status_code == 403
    everybodys = (await ada.get(KEYS)).text
    assert "Of Mill Lane" in everybodys
    assert "Of Elm Road" in everybodys
    assert everybodys.count("Live") == 2


async def test_only_administrators_come_near_keys(intake: Running, ada: Person) -> None:
    address = f"{KEYS}/{key_id_of(await make(ada))}/revoke"
    amira = await intake.sign_in("amira.patel")
    for path in (KEYS, f"{KEYS}/new", address):
        assert (await amira.get(path)).status_code == 403
    assert (await make(amira)).status_code == 403
    assert (await amira.post(address)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"organisation": ""}, "Enter the code of an organisation"),
        ({"organisation": "NOBODY"}, "The directory has no organisation with this code"),
        ({"label": " "}, "Enter what the key is for"),
        ({"label": "x" * 101}, "must be 100 characters or fewer"),
        ({"label": "two\nlines"}, "must be one line of text"),
        ({"scopes": []}, "Select what the key may do"),
        ({"scopes": ["everything"]}, "Select what the key may do"),
        (
            {"last_day[day]": "1", "last_day[month]": "1", "last_day[year]": "2020"},
            "today or later",
        ),
        (
            {"last_day[day]": "1", "last_day[month]": "1", "last_day[year]": "2999"},
            "must be before",
        ),
        ({"last_day[day]": "31", "last_day[month]": "2", "last_day[year]": "2027"}, "a real date"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    ada: Person, changes: dict[str, object], words: str
) -> None:
    page = await make(ada, **{"label": "Clinical system", **changes})
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert words in page.text
    assert str(changes.get("label", "Clinical system")).strip() in html.unescape(page.text)
    assert "There are no keys yet" in (await ada.get(KEYS)).text


async def test_a_form_that_was_refused_can_be_put_right_and_sent(ada: Person) -> None:
    page = await make(ada, submission="nonsense", organisation="y90001", label="")
    found = re.search(r'name="submission" value="([^"]+)"', page.text)
    assert found is not None
    assert (await make(ada, submission=found[1], organisation="y90001")).status_code == 201
