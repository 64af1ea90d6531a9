"""The `insight` command: one module per verb, listed here."""

import typer

from deploy.cli import contracts, migrate, run, status, topics

app = typer.Typer(
    name="insight",
    help="Runs Insight on this machine and looks after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run.run)
app.command("status")(status.status)
app.command("migrate")(migrate.migrate)
app.command("topics")(topics.topics)
app.add_typer(contracts.app, name="contracts")
