"""Apache Kafka's jars, by Maven coordinates through jgo, each checked against `deploy/jgo.lock.toml`.

    python -m deploy.local.jars          fetch what is missing (called by `make setup`)
    python -m deploy.local.jars --lock   resolve `deploy/jgo.toml` again and write the lock

jgo's own environments are not used: building one fetches a Java 11 only to sort jars into modules, which Kafka does
not need. What is used is its resolver, its lock and its download.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import (
    EnvironmentBuilder,
    EnvironmentSpec,
    LockedDependency,
    LockFile,
    compute_spec_hash,
)
from jgo.maven import MavenContext

DEPLOY = Path(__file__).parent.parent
SPEC = DEPLOY / "jgo.toml"
LOCK = DEPLOY / "jgo.lock.toml"
REPOSITORY = Path(sys.prefix) / "share" / "insight" / "jars"
"""Beside the other programs of the virtual environment, so that the two go together."""


class JarsMissing(Exception):
    """The jars cannot be had; the message says what to do."""


def classpath() -> str:
    """The locked jars as Java's `-cp` wants them. `JarsMissing` when set-up has not fetched them."""
    jars = [REPOSITORY / place for place in _places(LockFile.load(LOCK))]
    if missing := [jar.name for jar in jars if not jar.exists()]:
        raise JarsMissing(
            f"{len(missing)} of Kafka's {len(jars)} jars are missing: run `make setup`."
        )
    return ":".join(str(jar) for jar in jars)


def fetch(lock_file: Path = LOCK) -> list[Path]:
    """Downloads what is locked and not there yet and checks each; gives all the files."""
    lock = LockFile.load(lock_file)
    context = _context()
    with ThreadPoolExecutor(max_workers=6) as pool:
        fetched = pool.map(lambda one: _fetch(context, one), lock.dependencies)
        for number, _ in enumerate(fetched, 1):
            if number % 10 == 0:
                print(f"  jar {number} of {len(lock.dependencies)}", flush=True)
    return [REPOSITORY / place for place in _places(lock)]


def lock() -> int:
    """Resolves the coordinates and writes the lock; says how many jars it pins."""
    context = _context()
    builder = EnvironmentBuilder(context=context, cache_dir=REPOSITORY)
    wanted = builder.spec_to_dependencies(EnvironmentSpec.load(SPEC))
    direct, transitive = context.resolver.resolve(wanted, optional_depth=0)
    needed = {one.artifact.key: one for one in direct}
    for one in transitive:
        if one.scope in {"compile", "runtime"}:
            needed.setdefault(one.artifact.key, one)
    pinned = [LockedDependency.from_dependency(one) for one in needed.values()]
    LockFile(
        dependencies=sorted(pinned, key=lambda one: (one.groupId, one.artifactId)),
        environment_name="kafka",
        spec_hash=compute_spec_hash(SPEC),
    ).save(LOCK)
    return len(pinned)


def _context() -> MavenContext:
    """The caller's own jgo and Maven settings are kept: mirrors first, their local cache read."""
    settings = GlobalSettings.load()
    return MavenContext(
        repo_cache=REPOSITORY,
        local_repos=[Path(settings.repo_cache)],
        remote_repos={**settings.repositories, "central": MAVEN_CENTRAL_URL},
        timeout=60,
    )


def _places(lock: LockFile) -> Iterator[Path]:
    for one in lock.dependencies:
        ending = f"-{one.classifier}" if one.classifier else ""
        name = f"{one.artifactId}-{one.version}{ending}.{one.packaging}"
        yield Path(*one.groupId.split("."), one.artifactId, one.version, name)


def _fetch(context: MavenContext, one: LockedDependency) -> None:
    component = context.project(one.groupId, one.artifactId).at_version(one.version)
    artifact = component.artifact(classifier=one.classifier or "", packaging=one.packaging)
    target = REPOSITORY / component.path_prefix / artifact.filename
    for _ in range(2):
        found = artifact.resolve()
        if sha256(found.read_bytes()).hexdigest() == one.sha256:
            if found != target:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(found.read_bytes())
            return
        # An interrupted download leaves half a file: once more from the start.
        if found == target:
            target.unlink()
        context.local_repos.clear()
    raise JarsMissing(f"{artifact.filename} is not the file that its lock pins.")


if __name__ == "__main__":
    try:
        print(f"  {lock() if '--lock' in sys.argv else len(fetch())} jars")
    except JarsMissing as problem:
        sys.exit(f"  {problem}")
