"""`insight import`: how it goes on when intake's door is busy, away or shut. A hand-written door stands in for intake."""

import json
from collections.abc import Callable

import httpx2
import pytest

from deploy.cli.import_.account import Account
from deploy.cli.import_.mapping import read_mapping
from deploy.cli.import_.sending import TRIES, CannotSend, send_all
from deploy.cli.import_.table import Row

MAPPING = read_mapping(
    None, ["text=t", "id=i"], ["reporter=PG1", "provider=RZ1", "happened_on=2022-03-31"], []
)
Answer = Callable[[httpx2.Request], httpx2.Response]


class Door:
    """Takes every report once; before that, answers as it is told to, one answer for each request."""

    def __init__(self, *first: Answer) -> None:
        self._first = list(first)
        self.requests = 0
        self.kept: dict[str, dict[str, object]] = {}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests += 1
        if self._first:
            return self._first.pop(0)(request)
        return httpx2.Response(
            200, json={"results": [self._take(each) for each in _reports(request)]}
        )

    def _take(self, report: dict[str, object]) -> dict[str, object]:
        key = str(report["idempotency_key"])
        if report["text"] == "bad":
            return {"status": "refused", "errors": [{"field": "text", "message": "Enter it"}]}
        status = "already-there" if key in self.kept else "accepted"
        self.kept[key] = report
        return {"status": status, "masked": {"phone": 2}, "errors": []}


def _reports(request: httpx2.Request) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(request.content)["reports"]
    return found


def busy(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(429, headers={"Retry-After": "3"})


def away(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused")


def shut(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(401)


class Import:
    """One run of the import against a door; notes how long it paused and how far the bar came."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.account = Account()
        self.pauses: list[float] = []
        self.advanced = 0

    async def run(self, rows: list[Row], *, batch: int = 2, historic: bool = True) -> Account:
        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)

        def advance(count: int) -> None:
            self.advanced += count

        await send_all(
            rows,
            MAPPING,
            self.account,
            historic=historic,
            batch=batch,
            url="http://door.example",
            key="key",
            advance=advance,
            pause=pause,
            transport=httpx2.MockTransport(self.door),
        )
        return self.account


def rows(*texts: str) -> list[Row]:
    return [Row(line, {"t": text, "i": str(line)}) for line, text in enumerate(texts, start=2)]


async def test_every_row_is_in_the_account_once() -> None:
    run = Import(Door())
    account = await run.run([*rows("a", "b", "bad", "d"), Row(9, {}, "not readable")])
    assert (account.read, account.accepted, account.masked) == (5, 3, 6)
    assert {(each.line, each.reason) for each in account.refused} == {
        (4, "text: Enter it"),
        (9, "not readable"),
    }
    assert run.advanced == 5
    assert run.door.requests == 2


async def test_rows_are_history_unless_they_are_live() -> None:
    door = Door()
    await Import(door).run(rows("a"))
    assert [each["historic"] for each in door.kept.values()] == [True]
    await Import(door).run(rows("a"), historic=False)
    assert [each["historic"] for each in door.kept.values()] == [False]


async def test_the_second_run_finds_everything_there() -> None:
    door = Door()
    await Import(door).run(rows("a", "b", "c"))
    account = await Import(door).run(rows("a", "b", "c"))
    assert (account.accepted, account.already_there) == (0, 3)


async def test_a_busy_door_is_asked_again_when_it_says() -> None:
    run = Import(Door(busy, busy))
    account = await run.run(rows("a"))
    assert account.accepted == 1
    assert run.pauses == [3.0, 3.0]


async def test_a_lost_connection_is_tried_again_with_growing_pauses() -> None:
    run = Import(Door(*[away] * (TRIES - 1)))
    account = await run.run(rows("a"))
    assert account.accepted == 1
    assert max(run.pauses[:2]) < max(run.pauses[-2:])


async def test_a_door_that_stays_away_ends_the_import_with_a_sentence() -> None:
    run = Import(Door(*[away] * TRIES * 3))
    with pytest.raises(CannotSend, match="cannot be reached") as ended:
        await run.run(rows("a"))
    assert ended.value.account.read == 1
    assert run.door.requests == TRIES


async def test_a_wrong_key_ends_the_import_at_once() -> None:
    run = Import(Door(shut, shut, shut))
    with pytest.raises(CannotSend, match="INSIGHT_KEY"):
        await run.run(rows("a"))
    assert run.pauses == []
