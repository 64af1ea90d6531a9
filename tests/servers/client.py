"""How the test processes reach the keeper: the controller starts and ends it, everybody asks it for addresses."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers.choice import Choice, Kind

SOCKET_VARIABLE = "INSIGHT_TEST_KEEPER"
RUN_VARIABLE = "INSIGHT_TEST_RUN"
START_SECONDS = 180
STOP_SECONDS = 60


class Keeper:
    """The keeper's process, as the controller of the run sees it."""

    def __init__(self, choices: dict[Kind, Choice]) -> None:
        self.run = f"insight-test-{secrets.token_hex(4)}"
        self._folder = Path(tempfile.mkdtemp(prefix=f"{self.run}-"))
        self._log = self._folder / "keeper.log"
        socket_path = str(self._folder / "keeper")
        # it listens before the keeper is there, so that nobody has to wait for a socket to appear
        with self._log.open("wb") as log, socket.socket(socket.AF_UNIX) as listening:
            listening.bind(socket_path)
            listening.listen(64)
            number = listening.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.keeper", str(number), self.run, self._folder],
                cwd=Path(__file__).parents[2],
                pass_fds=[number],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._send_choices(choices)
        # workers of pytest-xdist are started later and inherit these
        os.environ[SOCKET_VARIABLE] = socket_path
        os.environ[RUN_VARIABLE] = self.run

    def _send_choices(self, choices: dict[Kind, Choice]) -> None:
        assert self._process.stdin is not None
        told = {kind: (choice.origin, choice.detail) for kind, choice in choices.items()}
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()

    def close(self) -> str:
        """End it and everything it keeps; says what went wrong with that, or nothing."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            code = self._process.wait(STOP_SECONDS)
            problem = self._log.read_text(errors="replace").strip() if code else ""
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            problem = f"the test servers did not stop within {STOP_SECONDS} s"
        shutil.rmtree(self._folder, ignore_errors=True)
        return problem


class ServerUnavailableError(Exception):
    """A server of this run could not be started."""


def address_of(kind: Kind) -> str:
    """Kafka: `host:port`. PostgreSQL: the URL of its maintenance database. Starts the server if nobody has yet."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(START_SECONDS)
        connection.connect(os.environ[SOCKET_VARIABLE])
        connection.sendall(f"{kind}\n".encode())
        line = connection.makefile().readline()
    reply = json.loads(line) if line else {"problem": "the keeper of the servers has ended"}
    if "problem" in reply:
        raise ServerUnavailableError(f"{kind}: {reply['problem']}")
    return str(reply["address"])
