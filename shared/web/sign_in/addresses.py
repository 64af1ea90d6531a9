"""Where signing in leads to: paths of our own only."""

from typing import Annotated

from fastapi import Query

NEXT = "next"
Next = Annotated[str, Query(alias=NEXT)]


def safe_next(address: str) -> str:
    """The address, if it is a path of ours; the start page, if it leads (or a browser may think it leads) anywhere else."""
    is_path = address.startswith("/") and not address.startswith("//")
    return address if is_path and address.isprintable() and "\\" not in address else "/"
