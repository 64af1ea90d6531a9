"""Parts of a long list."""

import pytest

from shared.web.paging import Pages


@pytest.mark.parametrize(
    ("number", "total", "of", "previous", "following"),
    [
        (1, 0, 1, None, None),
        (1, 20, 1, None, None),
        (1, 21, 2, None, 2),
        (2, 60, 3, 1, 3),
        (3, 60, 3, 2, None),
        (4, 60, 3, 3, None),  # an entry went away meanwhile
        (9, 60, 3, None, None),
    ],
)
def test_there_is_a_way_to_the_parts_that_there_are(
    number: int, total: int, of: int, previous: int | None, following: int | None
) -> None:
    pages = Pages("/list", {"q": "a b"}, number, total, 20)
    assert pages.of == of
    assert pages.previous == (f"/list?q=a+b&page={previous}" if previous else None)
    assert pages.next == (f"/list?q=a+b&page={following}" if following else None)
