"""A small directory of made-up organisations and people, the same codes and subjects as the local estate's."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_DNS, uuid5

from shared.contracts.directory import (
    Member,
    OrganisationKind,
    OrganisationRecorded,
    OrganisationStatus,
    ResponsePolicy,
    Role,
    ServiceOffered,
)

RECORDED_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def member(subject: str, name: str, *roles: Role) -> Member:
    """The same subject has the same member id in every test and organisation."""
    return Member(
        member_id=uuid5(NAMESPACE_DNS, subject), subject=subject, name=name, roles=frozenset(roles)
    )


def organisation(
    code: str,
    name: str,
    kind: OrganisationKind,
    *members: Member,
    services: Mapping[str, str] | None = None,
    policy: ResponsePolicy | None = None,
    commissioner: str | None = None,
    revision: int = 1,
) -> OrganisationRecorded:
    """An organisation's record; providers are given `services` by slug and title, and everybody one contact."""
    return OrganisationRecorded(
        occurred_at=RECORDED_AT,
        code=code,
        revision=revision,
        name=name,
        kind=kind,
        commissioner=commissioner,
        contacts=(f"quality.{code.lower()}@insight.example",),
        services=tuple(
            ServiceOffered(slug=slug, title=title) for slug, title in (services or {}).items()
        ),
        policy=policy or ResponsePolicy(),
        members=members,
    )


def closed(
    record: OrganisationRecorded, successor: str | None = None, revision: int = 9
) -> OrganisationRecorded:
    """The organisation after it closed, with whoever was a member still in its record."""
    changes = {
        "status": OrganisationStatus.CLOSED,
        "successor": successor,
        "closed_on": RECORDED_AT.date(),
        "revision": revision,
    }
    return record.model_copy(update=changes)


def _practices() -> list[OrganisationRecorded]:
    dana = member("dana.cole", "Dana Cole", Role.REPORTER)
    members = {
        "Y90001": (member("amira.patel", "Dr Amira Patel", Role.REPORTER),),
        "Y90002": (member("tom.bright", "Tom Bright", Role.REPORTER), dana),
        "Y90003": (dana,),
    }
    names = {
        "Y90001": "Elm Road Surgery",
        "Y90002": "Harbour Medical Centre",
        "Y90003": "The Green Practice",
    }
    return [
        organisation(code, name, OrganisationKind.PRACTICE, *members[code], commissioner="Q9A")
        for code, name in names.items()
    ]


def _providers() -> list[OrganisationRecorded]:
    return [
        organisation(
            "RZ1",
            "Northfield Acute NHS Trust",
            OrganisationKind.ACUTE,
            member("jo.lee", "Jo Lee", Role.RESPONDER),
            services={
                "discharge": "Discharge and letters",
                "outpatients": "Outpatients",
                "other": "Other",
            },
            commissioner="Q9A",
        ),
        organisation(
            "RZ2",
            "Riverside Mental Health NHS Trust",
            OrganisationKind.MENTAL_HEALTH,
            member("sam.okafor", "Sam Okafor", Role.RESPONDER),
            services={"crisis-team": "Crisis team", "other": "Other"},
            commissioner="Q9A",
        ),
        organisation(
            "RZ3",
            "Valley Community NHS Trust",
            OrganisationKind.COMMUNITY,
            member("priya.nair", "Priya Nair", Role.RESPONDER),
            services={"district-nursing": "District nursing", "other": "Other"},
            commissioner="Q9A",
        ),
    ]


def _others() -> list[OrganisationRecorded]:
    return [
        organisation(
            "Q9A",
            "Harrowmere and Westvale Integrated Care Board",
            OrganisationKind.COMMISSIONER,
            member("helen.marsh", "Helen Marsh", Role.QUALITY_LEAD),
        ),
        organisation(
            "PG1",
            "Westvale Patients' Voice",
            OrganisationKind.PATIENT_GROUP,
            member("ravi.dhillon", "Ravi Dhillon", Role.REVIEWER),
        ),
        organisation(
            "0ZX",
            "Westvale Support Unit",
            OrganisationKind.SUPPORT_UNIT,
            member("ada.quinn", "Ada Quinn", Role.ADMINISTRATOR),
            member("max.stone", "Max Stone", Role.OPERATOR),
        ),
    ]


def directory() -> list[OrganisationRecorded]:
    """Three practices, three providers, the commissioner, a patient group and the support unit, with every persona."""
    return [*_practices(), *_providers(), *_others()]
