"""What a changed organisation leaves in the history: who or what changed, and nothing that did not."""

from services.intake.domain.history import changes_of
from shared.contracts.directory import (
    HarmPolicy,
    OrganisationKind,
    ResponsePolicy,
    Role,
    ServiceOffered,
)
from shared.contracts.reports import Harm
from shared.platform.audit import Change, RecordKind
from tests.support.directory import closed, member, organisation

JO = member("jo.lee", "Jo Lee", Role.RESPONDER)
KIM = member("kim.howe", "Kim Howe", Role.REPORTER)
TRUST = organisation("RZ1", "Northfield", OrganisationKind.ACUTE, JO, services={"a": "A", "b": "B"})


def test_the_same_leaves_nothing() -> None:
    assert changes_of(TRUST, TRUST.model_copy(update={"revision": 2})) == []


def test_a_new_organisation_is_one_entry_and_one_for_each_of_its_members() -> None:
    organisation_entry, member_entry = changes_of(None, TRUST)
    assert (organisation_entry.step, organisation_entry.before) == ("added", {})
    assert organisation_entry.after["name"] == "Northfield"
    assert "members" not in organisation_entry.after
    assert (member_entry.step, member_entry.record_id) == ("member added", f"RZ1/{JO.member_id}")


def test_only_the_service_that_changed_is_told() -> None:
    services = (ServiceOffered(slug="a", title="A"), ServiceOffered(slug="b", title="New B"))
    assert changes_of(TRUST, TRUST.model_copy(update={"services": services})) == [
        Change(
            RecordKind.ORGANISATION,
            "RZ1",
            "changed",
            {"services": {"b": "B"}},
            {"services": {"b": "New B"}},
        )
    ]


def test_response_times_are_an_entry_of_their_own_by_harm() -> None:
    severe = HarmPolicy(harm=Harm.SEVERE, acknowledge_within_hours=4, due_soon_hours=1)
    after = TRUST.model_copy(update={"policy": ResponsePolicy(by_harm=(severe,))})
    (entry,) = changes_of(TRUST, after)
    assert (entry.kind, entry.step) == (RecordKind.POLICY, "response times changed")
    told = {"acknowledge_within_hours": 4, "due_soon_hours": 1}
    assert (entry.before, entry.after) == ({"by_harm": {}}, {"by_harm": {"severe": told}})


def test_each_member_who_comes_changes_or_goes_is_an_entry() -> None:
    changed = JO.model_copy(update={"roles": frozenset({Role.RESPONDER, Role.REPORTER})})
    entries = changes_of(TRUST, TRUST.model_copy(update={"members": (changed, KIM)}))
    assert [each.step for each in entries] == ["member changed", "member added"]
    assert entries[0].before == {"roles": ["responder"]}
    assert entries[0].after == {"roles": ["reporter", "responder"]}
    (gone,) = changes_of(TRUST, TRUST.model_copy(update={"members": ()}))
    assert (gone.step, gone.after) == ("member removed", {})
    assert gone.before["subject"] == "jo.lee"


def test_closing_says_when_and_who_took_over() -> None:
    (entry,) = changes_of(TRUST, closed(TRUST, "RZ2"))
    assert entry.step == "closed"
    assert entry.after == {"status": "closed", "closed_on": "2026-01-05", "successor": "RZ2"}
    (opened,) = changes_of(closed(TRUST, "RZ2"), TRUST)
    assert opened.step == "reopened"
