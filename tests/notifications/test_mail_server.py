"""Handing mails over to a real server that accepts, refuses, puts off, falls silent or is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from uuid_utils.compat import uuid7

from services.notifications.domain import Accepted, Outcome, PutOff, Refused, Unanswered
from services.notifications.mail_server import Limits, Mail, MailServer
from tests.notifications.postbox import Postbox

LIMITS = Limits(handover=5, reply=2, final_reply=0.3)
CONTENT = b"Subject: test\r\n\r\nfirst\r\n.begins with a dot\r\n.\r\nlast\r\n"


def mail(address: str = "a@northfield.example") -> Mail:
    return Mail(uuid7(), address, CONTENT, None)


@asynccontextmanager
async def server_for(postbox: Postbox, connections: int = 1) -> AsyncIterator[MailServer]:
    server = MailServer(
        postbox.url, sender="insight@insight.example", connections=connections, limits=LIMITS
    )
    try:
        yield server
    finally:
        await server.close()


def now() -> float:
    return asyncio.get_running_loop().time()


async def deliver(server: MailServer, *mails: Mail) -> list[Outcome]:
    """Outcomes in the order of `mails`."""
    delivered = {one.message_id: one.outcome for one in await server.deliver(mails, now())}
    return [delivered[one.message_id] for one in mails]


async def test_a_mail_arrives_as_it_was_composed(postbox: Postbox) -> None:
    async with server_for(postbox) as server:
        assert await deliver(server, mail()) == [Accepted()]
    [received] = postbox.received
    assert received.address == "a@northfield.example"
    content = received.message.get_payload()
    assert str(content).splitlines() == ["first", ".begins with a dot", ".", "last"]


async def test_many_mails_share_a_few_connections(postbox: Postbox) -> None:
    mails = [mail(f"a{number}@northfield.example") for number in range(40)]
    async with server_for(postbox, connections=3) as server:
        assert await deliver(server, *mails) == [Accepted()] * 40
        assert await deliver(server, mail()) == [Accepted()]
    assert len(set(postbox.addresses)) == 41
    assert postbox.connections == 3


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("550 no such user", Refused(550)), ("451 come back later", PutOff(451))],
)
async def test_a_refusal_of_an_address_holds_up_nobody_else(
    postbox: Postbox, reply: str, outcome: Outcome
) -> None:
    postbox.answer_address = lambda address: reply if address.startswith("bad") else "250 OK"
    async with server_for(postbox) as server:
        outcomes = await deliver(server, mail(), mail("bad@northfield.example"), mail())
    assert outcomes == [Accepted(), outcome, Accepted()]
    assert postbox.connections == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("554 not this one", Refused(554)),
        ("452 disk full", PutOff(452)),
        ("399 what does this mean", Unanswered()),
    ],
)
async def test_a_refusal_of_the_content_is_told_by_its_code(
    postbox: Postbox, reply: str, outcome: Outcome
) -> None:
    postbox.answer_mail = lambda _: reply
    async with server_for(postbox) as server:
        assert await deliver(server, mail()) == [outcome]


async def test_a_mail_that_was_handed_over_and_not_answered_is_not_offered_again(
    postbox: Postbox,
) -> None:
    postbox.go_on.clear()
    async with server_for(postbox) as server:
        assert await deliver(server, mail()) == [Unanswered()]
        postbox.go_on.set()
        assert await deliver(server, mail()) == [Accepted()]


async def test_a_connection_cut_after_the_handover_leaves_the_mail_unanswered(
    postbox: Postbox,
) -> None:
    postbox.go_on.clear()
    async with server_for(postbox) as server:
        delivering = asyncio.create_task(deliver(server, mail()))
        await postbox.holding.wait()
        postbox.cut()
        assert await delivering == [Unanswered()]


async def test_with_nobody_there_every_mail_is_put_off(postbox: Postbox) -> None:
    await postbox.stop()
    async with server_for(postbox, connections=2) as server:
        assert await deliver(server, *(mail() for _ in range(20))) == [PutOff()] * 20
        await postbox.start()
        assert await deliver(server, mail()) == [Accepted()]


async def test_a_connection_that_the_server_dropped_is_made_anew(postbox: Postbox) -> None:
    async with server_for(postbox) as server:
        assert await deliver(server, mail()) == [Accepted()]
        postbox.cut()
        assert await deliver(server, mail()) == [Accepted()]
    assert postbox.connections == 2


async def test_what_is_late_is_not_begun(postbox: Postbox) -> None:
    async with server_for(postbox) as server:
        [delivered] = await server.deliver([mail()], now() - LIMITS.handover)
    assert delivered.outcome == PutOff()
    assert postbox.connections == 0


async def test_a_process_that_froze_before_the_handover_does_not_hand_over(
    postbox: Postbox, freeze: Callable[[], None]
) -> None:
    def frozen(_: str) -> str:
        freeze()
        return "250 OK"

    postbox.answer_address = frozen
    async with server_for(postbox) as server:
        assert await deliver(server, mail()) == [PutOff()]
        postbox.answer_address = lambda _: "250 OK"
    assert postbox.received == []


@pytest.fixture
def freeze(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The loop's clock is far ahead all of a sudden, as it is for a process that was stopped and goes on."""

    def leap() -> None:
        loop = asyncio.get_running_loop()
        clock = loop.time
        monkeypatch.setattr(loop, "time", lambda: clock() + LIMITS.handover)

    return leap


async def test_when_the_process_is_to_end_no_other_mail_is_begun(postbox: Postbox) -> None:
    postbox.go_on.clear()
    async with server_for(postbox) as server:
        delivering = asyncio.create_task(deliver(server, mail(), mail()))
        await postbox.holding.wait()
        server.stop()
        postbox.go_on.set()
        assert await delivering == [Accepted(), PutOff()]


@pytest.mark.parametrize("url", ["localhost:25", "http://localhost", "smtp://", "smtps:///x"])
def test_an_address_that_is_no_mail_servers_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://host:port"):
        MailServer(url, sender="a@b.example", connections=1, limits=LIMITS)
