"""What several of the pages need."""

from fastapi import Request

from services.classification.model.versions import Versions


def versions_of(request: Request) -> Versions:
    """Those that this process has."""
    versions: Versions = request.app.state.versions
    return versions
