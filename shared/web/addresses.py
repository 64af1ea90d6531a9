"""Addresses that came from elsewhere: where they are, and whether a page of ours may lead there."""

from urllib.parse import urlsplit

LONGEST = 2_000
"""Characters: the address is kept in the session's cookie while somebody signs in, and browsers drop one that is too large."""


def origin_of(url: str) -> str:
    """Scheme and host. Raises ValueError for what is no address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def safe_next(address: str) -> str:
    """The address, if it is a path of ours; the start page, if it leads (or a browser may think it leads) anywhere else."""
    is_path = address.startswith("/") and not address.startswith("//")
    is_plain = address.isprintable() and "\\" not in address and len(address) <= LONGEST
    return address if is_path and is_plain else "/"
