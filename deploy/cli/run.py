"""`insight run`: everything, until Ctrl-C."""

import asyncio
import signal
import time

from deploy.cli.console import estate_settings, fail
from deploy.local.estate import Estate
from deploy.local.folder import CannotStart
from deploy.local.people import NotTaken, personas
from deploy.local.programs import DidNotStart
from deploy.local.settings import EstateSettings

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> None:
    """Start the whole of Insight on this machine; Ctrl-C stops it."""
    settings = estate_settings()
    try:
        asyncio.run(_run(settings))
    except (CannotStart, DidNotStart, NotTaken, OSError) as problem:
        fail(problem)


async def _run(settings: EstateSettings) -> None:
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  {line}", flush=True)

    say(f"Starting Insight; its data is in {settings.folder}")
    estate = Estate(settings, say)
    life = asyncio.create_task(_live(estate))
    _listen_for_signals(life, estate)
    try:
        await life
    except asyncio.CancelledError:
        print("\nStopping...", flush=True)
    finally:
        await estate.stop()
    print("Stopped. The data is kept; start again with `make run`.", flush=True)


async def _live(estate: Estate) -> None:
    await estate.start()
    print(banner(estate.settings), flush=True)
    await asyncio.Event().wait()


def _listen_for_signals(life: "asyncio.Task[None]", estate: Estate) -> None:
    """The first signal stops everything in order, a second one at once."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if life.done() or life.cancelling():
            estate.kill_all()
        else:
            life.cancel()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal)


def banner(settings: EstateSettings) -> str:
    """What to open and who to be."""
    lines = ["", f"  Insight is at {settings.url}", ""]
    if settings.sign_in is None:
        lines.append("  Sign in as one of these fictional people:")
        for person in personas():
            what = ", ".join(person.roles).replace("-", " ")
            lines.append(f"    {person.name:<16} {what:<14} {' and '.join(person.organisations)}")
        lines.append("")
    if settings.smtp is None:
        lines.append(f"  Mails are read at {settings.mailbox_url}")
    lines.append("  `make demo` fills it with a believable history. Ctrl-C stops it.")
    return "\n".join([*lines, ""])
