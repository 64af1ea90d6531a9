"""The built stylesheet, script and icons: served for a year under an address that changes with their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"


@cache
def asset(name: str) -> str:
    """`/static/insight.css?v=0123abcd`. A file that was not built has no version: the page works, unstyled."""
    file = FOLDER / name
    if not file.is_file():
        return f"/static/{name}"
    return f"/static/{name}?v={sha256(file.read_bytes()).hexdigest()[:12]}"


class VersionedFiles(StaticFiles):
    """Keeps what was asked for by version for good, the rest for an hour."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=")
        age = "31536000, immutable" if versioned else "3600"
        if response.status_code < 400:
            response.headers["Cache-Control"] = f"public, max-age={age}"
        return response
