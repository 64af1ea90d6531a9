"""Sets the project up in `.venv`: run by `make setup` with the system's Python, before anything else is there.

So this file uses the standard library only, and looks at Python's version before anything that an old one cannot run:
an old Python is to get a sentence, not a traceback. Each step leaves a stamp of what it was made from and is skipped while that holds,
which makes a second run cost next to nothing. What the steps print goes to `.venv/setup.log`.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

OLDEST = (3, 11)
TOO_OLD = (
    "Python {0}.{1} or newer is needed and this one is {2}.{3}. Install one, or name another: "
    "`make PYTHON=/path/to/python3.12 run`."
)


def _need_python() -> None:
    """Goes on with a newer Python when the system has one beside an old `python3`."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            sys.exit(subprocess.call([newer, *sys.argv]))
    sys.exit("insight: " + TOO_OLD.format(*OLDEST, *sys.version_info[:2]))


_need_python()

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "share" / "insight" / "stamps"
LOG = VENV / "setup.log"
NEEDED_BYTES = 2000000000

NO_VENV = (
    "Python's venv module is not complete here. On Debian or Ubuntu: "
    "`sudo apt install python3-venv`, then the same command again."
)
NO_SPACE = "The disk is full: set-up needs about {0:.0f} GB free in {1} and {2:.1f} GB are left."
NO_NETWORK = (
    "Set-up could not download what it needs ({0}). Check the network or the proxy settings, then try again; "
    "what is there already is kept."
)
FAILED = "Set-up failed at '{0}'. The end of {1}:\n{2}"

NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectionError",
    "Connection refused",
    "Connection reset",
    "ConnectTimeout",
    "ReadTimeout",
    "Read timed out",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Could not fetch URL",
    "Network is unreachable",
    "ProxyError",
    "SSLError",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "npm could not install",
)


class SetupError(Exception):
    """What went wrong, in a sentence for whoever ran `make`."""


class Step:
    """One step: made again when one of `inputs` (files, folders or plain values) has changed or a product is gone."""

    def __init__(
        self,
        name: str,
        doing: str,
        command: Sequence[object],
        inputs: Sequence[Path | str],
        *products: Path,
    ) -> None:
        self.name = name
        self.doing = doing
        self.command = command
        self.inputs = inputs
        self.products = products

    @property
    def stamp(self) -> Path:
        return STAMPS / self.name

    def fingerprint(self) -> str:
        seen = hashlib.sha256()
        for given in self.inputs:
            for part in _contents(given):
                seen.update(part)
        return seen.hexdigest()

    def due(self) -> bool:
        stamped = self.stamp.read_text() if self.stamp.exists() else ""
        return stamped != self.fingerprint() or not all(made.exists() for made in self.products)

    def run(self, began: float) -> None:
        with Progress(self.doing, began):
            _run(self.command, self.doing)
        STAMPS.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.fingerprint())


class Progress:
    """Says what is being done and, while it takes long, for how many seconds."""

    def __init__(self, doing: str, began: float) -> None:
        self.doing = doing
        self.began = began
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> None:
        self._say()
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()
        if sys.stdout.isatty():
            print()

    def _tell(self) -> None:
        pause = 1 if sys.stdout.isatty() else 15
        while not self.done.wait(pause):
            self._say()

    def _say(self) -> None:
        seconds = time.monotonic() - self.began
        line = f"  {seconds:4.0f} s  {self.doing}"
        print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)


