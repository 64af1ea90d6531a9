"""`insight import` through the whole chain: everything in once, nothing twice, nobody disturbed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local.estate import Estate
from tests.end_to_end.running import insight, mails, settled

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "docs" / "examples" / "friends-and-family.toml"
LABELLED = Path(
    os.environ.get("INSIGHT_LABELLED_FEEDBACK")
    or ROOT.parent / "shared" / "data" / "feedback" / "labelled_feedback.csv"
)
LABELLED_ROWS = 3_978


async def imported(estate: Estate, file: Path, mapping: Path) -> dict[str, int]:
    """The closing account of one import, without its list of refusals."""
    ended = await insight(estate, "import", file, "--mapping", mapping, "--json")
    assert ended.code == 0, ended.err
    account = json.loads(ended.out)
    assert account.pop("refusals") == []
    return {name: int(number) for name, number in account.items()}


def grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """The counts that are no longer what they were, and by how much."""
    every = {**before, **after}
    difference = {name: after.get(name, 0) - before.get(name, 0) for name in every}
    return {name: number for name, number in difference.items() if number}


async def import_twice(estate: Estate, file: Path, mapping: Path, rows: int) -> dict[str, int]:
    """Checks both accounts and all that follows from them; gives the first account."""
    before, letters = (await settled(estate)).counts, len(mails(estate))
    first = await imported(estate, file, mapping)
    again = await imported(estate, file, mapping)
    assert first == first | {"read": rows, "accepted": rows, "already_there": 0, "refused": 0}
    assert again == {
        "read": rows,
        "accepted": 0,
        "already_there": rows,
        "refused": 0,
        "identifiers_masked": 0,
    }
    after = await settled(estate)
    # every report is history: no clock, nothing overdue, no mail
    assert grown(before, after.counts) == {
        "reports_accepted": rows,
        "reports_classified": rows,
        "reports_counted": rows,
        "reports_themed": rows,
        "cases_history": rows,
    }
    assert len(mails(estate)) == letters
    assert [one.dead_letters_waiting for one in after.services.values()] == [0] * len(
        after.services
    )
    return first


async def test_a_file_is_imported_once_and_disturbs_nobody(estate: Estate) -> None:
    account = await import_twice(estate, DATA / "comments.csv", DATA / "comments.toml", rows=10)
    assert account["identifiers_masked"] == 1


@pytest.mark.skipif(
    not LABELLED.exists(),
    reason="the real comments are not beside the project: not imported (INSIGHT_LABELLED_FEEDBACK says where)",
)
async def test_every_real_comment_is_accepted_classified_and_counted_once(estate: Estate) -> None:
    await import_twice(estate, LABELLED, MAPPING, rows=LABELLED_ROWS)
