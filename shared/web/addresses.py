"""Addresses that came from elsewhere: where they are, and whether a page of ours may lead there."""

from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Scheme and host. Raises ValueError for what is no address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def safe_next(address: str) -> str:
    """The address, if it is a path of ours; the start page, if it leads (or a browser may think it leads) anywhere else."""
    is_path = address.startswith("/") and not address.startswith("//")
    return address if is_path and address.isprintable() and "\\" not in address else "/"
