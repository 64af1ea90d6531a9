"""Who has which route: one line for each method and path of every service. `rules.py` says how to add one."""

from services.classification.domain import key_of
from services.classification.model.versions import newest_classifier
from shared.contracts.directory import OrganisationKind, Role
from shared.contracts.reports import Kind
from tests.intake.samples import FORM
from tests.permissions.estate import code_of
from tests.permissions.rules import (
    ALL_PARTIES,
    Anybody,
    Directory,
    Doors,
    Keys,
    Members,
    Operation,
    Parties,
    Party,
    Rule,
    State,
    Themes,
)

SERVICES = ("intake", "classification", "actions", "notifications", "reporting")

REPORTERS = frozenset({Role.REPORTER})
RESPONDERS = frozenset({Role.RESPONDER})
LEADS = frozenset({Role.QUALITY_LEAD})
READERS = REPORTERS | RESPONDERS | LEADS
OPERATORS = frozenset({Role.OPERATOR})

EVERYBODY = Anybody()
MEMBERS = Members()
READS_IT = Parties(ALL_PARTIES, READERS)
ANSWERS_IT = Parties(frozenset({Party.ANSWERS}), RESPONDERS)
REPORTED_IT = Parties(frozenset({Party.REPORTED}), REPORTERS)
CORRECTS_IT = Parties(frozenset({Party.OVERSEES}), LEADS)

CASE, VERDICT = "/cases/{reference}", "/verdicts/{reference}"
PROVIDER = code_of(OrganisationKind.ACUTE)
THEME = key_of(newest_classifier(Kind.EVENT).classify(FORM["text"]).themes[0])
"""Of every report here."""

