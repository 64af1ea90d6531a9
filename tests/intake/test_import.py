"""`insight import`, from the file to Kafka, through intake's own door."""

from pathlib import Path

import httpx2
import pytest

from deploy.cli.import_.account import Account
from deploy.cli.import_.mapping import read_mapping
from deploy.cli.import_.sending import send_all
from deploy.cli.import_.table import read_rows
from shared.contracts.reports import Kind, ReportSubmitted, Source
from tests.intake.samples import ADMINISTRATOR_KEY, SHARED_DATA
from tests.support.apps import Running
from tests.support.facts import Facts

pytestmark = pytest.mark.integration
MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "friends-and-family.toml"
OWN = """\
id,service,question,sentiment,text
A1,NEAS,What was good?,1,Everybody was kind.
A2,NHFT,What could we do better?,4,"Two lines:\nringing 07700 900123 did not help"
A3,NEAS,,,None.
A4,NEAS,,,
A5,NOWHERE,,,About nobody we know
"""


async def import_into(intake: Running, file: Path) -> Account:
    mapping = read_mapping(MAPPING, [], [], [])
    account = Account()
    await send_all(
        read_rows(file, mapping.columns_used),
        mapping,
        account,
        historic=True,
        batch=500,
        url="http://localhost:8000",
        key=ADMINISTRATOR_KEY,
        advance=lambda _: None,
        transport=httpx2.ASGITransport(intake.app),
    )
    return account


async def test_a_file_is_taken_in_as_history_and_the_second_time_adds_nothing(
    intake: Running, facts: Facts, tmp_path: Path
) -> None:
    file = tmp_path / "comments.csv"
    file.write_text(OWN, encoding="utf-8")
    account = await import_into(intake, file)
    assert (account.read, account.accepted, account.masked) == (5, 3, 1)
    assert {each.line: each.reason.partition(":")[0] for each in account.refused} == {
        6: "text",
        7: "provider",
    }
    again = await import_into(intake, file)
    assert (again.accepted, again.already_there, len(again.refused)) == (0, 3, 2)

    sent = await facts.expect_all(ReportSubmitted, count=3)
    assert all(each.historic and each.source is Source.IMPORT for each in sent)
    assert {each.kind for each in sent} == {Kind.FEEDBACK}
    assert {(each.provider, each.text) for each in sent} == {
        ("RZ1", "Everybody was kind."),
        ("RZ2", "Two lines:\nringing [phone] did not help"),
        ("RZ1", "None."),
    }


async def test_every_real_comment_is_taken_in_once(intake: Running, facts: Facts) -> None:
    file = SHARED_DATA / "feedback" / "labelled_feedback.csv"
    if not file.exists():
        pytest.skip(f"{file} is not on this machine")
    account = await import_into(intake, file)
    assert (account.read, account.accepted, account.refused) == (3_978, 3_978, [])
    again = await import_into(intake, file)
    assert (again.accepted, again.already_there) == (0, 3_978)
    sent = await facts.expect_all(ReportSubmitted, count=3_978, within=60)
    assert len({each.reference for each in sent}) == len(sent) == 3_978
