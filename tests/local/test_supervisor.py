"""What ends is started again; what is stopped stays stopped."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.local.programs import DidNotStart, Program
from deploy.local.supervisor import Part, Supervisor
from tests.support.waiting import eventually

SLEEPER = "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); signal.pause()"
"""Says by a file that it runs, then waits to be ended."""


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(say=lambda line: None)
    yield supervisor
    await supervisor.stop()


def sleeper(folder: Path, name: str = "sleeper") -> Part:
    flag = folder / f"{name}.runs"
    program = Program(name, [sys.executable, "-c", SLEEPER, flag], folder / f"{name}.log")
    return Part(
        name, program, flag.exists, prepare=lambda: flag.unlink(missing_ok=True), patience=30
    )


async def until(held: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return held()

    await eventually(ask, within=30)


async def test_a_killed_part_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    part = sleeper(tmp_path)
    await supervisor.start(part)
    first = part.program.pid
    supervisor.kill("sleeper")
    await until(lambda: part.program.pid != first and part.ready())
    assert part.program.running


async def test_a_part_that_is_held_stays_down_until_it_is_released(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    held, other = sleeper(tmp_path, "held"), sleeper(tmp_path, "other")
    await supervisor.start(held)
    await supervisor.start(other)
    first, second = held.program.pid, other.program.pid
    supervisor.hold("held")
    supervisor.kill("held")
    supervisor.kill("other")
    await until(lambda: other.program.pid != second and other.ready())
    assert held.program.pid == first
    supervisor.release("held")
    await until(lambda: held.program.pid != first and held.ready())


async def test_a_part_can_be_removed_and_come_back_by_the_same_name(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    first, second = sleeper(tmp_path), sleeper(tmp_path)
    await supervisor.start(first)
    await supervisor.remove("sleeper")
    assert (first.program.exit_code, supervisor.parts) == (-signal.SIGTERM, ())
    await supervisor.start(second)
    assert supervisor.parts == (second,)
    supervisor.kill("sleeper")
    await until(lambda: second.program.running and second.ready())
    assert not first.program.running


async def test_a_part_that_is_stopped_is_not_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    part = sleeper(tmp_path)
    await supervisor.start(part)
    await supervisor.stop()
    assert not part.program.running
    assert part.program.exit_code == -signal.SIGTERM


async def test_a_part_that_ends_at_once_is_reported_with_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", "print('no such database'); raise SystemExit(3)"]
    part = Part("broken", Program("broken", command, tmp_path / "broken.log"), ready=lambda: False)
    with pytest.raises(DidNotStart, match=r"exit code 3(.|\n)*no such database"):
        await supervisor.start(part)


async def test_a_part_that_never_answers_is_given_up(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    program = sleeper(tmp_path).program
    with pytest.raises(DidNotStart, match="did not answer"):
        await supervisor.start(Part("deaf", program, ready=lambda: False, patience=0.1))


async def test_what_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    flag = tmp_path / "runs"
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
    program = Program("stubborn", [sys.executable, "-c", stubborn, flag], tmp_path / "log")
    program.launch()
    await until(flag.exists)
    await asyncio.to_thread(program.stop, 0.2)
    assert program.exit_code == -signal.SIGKILL


async def test_programs_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """The kernel ends them: nobody is left who could."""
    flag, pid_file = tmp_path / "runs", tmp_path / "pid"
    outer = f"""
import pathlib, signal, sys
from deploy.local.programs import Program
inner = Program("inner", [sys.executable, "-c", {SLEEPER!r}, {str(flag)!r}], pathlib.Path({str(tmp_path / "inner.log")!r}))
inner.launch()
pathlib.Path({str(pid_file)!r}).write_text(str(inner.pid))
signal.pause()
"""
    program = Program("outer", [sys.executable, "-c", outer], tmp_path / "outer.log")
    program.launch()
    await until(lambda: flag.exists() and pid_file.exists())
    program.kill()
    inner = Path("/proc") / pid_file.read_text()
    await until(lambda: not inner.exists() or ") Z" in (inner / "stat").read_text())
