"""The published table, told again: what `insight demo --impact` sends."""

from collections import Counter

from deploy.cli.demo import impact
from deploy.cli.demo.history import stories
from shared.contracts.directory import OrganisationKind
from shared.contracts.reports import Kind

PROVIDERS = {
    OrganisationKind.ACUTE: "RZ1",
    OrganisationKind.MENTAL_HEALTH: "RZ2",
    OrganisationKind.COMMUNITY: "RZ3",
}


def test_the_history_has_the_published_counts_days_and_shares() -> None:
    told = impact.history(1, stories(), PROVIDERS)
    commissioner = {
        code: document["commissioner"]
        for code, document in impact.organisations()
        if document["kind"] == OrganisationKind.PRACTICE
    }
    assert len(commissioner) == 85
    assert len(told) == 813 + 1_988 + 1_563 + 2_425
    for line in impact.PUBLISHED:
        mine = [
            (one, past)
            for one, past in told
            if commissioner[one.reporter] == line.commissioner and one.story.kind is line.kind
        ]
        days = [one.happened_on for one, _ in mine]
        assert (len(mine), min(days), max(days)) == (line.records, line.first, line.last)
        assert sum(past.action_recorded_on is not None for _, past in mine) == line.with_action
        assert sum(past.outcome_recorded_on is not None for _, past in mine) == line.with_outcome


def test_a_seed_tells_one_history_and_each_report_s_days_are_in_order() -> None:
    told = impact.history(7, stories(), PROVIDERS)
    assert (
        told == impact.history(7, stories(), PROVIDERS) != impact.history(8, stories(), PROVIDERS)
    )
    for one, past in told:
        days = [
            one.happened_on,
            past.reported_on,
            past.action_recorded_on,
            past.outcome_recorded_on,
        ]
        known = [day for day in days if day is not None]
        assert known == sorted(known)
    assert {kind for kind, _ in Counter(one.story.kind for one, _ in told).items()} == set(Kind)
