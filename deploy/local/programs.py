"""One program of the estate: its process, its log, and a tie to whoever started it.

Each program is a session of its own, so that Ctrl-C reaches only the supervisor, which then stops everything in order.
`setpriv --pdeathsig` (util-linux, on every Debian and Ubuntu) has the kernel signal the program when the thread that
started it ends, however it ends: a supervisor killed with -9 leaves nothing running. So start programs from a thread
that lives as long as they shall, which the main thread does.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

KEPT_LOG_BYTES = 5_000_000
POLL_SECONDS = 0.02


class DidNotStart(Exception):
    """A program ended, or did not answer in time; the message carries the last lines of its log."""


@dataclass
class Program:
    """Starts, watches and stops one process.

    `environment` is added to the caller's; `orphan_signal` is what the kernel sends when the caller is gone;
    `user` and `group` are numbers, for root who must not be root.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    user: int | None = None
    group: int | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def launch(self) -> None:
        """Starts it and returns at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        keep_short(self.log)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*_tie(self.orphan_signal), *(str(part) for part in self.command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                cwd=self.folder,
                start_new_session=True,
                user=self.user,
                group=self.group,
                extra_groups=None if self.group is None else [],
            )

    def ask_to_stop(self) -> None:
        """Sends the stop signal and returns at once."""
        if self.process and self.running:
            self.process.send_signal(self.stop_signal)

    def stop(self, patience: float = 10) -> None:
        """Asks, waits up to `patience` seconds, then kills; afterwards nothing of it runs."""
        self.ask_to_stop()
        self.end(patience)

    def end(self, patience: float) -> None:
        """Gives it up to `patience` seconds to end by itself, then kills it."""
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """Ends the process and what it started, without asking."""
        if self.process and self.running:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, to be shown when it does not come up."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except FileNotFoundError:
            return ""

    def failure(self, what: str) -> DidNotStart:
        return DidNotStart(f"{self.name} {what}. The end of {self.log}:\n{self.last_lines()}")


def wait_until_ready(program: Program, ready: Callable[[], bool], patience: float) -> None:
    """Returns when the probe answers; `DidNotStart` when the program ends or `patience` seconds pass first."""
    deadline = time.monotonic() + patience
    while not ready():
        if not program.running:
            raise program.failure(f"ended with {program.exit_code} instead of starting")
        if time.monotonic() > deadline:
            raise program.failure(f"did not answer within {patience:.0f} seconds")
        time.sleep(POLL_SECONDS * 2)


def _tie(orphan_signal: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", orphan_signal.name.removeprefix("SIG"), "--"] if setpriv else []


def keep_short(log: Path) -> None:
    """Moves a grown log's lines to one older file. Programs append, so this may be done under their hands."""
    if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)
