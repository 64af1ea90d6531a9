"""Is the history still as it was written? Pure: entries, head and anchors go in, what does not fit comes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.platform.audit.chain import FIRST_HASH, Entry, link

Head = tuple[int, bytes]
"""Number and hash of a last entry."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it stands in the table."""

    number: int
    entry: Entry
    hash: bytes


class Fault(StrEnum):
    CHANGED = "changed"
    """The entry, its number, its hash or its place differs from what was written."""
    MISSING = "missing"
    """Entries between two others are gone."""
    CUT_OFF = "cut-off"
    """Entries at the end are gone."""
    UNKNOWN_END = "unknown-end"
    """The head does not name the last entry: it was changed, or entries were added past it."""
    REWRITTEN = "rewritten"
    """The chain fits together, and yet is not the one that an anchor was told of."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not fit, and where: entries `first` to `last`."""

    fault: Fault
    first: int
    last: int
    record: str = ""
    """The record that the entry is about, where one entry is meant."""

    def __str__(self) -> str:
        where = (
            f"entry {self.first}"
            if self.first == self.last
            else f"entries {self.first} to {self.last}"
        )
        about = f" (about {self.record})" if self.record else ""
        return f"{where}{about}: {_WORDS[self.fault]}"


_WORDS = {
    Fault.CHANGED: "changed, moved or put in after it was written",
    Fault.MISSING: "missing",
    Fault.CUT_OFF: "missing at the end",
    Fault.UNKNOWN_END: "not what the head says is the end",
    Fault.REWRITTEN: "rewritten since the anchor outside the database",
}


class Verification:
    """Give it every entry in the order of their numbers, then ask for the findings: none when nothing was tampered with."""

    def __init__(self, head: Head, anchors: Iterable[Head] = ()) -> None:
        """`head` is the table's own; `anchors` were told outside. Both must not be newer than the entries."""
        self._head = head
        self._anchors = sorted({*anchors, (0, FIRST_HASH)})
        self._next_anchor = 0
        self._sound_anchor = 0
        self._number = 0
        self._hash = FIRST_HASH
        self._findings: list[Finding] = []

    @property
    def number(self) -> int:
        """Of the entry seen last."""
        return self._number

    def see(self, kept: Kept) -> None:
        wanted = self._number + 1
        if kept.number > wanted:
            self._find(Fault.MISSING, wanted, kept.number - 1)
        elif kept.number < wanted or kept.hash != link(self._hash, wanted, kept.entry.digest):
            record = f"{kept.entry.kind} {kept.entry.record_id}"
            self._find(Fault.CHANGED, kept.number, kept.number, record)
        if kept.number >= wanted:
            self._number, self._hash = kept.number, kept.hash
            self._compare_anchors()

    def findings(self) -> list[Finding]:
        """Once, after the last entry."""
        number, hash_ = self._head
        last = self._number
        known = max(number, self._anchors[-1][0])
        if known > last:
            self._find(Fault.CUT_OFF, last + 1, known)
        if number < last or (number == last and hash_ != self._hash):
            self._find(Fault.UNKNOWN_END, min(number + 1, last), last)
        return self._findings

    def _compare_anchors(self) -> None:
        while self._next_anchor < len(self._anchors):
            number, hash_ = self._anchors[self._next_anchor]
            if number > self._number:
                return
            self._next_anchor += 1
            if number == self._number and hash_ != self._hash:
                self._find_rewritten(number)
            elif number == self._number:
                self._sound_anchor = number

    def _find_rewritten(self, last: int) -> None:
        """Every anchor after the first that does not hold differs, too: one finding for all of them."""
        first = self._sound_anchor + 1
        if self._findings and self._findings[-1].fault is Fault.REWRITTEN:
            first = self._findings.pop().first
        self._find(Fault.REWRITTEN, first, last)

    def _find(self, fault: Fault, first: int, last: int, record: str = "") -> None:
        self._findings.append(Finding(fault, first, last, record))
