"""Code that is broken on purpose, each in one way that a careful programmer might have thought good enough, and the harm that shows it.

A rig whose account comes out even whatever is broken proves nothing. So each of these must come out wrong, and say how.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from deploy.cli.faults import strikes
from deploy.cli.faults.fleet import Fleet
from deploy.cli.faults.ledger.account import Account
from deploy.cli.faults.load.working import Work
from deploy.cli.faults.rig import Harm, account_of
from deploy.cli.faults.sizes import Size
from deploy.cli.faults.variants import Change, build
from deploy.local.settings import EstateSettings
from shared.platform.points import Point

MAIL_LEASE_SECONDS = 3
_HOUR = 3600.0
_BUNCH = 150
"""Reports, at once."""


@dataclass(frozen=True)
class Mutant:
    """`service` runs the broken code; `parts` are what runs besides intake. With one of `caught` begin the words by which the account must say
    so."""

    name: str
    broken: str
    service: str
    changes: Sequence[Change]
    harm: Harm
    caught: tuple[str, ...]
    parts: Sequence[str] = ()
    processes: int = 1
    clocks: dict[str, float] = field(default_factory=dict)

    @property
    def size(self) -> Size:
        return Size("mutant", 500, 120, processes=self.processes, live=0.4, poison=0.05)


async def run(
    mutant: Mutant,
    seed: int,
    settings: EstateSettings,
    say: Callable[[str], None],
    *,
    healthy: bool = False,
) -> Account:
    """The account of the broken code, or, for comparison, of the healthy code in the same run. Raises what `account_of` does."""
    changes = () if healthy else mutant.changes
    code = build(changes, settings.folder / "code")
    fleet = Fleet(
        settings,
        say,
        only=("intake", mutant.service, *mutant.parts),
        code={mutant.service: code},
        clocks=mutant.clocks,
        mail_lease=MAIL_LEASE_SECONDS,
    )
    return await account_of(fleet, mutant.size, seed, mutant.harm)


async def _nothing(_: Fleet, __: Work) -> None:
    """Two processes at the same work, or one with a wrong clock, are harm enough."""


async def _replay_all(fleet: Fleet, work: Work) -> None:
    await work.until_promised(work.size.reports)
    await strikes.replay(fleet, "actions", None)


def _busy(
    strike: Callable[[Fleet, str, Point], Awaitable[None]],
    service: str,
    point: Point,
    *,
    times: int = 1,
) -> Harm:
    """The strike when there is much in the service's hands. More than once where it may still meet something small."""

    async def harm(fleet: Fleet, work: Work) -> None:
        for _ in range(times):
            await work.until_promised(work.size.reports // 4)
            await asyncio.gather(strike(fleet, service, point), work.direct.send(_BUNCH))

    return harm


_LISTENER = "shared/platform/listener.py"
_REPOSITORY = "shared/platform/repository.py"
_NO_LOCK = Change(_REPOSITORY, "pg_try_advisory_xact_lock(_RELAY_LOCK)", "coalesce(True)")

MUTANTS = (
    Mutant(
        "no-inbox",
        "every record is taken for a new one",
        "actions",
        [
            Change(
                "shared/platform/batches.py",
                "fresh = await repository.claim_events(tx.connection, todo.keys())",
                "fresh = set(todo)",
            )
        ],
        _replay_all,
        ("poison set aside by actions",),
    ),
    Mutant(
        "offsets-first",
        "offsets are committed before the effects",
        "classification",
        [
            Change(
                _LISTENER,
                "            with self._metrics.batch_seconds.time():\n",
                "            await self._commit(consumer, after)\n"
                "            with self._metrics.batch_seconds.time():\n",
            )
        ],
        _busy(strikes.kill_at, "classification", Point.BATCH_WRITTEN),
        ("verdicts given", "poison set aside by classification"),
    ),
    Mutant(
        "no-rewind",
        "offsets are committed although the database was away",
        "actions",
        [
            Change(
                _LISTENER, "self._rewind(consumer, first, error)", "self._commit(consumer, after)"
            )
        ],
        lambda fleet, _: strikes.shut_off(fleet, "actions"),
        ("cases: ",),
        processes=2,
    ),
    Mutant(
        "no-relay-lock",
        "two relays at work on one outbox",
        "actions",
        [_NO_LOCK],
        _nothing,
        ("facts that actions published twice",),
        processes=2,
    ),
    Mutant(
        "relay-skips-locked",
        "relays share an outbox by SKIP LOCKED, as one does with work that has no order",
        "actions",
        [
            _NO_LOCK,
            Change(
                _REPOSITORY,
                "        .order_by(outbox.c.id)\n        .limit(limit)\n",
                "        .order_by(outbox.c.id)\n        .limit(limit)\n"
                "        .with_for_update(skip_locked=True)\n",
            ),
        ],
        _busy(strikes.freeze_at, "actions", Point.RELAY_TAKEN, times=4),
        ("out of order",),
        processes=2,
    ),
    Mutant(
        "timers-unlocked",
        "due timers are read, fired, and deleted afterwards",
        "actions",
        [
            Change(
                _REPOSITORY,
                '            "DELETE FROM timer USING ("\n            "  SELECT kind, subject FROM timer"\n',
                '            "SELECT kind, subject, due_at, traceparent FROM timer"\n',
            ),
            Change(
                _REPOSITORY,
                '            "  ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED"\n'
                '            ") AS due WHERE timer.kind = due.kind AND timer.subject = due.subject"\n'
                '            " RETURNING timer.kind, timer.subject, timer.due_at, timer.traceparent"\n',
                '            "  ORDER BY due_at LIMIT :limit"\n',
            ),
            Change(
                "shared/platform/timers.py",
                "            if due:\n                reach(Point.TIMERS_WRITTEN)\n",
                "            await repository.remove_timers(\n"
                "                tx.connection, [(one.kind, one.subject) for one in due]\n"
                "            )\n"
                "            if due:\n                reach(Point.TIMERS_WRITTEN)\n",
            ),
            Change(
                "services/actions/repository/changes.py",
                "        .order_by(case_.c.report_id)\n        .with_for_update()\n",
                "        .order_by(case_.c.report_id)\n",
            ),
        ],
        _busy(strikes.freeze_at, "actions", Point.TIMERS_WRITTEN),
        ("reminders published", "breaches published"),
        processes=2,
    ),
    Mutant(
        "own-clock",
        "the process's own clock says what time it is",
        "intake",
        [
            Change(
                "shared/platform/transaction.py",
                "now = (await connection.execute(select(func.now()))).scalar_one()",
                "now = datetime.now(UTC)",
            ),
            Change(
                "shared/platform/transaction.py",
                "from datetime import datetime\n",
                "from datetime import UTC, datetime\n",
            ),
        ],
        _nothing,
        ("deadlines as promised",),
        parts=("actions",),
        clocks={"intake": 2 * _HOUR},
    ),
    Mutant(
        "answer-first",
        "the receipt leaves before the report is committed",
        "intake",
        [
            Change(
                "shared/platform/http.py",
                'Tx = Annotated[Transaction, Depends(_begin, scope="function")]',
                'Tx = Annotated[Transaction, Depends(_begin, scope="request")]',
            )
        ],
        _busy(strikes.kill_at, "intake", Point.DOOR_WRITTEN),
        ("receipts kept by intake",),
    ),
    Mutant(
        "mails-again",
        "a mail that a vanished process was sending is sent again",
        "notifications",
        [
            Change(
                "services/notifications/domain/messages.py",
                "    if begun:\n        return Standing(MessageState.UNKNOWN, Reason.INTERRUPTED)\n",
                "",
            )
        ],
        _busy(strikes.kill_at, "notifications", Point.MAIL_ACCEPTED),
        # The second is of a mail that was not wanted any more when it should have been sent again: accepted, and nobody knows.
        ("mails accepted more than once", "mails accepted: 0 lost"),
        parts=("actions", "mailbox"),
    ),
)
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
