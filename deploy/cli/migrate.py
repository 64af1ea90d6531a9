"""`insight migrate`: the databases, made and brought up to date."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from deploy.cli.console import estate_settings, fail
from deploy.local.estate import prepare_databases
from deploy.local.folder import read_secrets


def migrate() -> None:
    """Make the five databases and their roles where they are missing, and migrate each to the newest revision.

    Works on the server of INSIGHT_POSTGRES, or on the embedded one while `insight run` is running.
    """
    settings = estate_settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    password = read_secrets(settings.folder)["database_password"]
    try:
        asyncio.run(prepare_databases(settings, password))
    except (OSError, SQLAlchemyError) as problem:
        fail(
            f"PostgreSQL does not answer or refused ({problem}). Is INSIGHT_POSTGRES right, or `insight run` running?"
        )
    print("The databases are up to date.")
