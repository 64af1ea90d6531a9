"""Every statement of reporting: `facts` and `counts` keep the read model, `letters` what was set aside, `reconciliation` the account
of every report; the others answer the pages."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.repository import reconciliation
from services.reporting.repository.counts import tallies, told
from shared.platform.account import Account

__all__ = ["account", "tallies", "told"]


async def account(connection: AsyncConnection) -> Account:
    """What this service tells of the whole: its counts, and where reports wait."""
    checked = await reconciliation.newest(connection)
    return Account(await told(connection), waiting=checked.waiting if checked else ())
