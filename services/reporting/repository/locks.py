"""Advisory locks of reporting's database, each for one thing that one process does at a time."""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    WRITERS = 3_140_001
    """Facts of one report come from several topics, and every batch moves the same few cells of the current month: writers would wait for
    each other's rows anyway, and in no common order. Taking turns makes "read, join, write" exact."""
    WATCH = 3_140_002
    """Looking for signals, so that nobody tells what another tells."""
    RECONCILIATION = 3_140_003
    """Checking that every report is accounted for."""
