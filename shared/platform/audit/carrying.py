"""For migrations: what was kept elsewhere goes to the end of the chain, with its own times. Nothing else writes entries but
`append_audit`, which knows no time but its own."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection, insert, select, update

from shared.platform.audit.chain import Entry, link
from shared.platform.tables import audit_entry, audit_head

_AT_A_TIME = 2_000


def carry_over(connection: Connection, entries: Iterable[Entry]) -> None:
    """Adds the entries in their order, by the formula of all others."""
    number, hash_ = connection.execute(
        select(audit_head.c.number, audit_head.c.hash).with_for_update()
    ).one()
    waiting = iter(entries)
    while some := list(islice(waiting, _AT_A_TIME)):
        rows = []
        for entry in some:
            number += 1
            hash_ = link(hash_, number, entry.digest)
            rows.append(asdict(entry) | {"number": number, "hash": hash_})
        connection.execute(insert(audit_entry), rows)
    connection.execute(update(audit_head).values(number=number, hash=hash_))
