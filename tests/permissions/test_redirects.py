"""Nobody is led away: every address that takes one to go on to goes on to pages of ours only."""

import re
from html import unescape
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from shared.contracts.directory import OrganisationKind, Role
from shared.web.addresses import safe_next
from shared.web.sign_in.addresses import NEXT
from tests.permissions.estate import Estate, code_of
from tests.permissions.routes import every_route
from tests.support.settings import PUBLIC_URL

HOSTILE = (
    "https://elsewhere.example/",
    "HTTPS:elsewhere.example",
    "//elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "\\/elsewhere.example",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    "\t//elsewhere.example",
    " //elsewhere.example",
    "/\x00/elsewhere.example",
    "/\u2028/elsewhere.example",
    "/a\r\nLocation: https://elsewhere.example",
    "javascript:alert(1)",
    "data:text/html,hello",
    "@elsewhere.example",
    ".elsewhere.example",
    "/%2Felsewhere.example",
    "/%5Celsewhere.example",
    "%2F%2Felsewhere.example",
    "%68ttps://elsewhere.example",
    "/..//elsewhere.example",
    "/.//elsewhere.example",
    "/@elsewhere.example",
    "",
)
TAKES_NEXT = [route for route in every_route() if NEXT in route.queries]


def leads_to(location: str) -> str:
    """Where a browser goes, which ignores tabs and line breaks and takes a backslash for a slash."""
    read = "".join(each for each in location if each not in "\t\r\n").strip().replace("\\", "/")
    parts = urlsplit(urljoin(PUBLIC_URL + "/sign-in", read))
    return f"{parts.scheme}://{parts.netloc}"


@pytest.mark.parametrize("address", HOSTILE)
def test_what_is_safe_stays_with_us_as_it_is_and_decoded_once(address: str) -> None:
    assert leads_to(safe_next(address)) == PUBLIC_URL
    assert safe_next(address).isprintable()
    assert leads_to(safe_next(safe_next(unquote(address)))) == PUBLIC_URL


def test_addresses_of_ours_are_left_as_they_are() -> None:
    for address in ("/", "/report", "/cases/IN-7K3Q-92?page=2&sort=due", "/trends#themes"):
        assert safe_next(address) == address


def test_the_routes_that_take_an_address_are_known() -> None:
    """Another one must be tried here, by the person who may use it."""
    assert {(route.method, route.path) for route in TAKES_NEXT} == {
        ("GET", "/sign-in"),
        ("GET", "/organisation"),
        ("POST", "/organisation"),
    }
    names = {name.lower() for route in every_route() for name in route.queries}
    assert not names & {"url", "return", "return_to", "redirect", "redirect_uri", "continue", "to"}


@pytest.mark.parametrize("address", HOSTILE)
async def test_choosing_an_organisation_leads_nobody_away(estate: Estate, address: str) -> None:
    code = code_of(OrganisationKind.PRACTICE)
    path = f"/organisation?{NEXT}={quote(address, safe='')}"
    reporter = await estate.sign_in("intake", Role.REPORTER, code)
    answer = await reporter.post(path, {"organisation": code})
    assert answer.status_code == 303
    assert leads_to(answer.headers["location"]) == PUBLIC_URL
    page = await reporter.get(path)
    (onward,) = re.findall(r'<a class="nhsuk-button" href="([^"]*)"', page.text)
    assert leads_to(unescape(onward)) == PUBLIC_URL


@pytest.mark.parametrize("address", HOSTILE)
async def test_whoever_must_sign_in_first_is_led_on_to_a_page_of_ours(
    estate: Estate, address: str
) -> None:
    visitor = await estate.visitor("intake")
    answer = await visitor.get(f"/organisation?{NEXT}={quote(address, safe='')}")
    assert answer.status_code == 303
    page, _, handed_on = answer.headers["location"].partition(f"?{NEXT}=")
    assert page == "/sign-in"
    assert leads_to(unquote(handed_on)) == PUBLIC_URL


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_saved_form_leads_away(estate: Estate, address: str) -> None:
    code = code_of(OrganisationKind.PRACTICE)
    reporter = await estate.sign_in("intake", Role.REPORTER, code)
    for wish in ("save", "discard"):
        answer = await reporter.post("/report", {"draft": wish, "draft_then": address})
        assert answer.status_code == 303
        assert leads_to(answer.headers["location"]) == PUBLIC_URL


@pytest.mark.parametrize("address", HOSTILE)
async def test_what_sign_in_was_asked_to_lead_back_to_is_safe_when_it_is_kept(
    estate: Estate, address: str
) -> None:
    """The provider does not answer here: the address is in the session all the same, and read from it when somebody comes back."""
    visitor = await estate.visitor("intake")
    await visitor.get(f"/sign-in?{NEXT}={quote(address, safe='')}")
    back = await visitor.get("/sign-in/callback?error=access_denied&state=none")
    assert "elsewhere.example" not in back.text or leads_to(_next_of(back.text)) == PUBLIC_URL


def _next_of(page: str) -> str:
    return unquote(page.partition('href="/sign-in?next=')[2].partition('"')[0])
