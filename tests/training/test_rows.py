"""Labelled comments as training reads them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.training.rows import Row, UnusableRows, alike, by_author, folds, read_rows
from services.classification.model.taxonomy import load_taxonomy
from tests.training.conftest import MANNER, TAXONOMY, labelled, write


def test_labels_are_keys_and_what_could_not_be_labelled_is_left_out(tmp_path: Path) -> None:
    rows = labelled()[:1]
    rows += [rows[0] | {"sub_themes": titles} for titles in ("Labelling not possible", "")]
    (row,) = read_rows([write(tmp_path / "a.csv", rows)], TAXONOMY)
    assert row.labels == frozenset({MANNER})
    assert (row.sentiment, row.question) == (2, "How could we improve?")


def test_a_title_that_the_taxonomy_has_not_is_told_with_its_row(tmp_path: Path) -> None:
    rows = labelled()[:2]
    rows[1]["sub_themes"] = "The weather"
    with pytest.raises(UnusableRows, match=r"a\.csv, row 3: 'The weather'"):
        read_rows([write(tmp_path / "a.csv", rows)], TAXONOMY)


def test_a_missing_column_and_an_empty_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableRows, match="no column sub_themes"):
        read_rows(
            [write(tmp_path / "a.csv", [{"text": "x", "question": "", "sentiment": ""}])], TAXONOMY
        )
    with pytest.raises(UnusableRows, match="no labelled text"):
        read_rows([write(tmp_path / "a.csv", [labelled()[0] | {"sub_themes": ""}])], TAXONOMY)


def test_corrections_of_events_are_not_comments(tmp_path: Path) -> None:
    rows = [
        row | {"kind": kind} for row, kind in zip(labelled(), ("feedback", "event"), strict=False)
    ]
    assert len(read_rows([write(tmp_path / "a.csv", rows)], TAXONOMY)) == 1


def test_texts_alike_are_one_group() -> None:
    texts = [
        "The nurse on the ward was very kind to me and my mother",
        "the nurse on the ward was VERY kind to me, and my mother.",
        "the nurse on the ward was very kind to me and my father",
        "Nobody came for hours and hours",
        "Good",
        "good!",
        "Bad",
    ]
    groups = alike(texts).tolist()
    assert groups[0] == groups[1] == groups[2]
    assert groups[4] == groups[5]
    assert len(set(groups)) == 4


@given(st.lists(st.integers(0, 20), min_size=5, max_size=60), st.integers(2, 5), st.integers(0, 9))
def test_a_group_is_in_one_fold(groups: list[int], count: int, seed: int) -> None:
    part = folds(np.array(groups), count, seed).tolist()
    assert set(part) <= set(range(count))
    for group in groups:
        assert len({fold for each, fold in zip(groups, part, strict=True) if each == group}) == 1
    assert part == folds(np.array(groups), count, seed).tolist()


def test_an_authors_texts_stay_together_and_texts_alike_where_nobody_signed() -> None:
    signed = ["anna", "", "bert", "anna", "", ""]
    rows = [Row("text", None, frozenset(), None, author=author) for author in signed]
    groups = by_author(rows, np.array([0, 1, 2, 3, 1, 5])).tolist()
    assert groups[0] == groups[3]
    assert groups[1] == groups[4]
    assert len(set(groups)) == 4


def test_what_most_readers_gave_is_the_label_and_of_two_what_both_did(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "text,themes,second_reader,third_reader\n"
        "One,Referrals|Medications,Referrals,\n"
        "Two,Referrals|Medications,Medications|Equipment,Equipment\n"
        "Three,Referrals,-,-\n"
        "Four,Referrals,,\n"
        "Five,,,\n"
    )
    rows = read_rows([file], load_taxonomy("care-interface-2"))
    assert [(row.text, sorted(row.labels)) for row in rows] == [
        ("One", ["referrals"]),
        ("Two", ["equipment", "medications"]),
        ("Three", []),
        ("Four", ["referrals"]),
    ]
    assert [len(row.readings) for row in rows] == [2, 3, 3, 1]
