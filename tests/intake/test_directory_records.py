from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.intake.domain.directory import OrganisationDetails, next_record

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 10, tzinfo=UTC)
ELM_ROAD = {
    "name": "Elm Road Surgery",
    "kind": "practice",
    "members": [{"subject": "amira.patel", "name": "Dr Amira Patel", "roles": ["reporter"]}],
}


def details(**changes: object) -> OrganisationDetails:
    return OrganisationDetails.model_validate({**ELM_ROAD, **changes})


def test_a_new_organisation_begins_at_revision_1_and_its_members_get_ids() -> None:
    record = next_record("Y90001", details(), None, NOW)
    assert (record.revision, record.code, record.occurred_at) == (1, "Y90001", NOW)
    assert record.members[0].member_id


def test_the_same_again_is_no_change_and_a_known_member_keeps_the_id() -> None:
    first = next_record("Y90001", details(), None, NOW)
    assert next_record("Y90001", details(), first, LATER) is first
    changed = next_record("Y90001", details(name="Elm Road Practice"), first, LATER)
    assert changed.revision == 2
    assert changed.members == first.members


def test_a_member_id_of_the_senders_own_is_kept() -> None:
    own = uuid4()
    member = {"member_id": str(own), "subject": "a", "name": "A", "roles": []}
    record = next_record("Y90001", details(members=[member]), None, NOW)
    assert record.members[0].member_id == own


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"name": "nul\0"},
        {"kind": "bakery"},
        {"contacts": ["a@b.example\nBcc: all@c.example"]},
        {"contacts": ["not an address"]},
        {"services": [{"slug": "a", "title": "A"}, {"slug": "a", "title": "B"}]},
        {"services": [{"slug": "Not A Slug", "title": "A"}]},
        {"members": [{"subject": "a", "name": "A", "roles": ["king"]}]},
        {
            "members": [
                {"subject": "a", "name": "A", "roles": []},
                {"subject": "a", "name": "B", "roles": []},
            ]
        },
        {"policy": {"acknowledge_within_hours": 0}},
        {"misspelt": 1},
    ],
)
def test_what_would_break_the_directory_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        details(**changes)
