"""`insight directory import` on the running estate: how it ends says what became of it."""

import json
from pathlib import Path

import pytest

from deploy.local.estate import Estate
from tests.end_to_end.running import insight
from tests.support.ods import line

pytestmark = pytest.mark.integration
ST_OSWIN = line("Y90006", "ST OSWIN'S SURGERY", commissioner="Q9A", postcode="ZZ1 1ZZ")


async def test_a_file_is_shown_applied_and_then_has_nothing_to_do(
    estate: Estate, tmp_path: Path
) -> None:
    file = tmp_path / "epraccur.csv"
    file.write_text(ST_OSWIN + "\r\n")
    command = ("directory", "import", file)
    shown = await insight(estate, *command)
    assert shown.code == 3, shown.err
    assert "changed  Y90006 St Oswin's Surgery: postcode nothing -> ZZ1 1ZZ" in shown.out
    assert "Not applied: there are changes, and --apply was not given." in shown.out
    applied = await insight(estate, *command, "--apply", "--json")
    assert applied.code == 0, applied.err
    document = json.loads(applied.out)
    assert (document["ends"], document["changed"]) == ("agrees", 1)
    again = await insight(estate, *command, "--apply")
    assert again.code == 0, again.err
    assert "Not applied: there is nothing to change." in again.out


async def test_rows_that_cannot_be_taken_in_and_files_that_are_none_have_ends_of_their_own(
    estate: Estate, tmp_path: Path
) -> None:
    file = tmp_path / "etr.csv"
    file.write_text(f"{line('RX7', 'WESTVALE PARTNERSHIP', setting='', status='')}\n")
    refused = await insight(estate, "directory", "import", file, "--apply")
    assert refused.code == 1, refused.err
    assert "line 1: the file does not tell what RX7 is: Westvale Partnership" in refused.out
    file.write_text("name,code\n")
    unusable = await insight(estate, "directory", "import", file)
    assert (unusable.code, unusable.out) == (2, "")
    assert "no epraccur or etr file" in unusable.err
    missing = await insight(estate, "directory", "import", tmp_path / "nothing.csv")
    assert missing.code == 2
