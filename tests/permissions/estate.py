"""All five services in the test's own process, on one set of topics, with a directory of two of everything: one to be right and one
to be wrong. Each organisation has a member for each role, whatever its kind, so that role and kind can be tried apart."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI

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
from shared.contracts.directory import OrganisationKind, OrganisationRecorded, Role
from tests.intake.samples import FORM, KEYS
from tests.notifications.postbox import open_postbox
from tests.support.apps import Person, Running, running
from tests.support.databases import Databases
from tests.support.directory import member, organisation
from tests.support.settings import settings_of
from tests.support.waiting import eventually

CODES = {
    OrganisationKind.PRACTICE: "Y9001",
    OrganisationKind.ACUTE: "RA",
    OrganisationKind.MENTAL_HEALTH: "RM",
    OrganisationKind.COMMUNITY: "RC",
    OrganisationKind.AMBULANCE: "RB",
    OrganisationKind.OTHER_PROVIDER: "RO",
    OrganisationKind.COMMISSIONER: "Q9",
    OrganisationKind.SUPPORT_UNIT: "0Z",
    OrganisationKind.PATIENT_GROUP: "PG",
}
AREAS = (1, 2)
"""Everybody of an area has its commissioner, and nothing to do with the other area."""


def code_of(kind: OrganisationKind, area: int = 1) -> str:
    return f"{CODES[kind]}{area}"


def subject_of(role: Role, code: str) -> str:
    """The sign-in subject of the organisation's member with this role, and no other."""
    return f"{role}.{code.lower()}"


def directory() -> list[OrganisationRecorded]:
    """Two organisations of every kind, one for each area, with a member for each role."""
    return [_organisation(kind, area) for area in AREAS for kind in OrganisationKind]


def _organisation(kind: OrganisationKind, area: int) -> OrganisationRecorded:
    code = code_of(kind, area)
    name = f"{kind.replace('-', ' ').capitalize()} {area}"
    return organisation(
        code,
        name,
        kind,
        *(member(subject_of(role, code), f"{name}'s {role}", role) for role in Role),
        services={"discharge": "Discharge and letters", "other": "Other"},
        commissioner=None
        if kind is OrganisationKind.COMMISSIONER
        else code_of(OrganisationKind.COMMISSIONER, area),
    )


@dataclass(frozen=True)
class Estate:
    """The running services by name."""

    services: Mapping[str, Running]

    @property
    def apps(self) -> dict[str, FastAPI]:
        return {name: service.app for name, service in self.services.items()}

    async def sign_in(self, service: str, role: Role, code: str) -> Person:
        """The organisation's member with this role, at one of the services."""
        return await self.services[service].sign_in(subject_of(role, code), code)

    async def visitor(self, service: str, **headers: str) -> httpx2.AsyncClient:
        """Nobody who is signed in."""
        return await self.services[service].visitor(**headers)

    async def report(self, area: int = 1, **changes: str) -> str:
        """The reference of a report that the area's practice has sent about its acute provider, once every service has it.
        `changes` are values of the form."""
        practice = code_of(OrganisationKind.PRACTICE, area)
        provider = code_of(OrganisationKind.ACUTE, area)
        reporter = await self.sign_in("intake", Role.REPORTER, practice)
        about = {"submission": "", "provider": provider, "service": f"{provider}:discharge"}
        sent = await reporter.post("/report", {**FORM, **about, **changes})
        assert sent.status_code == 303, sent.text
        reference = sent.headers["location"].rpartition("/")[2]
        case = await self.sign_in("actions", Role.RESPONDER, provider)
        verdict = await self.sign_in("classification", Role.RESPONDER, provider)
        trends = await self.sign_in("reporting", Role.REPORTER, practice)

        async def known() -> bool:
            pages = [
                await case.get(f"/cases/{reference}"),
                await verdict.get(f"/verdicts/{reference}"),
                await reporter.get(f"/reports?reference={reference}"),
                await trends.get("/trends"),
            ]
            return all(page.status_code == 200 for page in pages) and (
                f'href="/cases/{reference}"' in pages[2].text
            )

        await eventually(known, within=120, because=f"{reference} is not known everywhere")
        return reference


@asynccontextmanager
async def running_estate(
    kafka: str, topic_prefix: str, databases: Databases
) -> AsyncIterator[Estate]:
    """Ends with the block, databases and all. The topics are the caller's."""
    urls: list[str] = []

    async def database_url(service: str) -> str:
        urls.append(await databases.fresh(service))
        return urls[-1]

    try:
        async with AsyncExitStack() as stack:
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv("INSIGHT_WEB_RATE_SCALE", "1000")  # the tests ask fast
            postbox = await stack.enter_async_context(open_postbox())
            shared = {"kafka": kafka, "topic_prefix": topic_prefix}
            apps = {
                "intake": intake(
                    settings_of(
                        IntakeSettings, database_url=await database_url("intake"), **KEYS, **shared
                    )
                ),
                "actions": actions(
                    settings_of(
                        ActionsSettings, database_url=await database_url("actions"), **shared
                    )
                ),
                "classification": classification(
                    settings_of(
                        ClassificationSettings,
                        database_url=await database_url("classification"),
                        **shared,
                    )
                ),
                "notifications": notifications(
                    settings_of(
                        NotificationsSettings,
                        database_url=await database_url("notifications"),
                        smtp=postbox.url,
                        **shared,
                    )
                ),
                "reporting": reporting(
                    settings_of(
                        ReportingSettings, database_url=await database_url("reporting"), **shared
                    )
                ),
            }
            services = {
                name: await stack.enter_async_context(running(app, directory()))
                for name, app in apps.items()
            }
            yield Estate(services)
    finally:
        for url in urls:
            await databases.drop(url)
