"""The `insight` command as a whole."""

import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest
from typer.testing import CliRunner

from deploy.cli.main import VERBS, build


def test_every_verb_is_there_and_says_what_it_does() -> None:
    told = CliRunner().invoke(build(VERBS), ["--help"])
    assert told.exit_code == 0
    for verb in VERBS:
        assert f" {verb} " in told.stdout


def test_a_verb_alone_is_called_by_its_name_as_among_the_others() -> None:
    for verbs in (["topics"], VERBS):
        assert CliRunner().invoke(build(verbs), ["topics", "--help"]).exit_code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
@pytest.mark.parametrize("points", [2, 1_000])
def test_output_that_cannot_be_written_ends_with_a_sentence(points: int) -> None:
    """Little is written when the command ends, much while it runs."""
    given = "date,value\n" + "".join(
        f"{1950 + at // 12}-{at % 12 + 1},{at % 5}\n" for at in range(points)
    )
    with Path("/dev/full").open("w") as full:
        done = run_spc(given, full)
    assert (done.returncode, done.stderr) == (
        1,
        "insight: not all could be written: No space left on device.\n",
    )


def run_spc(given: str, output: TextIO) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from deploy.cli.main import app; app()", "spc"],
        input=given,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
