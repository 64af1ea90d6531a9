"""Where the fault rig strikes: the named points do what they are asked, once, and otherwise nothing."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli.faults.campaigns import POINTS
from shared.platform.points import Point

PASSES_TWICE = "from shared.platform.points import *; reach(Point.RELAY_SENT); print('on'); reach(Point.RELAY_SENT)"


def _run(folder: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {"INSIGHT_FAULT_POINTS": str(folder)} if folder else {}
    return subprocess.run(
        [sys.executable, "-c", PASSES_TWICE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_process_ends_at_the_point_that_it_was_asked_to_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    (tmp_path / Point.RELAY_SENT).write_text("SIGKILL")
    (tmp_path / Point.RELAY_TAKEN).write_text("SIGKILL")
    killed = _run(tmp_path)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    again = _run(tmp_path)
    assert (again.returncode, again.stdout) == (0, "on\n")


def test_without_the_rig_every_point_is_passed(tmp_path: Path) -> None:
    assert _run(None).returncode == 0


@pytest.mark.parametrize("point", list(Point))
def test_every_point_is_somewhere_in_the_code_and_somewhere_in_the_rig(point: Point) -> None:
    sources = [
        file.read_text() for room in ("shared", "services") for file in Path(room).rglob("*.py")
    ]
    assert sum(len(re.findall(rf"reach\(Point\.{point.name}\)", text)) for text in sources) == 1
    assert any(point in points for points in POINTS.values())
