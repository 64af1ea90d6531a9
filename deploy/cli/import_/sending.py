"""From rows to intake's bulk door: a few requests at a time, each tried again while the door is busy or away."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

import httpx2

from deploy.cli.import_.account import Account
from deploy.cli.import_.mapping import Mapping
from deploy.cli.import_.table import Row

DOOR = "/api/v1/reports/bulk"
AT_ONCE = 3
MOST_BYTES = 8 * 1024 * 1024
"""Of one request; intake takes 16 MiB."""
TRIES = 8
LONGEST_PAUSE_SECONDS = 10.0
_BUSY = frozenset({429, 502, 503, 504})


class CannotSend(Exception):
    """The import cannot go on; the message says why, `account` how far it came."""

    def __init__(self, message: str, account: Account) -> None:
        super().__init__(message)
        self.account = account


class _Refused(Exception):
    """The door refused the whole request."""


@dataclass(frozen=True)
class _Batch:
    lines: list[int]
    body: bytes


async def send_all(
    rows: Iterable[Row],
    mapping: Mapping,
    account: Account,
    *,
    historic: bool,
    batch: int,
    url: str,
    key: str,
    advance: Callable[[int], object],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> None:
    """Send every row and enter what became of it into `account`. Raises `CannotSend`."""
    async with httpx2.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        timeout=60,
        trust_env=False,
        transport=transport,
    ) as client:
        batches = _batches(rows, mapping, account, historic=historic, size=batch, advance=advance)

        async def work() -> None:
            # One iterator for all workers: each takes the next batch when it is free, and only some rows are in memory.
            for each in batches:
                _enter(each, await _send(client, each, pause), account)
                advance(len(each.lines))

        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(AT_ONCE):
                    workers.create_task(work())
        except* (_Refused, httpx2.HTTPError) as failed:
            raise CannotSend(_why(failed.exceptions[0], url), account) from None


def _why(error: BaseException, url: str) -> str:
    if isinstance(error, httpx2.HTTPError):
        return f"{url} cannot be reached ({type(error).__name__}). Run the same command again to go on: nothing is added twice."
    return str(error)


def _batches(
    rows: Iterable[Row],
    mapping: Mapping,
    account: Account,
    *,
    historic: bool,
    size: int,
    advance: Callable[[int], object],
) -> Iterator[_Batch]:
    """Rows that can be sent, in batches bounded in number and bytes; the others are refused at once."""
    lines: list[int] = []
    items: list[bytes] = []
    seen: Counter[str] = Counter()
    length = 0
    for row in rows:
        account.read += 1
        item = _item(row, mapping, seen, account, historic=historic)
        if item is None:
            advance(1)
            continue
        if items and (len(items) == size or length + len(item) > MOST_BYTES):
            yield _body(lines, items)
            lines, items, length = [], [], 0
        lines.append(row.line)
        items.append(item)
        length += len(item) + 1
    if items:
        yield _body(lines, items)


def _item(
    row: Row, mapping: Mapping, seen: Counter[str], account: Account, *, historic: bool
) -> bytes | None:
    if row.problem:
        account.refuse(row.line, row.problem)
        return None
    try:
        report = mapping.report(row, seen)
    except ValueError as error:
        account.refuse(row.line, str(error))
        return None
    item = json.dumps({**report, "source": "import", "historic": historic}).encode()
    if len(item) > MOST_BYTES:
        account.refuse(row.line, "text: far too long")
        return None
    return item


def _body(lines: list[int], items: list[bytes]) -> _Batch:
    return _Batch(lines, b'{"reports":[' + b",".join(items) + b"]}")


async def _send(
    client: httpx2.AsyncClient, batch: _Batch, pause: Callable[[float], Awaitable[object]]
) -> list[dict[str, object]]:
    """The results, one for each line. Raises `_Refused`, or `httpx2.HTTPError` when the door stays away."""
    for attempt in range(TRIES):
        last = attempt == TRIES - 1
        wait = min(LONGEST_PAUSE_SECONDS, 0.25 * 2**attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - only spreads retries
        try:
            answer = await client.post(DOOR, content=batch.body)
        except httpx2.TransportError:
            if last:
                raise
            await pause(wait)
            continue
        if answer.status_code not in _BUSY or last:
            return _results(answer)
        await pause(_asked_pause(answer) or wait)
    raise AssertionError("the last try returns or raises")


def _asked_pause(answer: httpx2.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), 60.0) if asked.isdigit() else None


def _results(answer: httpx2.Response) -> list[dict[str, object]]:
    if answer.is_success:
        found: list[dict[str, object]] = answer.json()["results"]
        return found
    if answer.status_code in (401, 403):
        raise _Refused(
            f"the key is refused ({_reason(answer)}): set INSIGHT_KEY to one of this estate that may send reports."
        )
    if answer.status_code in _BUSY:
        raise _Refused(
            f"intake has no time (HTTP {answer.status_code}). Run the same command again later."
        )
    raise _Refused(f"intake does not take this (HTTP {answer.status_code}).")


def _reason(answer: httpx2.Response) -> str:
    """What the door says, or its number where it is not intake that answers."""
    try:
        return str(answer.json()["detail"]).rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"


def _enter(batch: _Batch, results: list[dict[str, object]], account: Account) -> None:
    for line, result in zip(batch.lines, results, strict=True):
        match result:
            case {"status": "accepted", "masked": dict(masked)}:
                account.accepted += 1
                account.masked += sum(masked.values())
            case {"status": "already-there"}:
                account.already_there += 1
            case {"errors": list(errors)}:
                account.refuse(line, "; ".join(f"{e['field']}: {e['message']}" for e in errors))
