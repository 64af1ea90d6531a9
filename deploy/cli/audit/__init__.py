"""`insight audit`: is each service's history still as it was written?"""

from deploy.cli.audit.command import app

__all__ = ["app"]
