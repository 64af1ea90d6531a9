"""Every page there is: whose it is, and which case or thing it is looked at with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette

from deploy.cli.demo.command import REPORTERS, RESPONDERS
from deploy.local import mailbox
from services.actions.app import create_app as actions
from services.actions.settings import Settings as ActionsSettings
from services.classification.app import create_app as classification
from services.classification.settings import Settings as ClassificationSettings
from services.intake.app import create_app as intake
from services.intake.settings import Settings as IntakeSettings
from services.notifications.app import create_app as notifications
from services.notifications.settings import Settings as NotificationsSettings
from services.reporting.app import create_app as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.contracts.cases import CaseState
from shared.web.health import PATHS
from tests.end_to_end.running import KnownCase
from tests.support.settings import settings_of


class Side(StrEnum):
    """A person of the case's own: who answers it, or who reported it."""

    PROVIDER = "provider"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Look:
    """A page seen by somebody: a subject, a side of the case, or nobody who is signed in."""

    service: str
    route: str
    who: str | Side | None = None
    case: CaseState = CaseState.OPEN
    query: str = ""
    code: str = "RZ1"
    """The organisation, on the directory's pages."""

    def __str__(self) -> str:
        state = f"-{self.case}" if "{reference}" in self.route else ""
        return f"{self.service}{self.route}{self.query}-{self.who or 'nobody'}{state}"

    def subject(self, cases: Mapping[CaseState, KnownCase]) -> str | None:
        case = cases[self.case]
        if self.who is Side.PROVIDER:
            return RESPONDERS[case.provider][0]
        if self.who is Side.PRACTICE:
            return REPORTERS[case.reporter]
        return self.who

    def path(self, cases: Mapping[CaseState, KnownCase], things: Mapping[str, str]) -> str:
        return (
            self.route.format(reference=cases[self.case].reference, code=self.code, **things)
            + self.query
        )