def steps() -> list[Step]:
    """Everything to be done, in order."""
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    lock = ROOT / "requirements.lock"
    project = [*pip, "install", "--no-build-isolation", "--no-deps", "--editable", ROOT]
    web = ROOT / "shared" / "web"
    web_sources = [web / "build.py", web / "insight.scss", web / "assets"]
    return [
        Step(
            "packages",
            "downloading and installing the Python packages (about 400 MB the first time)",
            [*pip, "install", "--require-hashes", "--requirement", lock],
            [lock],
            VENV / "bin" / "uvicorn",
        ),
        Step(
            "project",
            "installing the project itself",
            project,
            [ROOT / "pyproject.toml", str(ROOT)],
            VENV / "bin" / "insight",
        ),
        Step(
            "pages",
            "building the stylesheet and scripts of the pages",
            [PYTHON, "-m", "shared.web.build"],
            [ROOT / "package.json", ROOT / "package-lock.json", *web_sources],
            web / "static",
            ROOT / "node_modules",
        ),
        Step(
            "kafka",
            "downloading Apache Kafka (44 MB)",
            [PYTHON, "-m", "deploy.local.jars"],
            [ROOT / "deploy" / "jgo.lock.toml"],
            VENV / "share" / "insight" / "jars",
        ),
    ]


def main() -> None:
    began = time.monotonic()
    with Path(__file__).open() as own:
        # Two at once (`make run` beside `make test`) would write over each other: the second waits.
        fcntl.flock(own, fcntl.LOCK_EX)
        due = _make_venv(began)
        for step in steps():
            if step.due():
                _need_space()
                step.run(began)
                due = True
    if due:
        print(f"  {time.monotonic() - began:4.0f} s  set up")


def _make_venv(began: float) -> bool:
    if PYTHON.exists():
        return False
    _need_space()
    # Debian leaves ensurepip out of its plain python3 package: `venv` can be imported, and then fails half-way.
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        raise SetupError(NO_VENV)
    with Progress("making the virtual environment", began):
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir()
        _run([sys.executable, "-m", "venv", VENV], "making the virtual environment")
    return True


def _need_space() -> None:
    free = shutil.disk_usage(str(ROOT)).free
    if free < NEEDED_BYTES and not (STAMPS / "packages").exists():
        raise SetupError(NO_SPACE.format(NEEDED_BYTES / 1e9, ROOT, free / 1e9))


def _run(command: Sequence[object], doing: str) -> None:
    with LOG.open("a") as log:
        before = log.tell()
        log.write(f"\n{' '.join(str(part) for part in command)}\n")
        log.flush()
        code = subprocess.call(
            [str(part) for part in command],
            stdout=log,
            stderr=log,
            cwd=str(ROOT),
            env=_environment(),
        )
    if code:
        with LOG.open(errors="replace") as log:
            log.seek(before)
            raise SetupError(_explain(log.read(), doing))


def _environment() -> dict[str, str]:
    """The caller's own, with the certificates that one of its tools is told to trust known to all of them.

    A network that inspects what passes has a certificate of its own; pip, npm and jgo each look for it elsewhere.
    """
    own = dict(os.environ)
    named = [own.get(name) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")]
    for trusted in filter(None, named):
        for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
            own.setdefault(name, trusted)
    own.setdefault("NODE_USE_SYSTEM_CA", "1")
    return own


def _explain(output: str, doing: str) -> str:
    if "No space left on device" in output or "ENOSPC" in output:
        return NO_SPACE.format(NEEDED_BYTES / 1e9, ROOT, shutil.disk_usage(str(ROOT)).free / 1e9)
    for sign in NETWORK_SIGNS:
        if sign in output:
            return NO_NETWORK.format(doing)
    if "ensurepip" in output:
        return NO_VENV
    return FAILED.format(doing, LOG, "\n".join(output.splitlines()[-15:]))


def _contents(given: Path | str) -> Iterator[bytes]:
    if not isinstance(given, Path):
        yield str(given).encode()
    elif given.is_dir():
        for inner in sorted(given.rglob("*")):
            if inner.is_file():
                yield inner.name.encode()
                yield inner.read_bytes()
    elif given.exists():
        yield given.read_bytes()


if __name__ == "__main__":
    try:
        main()
    except SetupError as problem:
        sys.exit(f"insight: {problem}")
    except OSError as problem:
        sys.exit(f"insight: set-up could not go on: {problem}")
    except KeyboardInterrupt:
        sys.exit("insight: set-up was stopped; the same command goes on where it was.")
