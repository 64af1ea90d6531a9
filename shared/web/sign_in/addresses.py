"""Where signing in leads to."""

from typing import Annotated

from fastapi import Query

NEXT = "next"
Next = Annotated[str, Query(alias=NEXT)]
