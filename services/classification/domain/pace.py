"""How fast history is classified anew, so that new reports do not notice. Pure."""

from datetime import timedelta


def how_many(*, awaited: int, since: timedelta, at_once: int, per_second: float) -> int:
    """Reports that may be asked for now. `awaited` are asked for and not answered yet, of which there are never more than `at_once`:
    whatever slows the answers slows the questions. `since` is the time since reports were last asked for."""
    earned = int(since.total_seconds() * per_second)
    return max(0, min(at_once - awaited, earned))
