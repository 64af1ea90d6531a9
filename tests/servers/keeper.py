"""The process that starts the run's servers when first asked for, and removes them when the run is over.

It is a process of its own, in its own session, so that a run may end in any way: Ctrl-C does not reach it, and when the process
that started it is gone, its standard input ends and it clears up. It answers on a Unix socket, so that the workers of pytest-xdist share
the servers: a client sends `kafka` or `postgres` and gets `{"address": ...}` or `{"problem": ...}`.
"""

import json
import shutil
import socket
import socketserver
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from tests.servers.choice import Choice, Kind, Origin
from tests.servers.external import ExternalKafka


class _Removable(Protocol):
    def remove(self) -> None: ...


@dataclass(frozen=True)
class _Started:
    address: str
    server: _Removable


def _start_kafka(choice: Choice, run: str) -> _Started:
    from tests.servers.broker import own_broker

    external = choice.origin is Origin.EXTERNAL
    kafka = ExternalKafka(choice.detail, run) if external else own_broker(choice, run)
    try:
        kafka.start()
    except BaseException:
        kafka.remove()
        raise
    return _Started(kafka.bootstrap, kafka)


def _start_postgres(choice: Choice, run: str) -> _Started:
    from tests.servers.database_server import database_server

    postgres = database_server(choice, run)
    try:
        postgres.start()
    except BaseException:
        postgres.remove()
        raise
    return _Started(postgres.url, postgres)


_STARTERS: dict[Kind, Callable[[Choice, str], _Started]] = {
    Kind.KAFKA: _start_kafka,
    Kind.POSTGRES: _start_postgres,
}


class _Slot:
    """One server, started at most once.

    By a thread of its own that lives as long as the keeper: the kernel ends an embedded server with the thread that started it.
    """

    def __init__(self, kind: Kind, choice: Choice, run: str) -> None:
        self._kind, self._choice, self._run = kind, choice, run
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._started: Future[_Started] | None = None

    def address(self) -> str:
        """Raises what the start raised, to everybody who asks."""
        with self._lock:
            if self._started is None:
                start = _STARTERS[self._kind]
                self._started = self._thread.submit(start, self._choice, self._run)
        return self._started.result().address

    def remove(self) -> None:
        with self._lock:
            if self._started and not self._started.exception():
                self._thread.submit(self._started.result().server.remove).result()
        self._thread.shutdown()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, listening: int, slots: dict[Kind, _Slot]) -> None:
        super().__init__("", _Request, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=listening)
        self.slots = slots


class _Request(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            kind = Kind(self.rfile.readline().decode().strip())
            reply = {"address": self.server.slots[kind].address()}
        except Exception as error:  # noqa: BLE001 - whatever it is, the test that asked must hear of it
            reply = {"problem": f"{type(error).__name__}: {error}"}
        self.wfile.write(json.dumps(reply).encode() + b"\n")


def main() -> None:
    """Arguments: the listening socket's number, the run's name and its folder. First line of standard input: the choices."""
    listening, run, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    choices = {
        Kind(kind): Choice(Origin(origin), detail)
        for kind, (origin, detail) in json.loads(sys.stdin.readline()).items()
    }
    if any(choice.origin is Origin.CONTAINER for choice in choices.values()):
        from tests.servers.containers import remove_orphans

        remove_orphans()
    slots = {kind: _Slot(kind, choice, run) for kind, choice in choices.items()}
    with _Server(listening, slots) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()
    for slot in slots.values():
        slot.remove()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
