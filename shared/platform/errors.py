"""Errors that people and API clients see. One handler in `shared.web` renders them, as a page or a problem document (RFC 9457)."""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """Something to tell whoever asked, with its HTTP status. `detail` is shown to them: plain English, no internals."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer says besides its text."""
        return {}


class BadRequest(AppError):
    status = 400
    title = "The request cannot be read"


class Unauthorized(AppError):
    status = 401
    title = "Sign in first"


class Forbidden(AppError):
    status = 403
    title = "You cannot see this page"


class NotFound(AppError):
    status = 404
    title = "Page not found"


class Conflict(AppError):
    status = 409
    title = "This has changed in the meantime"


class TooLarge(AppError):
    status = 413
    title = "Too much was sent"


class UnsupportedMediaType(AppError):
    status = 415
    title = "This type of content is not accepted"


class Unprocessable(AppError):
    status = 422
    title = "There is a problem with what was sent"


class TooManyRequests(AppError):
    status = 429
    title = "You have sent a lot of requests"

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        super().__init__(f"Nothing was done with this one. Try again in {seconds} {unit}.")
        self.seconds = seconds

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.seconds)}


class Unavailable(AppError):
    status = 503
    title = "The service is not available for a moment"