CASE = "/cases/{reference}"
DEAD_LETTERS = "/operations/dead-letters"
ORGANISATION = "/administration/organisations/{code}"
LOOKS = (
    Look("intake", "/"),
    Look("intake", "/", "amira.patel"),
    Look("intake", "/", "helen.marsh"),
    Look("intake", "/report", "amira.patel"),
    Look("intake", "/report/sent/{reference}", Side.PRACTICE),
    Look("intake", "/reports", "amira.patel"),
    Look("intake", "/reports", "tom.bright", query="?status=waiting&reference=nothing"),
    Look("intake", "/administration", "ada.quinn"),
    Look("intake", "/administration", "nina.frost"),
    Look("intake", "/administration/members", "ada.quinn", query="?q=dana"),
    Look("intake", "/administration/imports", "ada.quinn"),
    Look("intake", "/administration/imports/{import_id}", "ada.quinn"),
    Look("intake", "/administration/organisations/new", "ada.quinn"),
    Look("intake", ORGANISATION, "ada.quinn"),
    Look("intake", ORGANISATION, "ada.quinn", code="Y90007"),
    Look("intake", ORGANISATION, "nina.frost", code="RZ4"),
    *(
        Look("intake", f"{ORGANISATION}/{part}", "ada.quinn")
        for part in ("details", "contacts", "services", "policy", "members/new", "close")
    ),
    Look("intake", f"{ORGANISATION}/reopen", "ada.quinn", code="Y90007"),
    Look("intake", f"{ORGANISATION}/members/{{member_id}}", "ada.quinn"),
    Look("intake", f"{ORGANISATION}/members/{{member_id}}/remove", "ada.quinn"),
    Look("intake", "/administration/keys", "ada.quinn"),
    Look("intake", "/administration/keys/new", "ada.quinn"),
    Look("intake", "/administration/keys/{key_id}/revoke", "ada.quinn"),
    Look("intake", "/reports/{reference}/history", Side.PRACTICE),
    Look("intake", "/reports/{reference}/withdraw", Side.PRACTICE),
    Look("intake", "/administration/organisations/{code}/history", "ada.quinn"),
    Look("intake", "/api/docs"),
    Look("intake", "/organisation", "dana.cole"),
    Look("intake", "/organisation", "amira.patel", query="?next=/reports"),
    Look("intake", "/sign-out"),
    Look("intake", "/sign-in/callback"),
    Look("intake", "/accessibility"),
    Look("intake", "/cookies"),
    Look("intake", "/privacy"),
    Look("actions", "/cases", "jo.lee"),
    Look("actions", "/cases", "helen.marsh", query="?view=all"),
    Look("actions", "/cases/actions", "jo.lee"),
    *(Look("actions", CASE, Side.PROVIDER, state) for state in CaseState),
    *(
        Look("actions", CASE, Side.PRACTICE, state)
        for state in (CaseState.ANSWERED, CaseState.OPEN)
    ),
    *(Look("actions", f"{CASE}/history", Side.PROVIDER, state) for state in CaseState),
    Look("actions", f"{CASE}/acknowledge", Side.PROVIDER),
    Look("actions", f"{CASE}/learning-response", Side.PROVIDER, CaseState.ACKNOWLEDGED),
    Look("actions", f"{CASE}/actions", Side.PROVIDER, CaseState.DISPUTED),
    Look("actions", f"{CASE}/outcome", Side.PROVIDER, CaseState.DISPUTED),
    Look("actions", f"{CASE}/confirm", Side.PRACTICE, CaseState.ANSWERED),
    Look("actions", f"{CASE}/dispute", Side.PRACTICE, CaseState.ANSWERED),
    Look("classification", "/verdicts", "helen.marsh"),
    Look("classification", "/verdicts", "helen.marsh", query="?show=sample"),
    Look("classification", "/verdicts/agreement", "helen.marsh"),
    Look("classification", "/verdicts/second-readings", "helen.marsh"),
    Look("classification", "/verdicts/{reference}", "helen.marsh"),
    Look("classification", "/verdicts/{reference}", Side.PROVIDER),
    Look("classification", "/verdicts/{reference}/correct", "helen.marsh"),
    Look("classification", "/verdicts/{reference}/second-reading", "omar.reid", CaseState.ANSWERED),
    Look("classification", "/verdicts/{reference}/history", "helen.marsh"),
    Look("classification", "/taxonomies/history", "max.stone"),
    Look("classification", "/taxonomies", "max.stone"),
    Look("classification", "/taxonomies/{taxonomy}", "helen.marsh"),
    Look("classification", "/versions/{measured}/card", "helen.marsh"),
    Look("classification", "/versions", "helen.marsh"),
    Look("classification", "/versions", "max.stone"),
    Look("classification", "/versions/trials/{trial_id}", "helen.marsh"),
    Look("classification", "/versions/trials/{trial_id}", "max.stone"),
    Look("classification", "/versions/{version}/adopt", "helen.marsh"),
    Look("notifications", "/messages", "max.stone"),
    Look("notifications", "/messages/{message_id}", "max.stone"),
    Look("notifications", "/messages/{message_id}/history", "max.stone"),
    Look("reporting", "/trends", "helen.marsh"),
    Look("reporting", "/trends", "jo.lee"),
    Look("reporting", "/trends", "ravi.dhillon"),
    Look("reporting", "/trends/themes/{theme}", "helen.marsh"),
    Look("reporting", "/trends/reports", "helen.marsh"),
    Look("reporting", "/signals", "helen.marsh"),
    Look("reporting", "/signals", "ravi.dhillon", query="?state=answered"),
    Look("reporting", "/signals/{subject_id}", "helen.marsh"),
    Look("reporting", "/signals/{subject_id}", "jo.lee"),
    Look("reporting", "/signals/{subject_id}/answer", "helen.marsh"),
    Look("reporting", "/signals/{subject_id}/history", "helen.marsh"),
    Look("reporting", "/trends/compare", "helen.marsh"),
    Look("reporting", "/trends/triangulation", "helen.marsh"),
    Look("reporting", "/trends/participation", "helen.marsh"),
    Look("reporting", "/trends/impact", "helen.marsh"),
    Look("reporting", "/trends/impact", "ravi.dhillon"),
    Look("reporting", "/trends/providers/{provider}", "helen.marsh"),
    Look("reporting", "/trends/practices/{practice}", "amira.patel"),
    Look("reporting", "/trends/commissioners/{commissioner}", "helen.marsh"),
    Look("reporting", "/operations", "max.stone"),
    Look("reporting", DEAD_LETTERS, "max.stone"),
    Look("reporting", f"{DEAD_LETTERS}/{{group}}", "max.stone"),
    Look("reporting", f"{DEAD_LETTERS}/letters/{{letter_id}}", "max.stone"),
    Look("reporting", f"{DEAD_LETTERS}/decisions/{{decision_id}}", "max.stone"),
    Look("reporting", f"{DEAD_LETTERS}/history", "max.stone"),
    Look("mailbox", "/mailbox"),
    Look("mailbox", "/mailbox/{name}"),
)
NOT_PAGES = {
    ("intake", "/sign-in"): "leads to the sign-in provider",
    ("intake", "/sign-in/jwks.json"): "our public key, for the sign-in provider",
    ("intake", "/sign-out/provider"): "leads to the sign-in provider",
    ("intake", "/api/openapi.json"): "the API's document",
    ("intake", "/reports/{reference}/history.csv"): "a file",
    ("intake", "/administration/organisations/{code}/history.csv"): "a file",
    ("actions", "/cases/{reference}/history.csv"): "a file",
    ("classification", "/verdicts/{reference}/history.csv"): "a file",
    ("classification", "/verdicts/corrections.csv"): "a file",
    ("classification", "/taxonomies/history.csv"): "a file",
    ("notifications", "/messages/{message_id}/history.csv"): "a file",
    ("reporting", "/signals/{subject_id}/history.csv"): "a file",
    ("reporting", "/operations/dead-letters/history.csv"): "a file",
    **{
        ("reporting", f"/trends/{table}.{ending}"): "a file"
        for table in (
            "themes",
            "years",
            "themes/{theme}/chart",
            "themes/{theme}/parts",
            "reports",
            "compare",
            "triangulation",
            "participation",
            "participation/practices",
            "impact",
            "providers/{provider}/clock",
            "providers/{provider}/services",
            "practices/{practice}/peers",
            "commissioners/{commissioner}/organisations",
        )
        for ending in ("csv", "xlsx")
    },
}
"""What answers GET without being a page, and why. The API's own operations are known by their document."""


def applications() -> dict[str, Starlette]:
    """Every service's application by name, and the mailbox's: what there is to ask, not connected to anything."""
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1/nowhere"
    return {
        "intake": intake(settings_of(IntakeSettings, database_url=nowhere)),
        "actions": actions(settings_of(ActionsSettings, database_url=nowhere)),
        "classification": classification(settings_of(ClassificationSettings, database_url=nowhere)),
        "notifications": notifications(settings_of(NotificationsSettings, database_url=nowhere)),
        "reporting": reporting(settings_of(ReportingSettings, database_url=nowhere)),
        "mailbox": mailbox.page(Path()),
    }


def routes() -> set[tuple[str, str]]:
    """Service and path of everything that answers GET with something of its own, but for the API and the machines' doors."""
    return {(service, path) for service, app in applications().items() for path in _paths(app)}


def _paths(app: Starlette) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        path, methods = route.path, route.methods or ()
        is_api = path is not None and path.startswith("/api/v1/")
        if path and "GET" in methods and path not in PATHS and not is_api:
            yield path
