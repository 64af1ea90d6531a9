"""Long lists in parts: what `paging.html` shows below one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
"""What an address may ask for; a number past the end shows that there is nothing, one past this is no number of a page."""


@dataclass(frozen=True)
class Pages:
    """Which part of a list this is, from 1, and where the others are."""

    path: str
    query: Mapping[str, object]
    number: int
    total: int
    """Entries in all."""
    size: int
    """Entries on a page."""

    @property
    def of(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def previous(self) -> str | None:
        """An address, or none at the beginning. So for `next` at the end."""
        return self.address(self.number - 1) if 1 < self.number <= self.of + 1 else None

    @property
    def next(self) -> str | None:
        return self.address(self.number + 1) if self.number < self.of else None

    def address(self, number: int) -> str:
        return f"{self.path}?{urlencode({**self.query, 'page': number})}"
