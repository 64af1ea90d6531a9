"""The data folder is used by one copy at a time and keeps its secrets."""

import stat
from pathlib import Path

import pytest

from deploy.local import folder as data
from deploy.local.folder import SECRETS, CannotStart, lock, need_space, read_secrets


def test_a_second_copy_on_the_same_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(CannotStart, match=r"already running.*INSIGHT_DATA"):
        lock(tmp_path)


def test_the_folder_is_free_again_when_its_user_lets_go(tmp_path: Path) -> None:
    lock(tmp_path).close()
    lock(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(CannotStart, match="INSIGHT_DATA"):
        lock(in_the_way / "data")


def test_secrets_stay_the_same_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = read_secrets(tmp_path)
    assert read_secrets(tmp_path) == first
    assert first.keys() == set(SECRETS)
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_nearly_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "NEEDED_BYTES", 10**18)
    with pytest.raises(CannotStart, match="disk is nearly full"):
        need_space(tmp_path)
