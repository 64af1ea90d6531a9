"""`insight dead-letters`: what services set aside, and what is to become of it."""

from deploy.cli.dead_letters.command import app

__all__ = ["app"]
