"""What people decided, as a file to train models with."""

import csv
from pathlib import Path

import pytest

from deploy.training.rows import read_rows
from services.classification.model.taxonomy import load_taxonomy
from services.classification.model.versions import newest_classifier
from services.classification.pages import training
from services.classification.repository import Scope
from shared.contracts.reports import Kind
from tests.classification.people import RUDE, classified, decide
from tests.support.apps import Person, Running
from tests.support.reports import report

pytestmark = pytest.mark.integration

FILE = "/verdicts/corrections.csv"
SUMMARIES = "discharge-and-discharge-summaries/discharge-summaries"
LABELLED = ["id", "service", "question", "sentiment", "text", "sub_themes", "themes"]
"""The columns of the labelled comments that the model was measured on."""


async def rows_of(person: Person) -> list[dict[str, str]]:
    answer = await person.get(FILE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="corrections.csv"'
    return list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines(keepends=True)))


async def test_each_decided_report_is_a_row_with_the_current_decision(pages: Running) -> None:
    changed, agreed, waiting = (report(number, text=RUDE) for number in (1, 2, 3))
    comment = report(
        4, kind=Kind.FEEDBACK, text='Lovely staff,\n"kind" too', question="What was good?"
    )
    await classified(pages, changed, agreed, waiting, comment)
    await decide(pages, changed, "communication")
    await decide(pages, changed, "medications", SUMMARIES, seen=2)
    await decide(pages, agreed, "staff-attitude")
    await decide(pages, comment)
    helen = await pages.sign_in("helen.marsh")
    rows = {row["id"]: row for row in await rows_of(helen)}
    assert rows.keys() == {changed.reference, agreed.reference, comment.reference}
    row = rows[changed.reference]
    assert [name for name in row if name in LABELLED] == LABELLED
    assert len(row["themes"].split("|")) == 2
    assert row["sub_themes"] == "Discharge summaries"
    assert (row["kind"], row["service"], row["text"]) == ("event", "RZ1", RUDE)
    assert (row["tenet"], row["agreed"], row["sentiment"]) == ("safety", "no", "")
    assert row["model_version"]
    assert rows[agreed.reference]["agreed"] == "yes"
    assert rows[comment.reference]["themes"] == ""
    assert rows[comment.reference]["text"] == 'Lovely staff,\n"kind" too'
    assert rows[comment.reference]["question"] == "What was good?"


async def test_it_is_there_whole_however_many_there_are(
    pages: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "BATCH", 3)
    reports = [report(number, text="zzz") for number in range(7)]
    await classified(pages, *reports)
    helen = await pages.sign_in("helen.marsh")
    assert await rows_of(helen) == []
    for each in reports:
        await decide(pages, each)
    assert [row["id"] for row in await rows_of(helen)] == [each.reference for each in reports]


async def test_it_can_be_trained_with_and_what_a_spreadsheet_would_run_is_harmless_and_the_same_to_a_model(
    pages: Running, tmp_path: Path
) -> None:
    formula = '=HYPERLINK("x") The staff were lovely'
    submitted = report(1, kind=Kind.FEEDBACK, text=formula)
    await classified(pages, submitted)
    await decide(pages, submitted, "staff/staff-manner-and-personal-attributes")
    helen = await pages.sign_in("helen.marsh")
    rows = await rows_of(helen)
    assert rows[0]["text"] == f"'{formula}"
    model = newest_classifier(Kind.FEEDBACK)
    told, escaped = model.classify(formula), model.classify(rows[0]["text"])
    assert [(each.theme, each.confidence) for each in told.themes] == [
        (each.theme, each.confidence) for each in escaped.themes
    ]
    file = tmp_path / "corrections.csv"
    file.write_text((await helen.get(FILE)).text, encoding="utf-8")
    (row,) = read_rows([file], load_taxonomy("experience-1"))
    assert row.labels == {"staff/staff-manner-and-personal-attributes"}


async def test_only_quality_leads_have_it_and_only_of_their_area(pages: Running) -> None:
    for subject in ("amira.patel", "jo.lee", "max.stone", "ravi.dhillon", "ada.quinn"):
        person = await pages.sign_in(subject)
        assert (await person.get(FILE)).status_code == 403
    submitted = report(
        1, text=RUDE, reporter="Y11111", provider="RZ1"
    )  # about a provider of the area
    elsewhere = report(2, text=RUDE, reporter="Y11111", provider="RX9")
    await classified(pages, submitted, elsewhere)
    await decide(pages, submitted)
    await decide(pages, elsewhere, scope=Scope(reported=frozenset({"Y11111"})))
    helen = await pages.sign_in("helen.marsh")
    assert [row["id"] for row in await rows_of(helen)] == [submitted.reference]
