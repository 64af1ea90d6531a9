"""Routes of intake for people: reporting, and signing in."""

from tests.intake.samples import FORM
from tests.permissions.lines.common import (
    EVERYBODY,
    PROVIDER,
    REPORTED_IT,
    REPORTERS,
)
from tests.permissions.rules import (
    Doors,
    Members,
    Rule,
)

INTAKE = [
    Rule("intake", "GET", "/", EVERYBODY, "where one's roles can go"),
    Rule("intake", "GET", "/accessibility", EVERYBODY),
    Rule("intake", "GET", "/cookies", EVERYBODY),
    Rule("intake", "GET", "/privacy", EVERYBODY),
    Rule("intake", "GET", "/api/docs", EVERYBODY),
    Rule("intake", "GET", "/api/openapi.json", EVERYBODY),
    Rule("intake", "GET", "/report", Members(REPORTERS), names_organisations=True),
    Rule(
        "intake",
        "POST",
        "/report",
        Members(REPORTERS),
        values={**FORM, "provider": PROVIDER, "service": f"{PROVIDER}:discharge"},
        ok=303,
        names_organisations=True,
    ),
    Rule("intake", "GET", "/report/sent/{reference}", REPORTED_IT, "the receipt"),
    Rule(
        "intake", "GET", "/reports/{reference}/withdraw", REPORTED_IT, "whom it is about, and when"
    ),
    Rule(
        "intake",
        "POST",
        "/reports/{reference}/withdraw",
        REPORTED_IT,
        values={"reason": "sent-twice"},
        ok=303,
    ),
    Rule("intake", "GET", "/reports/{reference}/history", REPORTED_IT, "the report as accepted"),
    Rule("intake", "GET", "/reports/{reference}/history.csv", REPORTED_IT, "the same"),
    Rule(
        "intake",
        "GET",
        "/reports",
        Members(REPORTERS),
        "reports of the own organisation, and the provider's answers",
        names_organisations=True,
    ),
]
SIGN_IN = [
    Rule("intake", "GET", "/sign-in", Doors()),
    Rule("intake", "GET", "/sign-in/callback", Doors()),
    Rule("intake", "GET", "/sign-in/jwks.json", Doors(), "our public key"),
    Rule("intake", "POST", "/sign-in/back-channel-logout", Doors()),
    Rule("intake", "GET", "/sign-out/provider", Doors()),
    Rule("intake", "GET", "/sign-out", Doors()),
    Rule("intake", "POST", "/sign-out", Doors()),
    Rule("intake", "GET", "/organisation", Doors(), "one's own organisations"),
    Rule("intake", "POST", "/organisation", Doors(), "the same"),
]