_HEALTH = [
    Rule(service, "GET", path, EVERYBODY, "no report; on the service's own port only")
    for service in SERVICES
    for path in ("/livez", "/readyz", "/metrics", "/status")
]
_INTAKE = [
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


def _directory(
    method: str, path: str, who: Directory, shows: str = "the directory; no report", ok: int = 200
) -> Rule:
    """Forms are sent empty: who gets to the mistakes in them may fill them in."""
    return Rule("intake", method, path, who, shows, ok=ok, names_organisations=True)


ORGANISATION = "/administration/organisations/{code}"
ALL, OWN = Directory(), Directory(one=True)
WHOLE, WHOLE_ONE = Directory(whole=True), Directory(whole=True, one=True)
_ADMINISTRATION = [
    _directory("GET", "/administration", ALL),
    _directory("GET", "/administration/members", ALL),
    _directory("GET", "/administration/organisations/new", WHOLE),
    _directory("POST", "/administration/organisations/new", WHOLE, ok=422),
    _directory("GET", ORGANISATION, OWN),
    *(
        _directory(method, f"{ORGANISATION}/{part}", who, ok=ok)
        for part, who in (
            ("details", WHOLE_ONE),
            ("contacts", OWN),
            ("services", WHOLE_ONE),
            ("policy", WHOLE_ONE),
            ("members/new", OWN),
            ("members/{member_id}", OWN),
            ("members/{member_id}/remove", OWN),
            ("close", WHOLE_ONE),
        )
        for method, ok in (("GET", 200), ("POST", 422))
    ),
    # it is open: past every check of who asks
    _directory("GET", f"{ORGANISATION}/reopen", WHOLE_ONE, ok=409),
    _directory("POST", f"{ORGANISATION}/reopen", WHOLE_ONE, ok=422),
    _directory("GET", f"{ORGANISATION}/history", OWN),
    _directory("GET", f"{ORGANISATION}/history.csv", OWN),
    _directory("GET", "/administration/keys", ALL, "labels of keys, never a key"),
    _directory("GET", "/administration/keys/new", ALL),
    _directory("POST", "/administration/keys/new", ALL, "the new key, once", ok=422),
    _directory("GET", "/administration/keys/{key_id}/revoke", OWN, "a key's label"),
    _directory("POST", "/administration/keys/{key_id}/revoke", OWN, "the same", ok=303),
    _directory("GET", "/administration/imports", WHOLE),
    _directory("POST", "/administration/imports", WHOLE, ok=422),
    # no such import: past every check of who asks
    _directory("GET", "/administration/imports/{import_id}", WHOLE, ok=404),
    _directory("POST", "/administration/imports/{import_id}", WHOLE, ok=404),
]
OPERATIONS = (
    Operation(
        "intake",
        "POST",
        "/api/v1/reports",
        Keys(),
        "a report of the key's organisation",
        body="report",
        ok=201,
    ),
    Operation(
        "intake",
        "POST",
        "/api/v1/reports/bulk",
        Keys(),
        "reports of the key's organisation",
        body="bulk",
    ),
    Operation(
        "intake", "GET", "/api/v1/reports/{reference}", Keys(record=True), "how the report stands"
    ),
    Operation(
        "intake",
        "PUT",
        "/api/v1/directory/organisations/{code}",
        Keys(administrators=True),
        "the directory",
        body="organisation",
    ),
    Operation(
        "intake",
        "GET",
        "/api/v1/directory/organisations/{code}",
        Keys(record=True),
        "the key's own organisation",
    ),
    Operation("intake", "GET", "/api/v1/directory/providers", Keys(), "names of providers"),
    *(
        Operation(
            "intake",
            method,
            f"/api/v1/directory/imports{path}",
            Keys(administrators=True),
            "the directory",
            ok=ok,
        )
        for method, path, ok in (
            ("POST", "", 415),  # no file: past every check of who asks
            # no such import: past every check of who asks
            ("GET", "/{import_id}", 404),
            ("POST", "/{import_id}/apply", 404),
        )
    ),
    Operation(
        "intake",
        "POST",
        "/api/v1/keys",
        Keys(administrators=True),
        "the new key",
        body="key",
        ok=201,
    ),
    Operation(
        "intake", "DELETE", "/api/v1/keys/{key_id}", Keys(administrators=True), body="none", ok=204
    ),
)
_ACTIONS = [
    Rule(
        "actions",
        "GET",
        "/cases",
        Members(READERS),
        "cases of the own organisation, or of the quality lead's area",
        query="?view=all",
        lists_reports=True,
    ),
    Rule(
        "actions",
        "GET",
        "/cases/actions",
        Members(READERS),
        "outstanding actions of the same cases",
    ),
    Rule("actions", "GET", CASE, READS_IT, "the report, the answer and its history"),
    Rule("actions", "GET", f"{CASE}/history", READS_IT, "every change of the case"),
    Rule("actions", "GET", f"{CASE}/history.csv", READS_IT, "the same"),
    Rule("actions", "GET", f"{CASE}/acknowledge", ANSWERS_IT),
    Rule(
        "actions",
        "POST",
        f"{CASE}/acknowledge",
        ANSWERS_IT,
        values={"owner": "Somebody", "next_step": "We look into it."},
        ok=303,
    ),
    Rule("actions", "GET", f"{CASE}/learning-response", ANSWERS_IT, state=State.WORKING),
    Rule(
        "actions",
        "POST",
        f"{CASE}/learning-response",
        ANSWERS_IT,
        state=State.WORKING,
        values={
            "method": "root-cause-analysis",
            "what_happened": "The letter waited.",
            "why": "Nobody owned the queue.",
            "factors": ["organisation"],
        },
        ok=303,
    ),
    Rule("actions", "GET", f"{CASE}/actions", ANSWERS_IT, state=State.WORKING),
    Rule(
        "actions",
        "POST",
        f"{CASE}/actions",
        ANSWERS_IT,
        state=State.WORKING,
        values={
            "action_id": "0192f3a0-0000-7000-8000-00000000abcd",
            "description": "Check the queue",
            "owner": "Ward clerk",
            "due_on[day]": "1",
            "due_on[month]": "12",
            "due_on[year]": "2099",
        },
        ok=303,
    ),
    Rule(
        "actions",
        "POST",
        f"{CASE}/actions/{{action_id}}/complete",
        ANSWERS_IT,
        state=State.WORKING,
        ok=303,
    ),
    Rule("actions", "GET", f"{CASE}/outcome", ANSWERS_IT, state=State.WORKING),
    Rule(
        "actions",
        "POST",
        f"{CASE}/outcome",
        ANSWERS_IT,
        state=State.WORKING,
        values={"outcome": "We check it daily.", "stage": "send"},
        ok=303,
    ),
    Rule("actions", "GET", f"{CASE}/confirm", REPORTED_IT, state=State.ANSWERED),
    Rule("actions", "GET", f"{CASE}/dispute", REPORTED_IT, state=State.ANSWERED),
    Rule(
        "actions",
        "POST",
        f"{CASE}/dispute",
        REPORTED_IT,
        state=State.ANSWERED,
        values={"reason": "Which medicine?"},
        ok=303,
    ),
    Rule("actions", "POST", f"{CASE}/confirm", REPORTED_IT, state=State.ANSWERED, ok=303),
]
_CLASSIFICATION = [
    Rule(
        "classification",
        "GET",
        "/verdicts",
        Members(LEADS),
        "verdicts on the area's reports, without their words",
        query="?show=sample",
        lists_reports=True,
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/second-readings",
        Members(LEADS),
        "which of the area's reports others have decided, without words or themes",
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/agreement",
        Members(LEADS),
        "numbers of the area's reports; none of them",
    ),
    Rule(
        "classification",
        "GET",
        "/verdicts/corrections.csv",
        Members(LEADS),
        "words and themes of the area's reports that people decided",
    ),
    Rule("classification", "GET", VERDICT, READS_IT, "the report's words and its themes"),
    Rule("classification", "GET", f"{VERDICT}/history", CORRECTS_IT, "every verdict on the report"),
    Rule("classification", "GET", f"{VERDICT}/history.csv", CORRECTS_IT, "the same"),
    *(
        Rule(
            "classification",
            "GET",
            f"/taxonomies/history{end}",
            Members(LEADS | OPERATORS),
            "themes and models in force; no report",
        )
        for end in ("", ".csv")
    ),
    Rule(
        "classification",
        "GET",
        "/versions",
        Members(LEADS | OPERATORS),
        "which versions there are; numbers of the area's reports, of all for operators",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/{version}/trials",
        Members(LEADS),
        ok=409,  # another one is under way: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        "/versions/trials/{trial_id}",
        Members(LEADS | OPERATORS),
        "numbers as before; words of the area's reports, for quality leads only",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/trials/{trial_id}/stop",
        Members(LEADS),
        ok=409,  # it has ended: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        "/versions/{version}/adopt",
        Members(LEADS),
        "numbers of the area's reports; none of them",
    ),
    Rule(
        "classification",
        "POST",
        "/versions/{version}/adopt",
        Members(LEADS),
        ok=422,  # without a reason: past every check of who asks
    ),
    Rule(
        "classification",
        "GET",
        f"{VERDICT}/correct",
        CORRECTS_IT,
        "the report's words and its themes",
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/correct",
        CORRECTS_IT,
        values={
            "themes": ["none"],
            "tenet": "safety",
            "revision": "1",
            "reason": "Look again",
        },
        ok=303,
    ),
    Rule(
        "classification",
        "GET",
        f"{VERDICT}/second-reading",
        CORRECTS_IT,
        "the report's words; its themes once they have been read",
        state=State.DECIDED,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/second-reading",
        CORRECTS_IT,
        state=State.DECIDED,
        values={"themes": ["none"], "tenet": "safety"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/agree",
        CORRECTS_IT,
        state=State.DECIDED,
        values={"revision": "2"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/not-about",
        CORRECTS_IT,
        state=State.WORKING,
        values={"revision": "1", "theme": THEME, "because": "in-passing"},
        ok=303,
    ),
    Rule(
        "classification",
        "POST",
        f"{VERDICT}/about",
        CORRECTS_IT,
        state=State.ANSWERED,
        values={"revision": "1", "theme": "equipment"},
        ok=303,
    ),
]
_NOTIFICATIONS = [
    Rule(
        "notifications",
        "GET",
        "/messages",
        Members(OPERATORS),
        "which organisation was told of which reference; no words, no whole address",
        names_organisations=True,
        tells_references=True,
    ),
    Rule(
        "notifications",
        "GET",
        "/messages/{message_id}",
        Members(OPERATORS),
        "the same of one message",
        names_organisations=True,
        tells_references=True,
    ),
    *(
        Rule(
            "notifications",
            "GET",
            f"/messages/{{message_id}}/history{end}",
            Members(OPERATORS),
            "every attempt to send it",
            names_organisations=True,
            tells_references=True,
        )
        for end in ("", ".csv")
    ),
    Rule(
        "notifications",
        "POST",
        "/messages/{message_id}/send-again",
        Members(OPERATORS),
        ok=409,  # it has been sent: past every check of who asks
    ),
]
_TRENDS = (
    "exact numbers of the reports that the reader may open; others by the rule for small numbers"
)
_REPORTING = [
    Rule("reporting", "GET", "/trends", MEMBERS, _TRENDS, names_organisations=True),
    Rule("reporting", "GET", "/trends/months.csv", MEMBERS, _TRENDS),
    Rule("reporting", "GET", "/trends/themes.csv", MEMBERS, _TRENDS),
    Rule("reporting", "GET", "/trends/tenets.csv", MEMBERS, _TRENDS),
    Rule(
        "reporting",
        "GET",
        "/trends/themes/{theme}",
        Themes(),
        f"{_TRENDS}; the list of the former",
        names_organisations=True,
        query="?months=60",
        lists_reports=True,
    ),
    Rule(
        "reporting",
        "GET",
        "/trends/themes/{theme}/reports.csv",
        Themes(single=True),
        "reports that the reader may open, without their words",
        query="?months=60",
        lists_reports=True,
    ),
    Rule(
        "reporting",
        "GET",
        "/operations",
        Members(OPERATORS | LEADS),
        "health and counts of the whole estate, for quality leads by the rule for small numbers",
    ),
]
_SIGN_IN = [
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
RULES = (
    *_HEALTH,
    *_INTAKE,
    *_ADMINISTRATION,
    *_SIGN_IN,
    *_ACTIONS,
    *_CLASSIFICATION,
    *_NOTIFICATIONS,
    *_REPORTING,
)
FOLDERS = {
    *((service, "/static") for service in SERVICES),
    ("reporting", "/trends/static"),
}
"""Stylesheets, scripts and pictures that come with the code: everybody's."""
