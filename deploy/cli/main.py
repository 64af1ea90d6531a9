"""The `insight` command: one module per verb, listed here."""

import typer

from deploy.cli import (
    audit,
    classify,
    contracts,
    directory,
    import_,
    migrate,
    run,
    status,
    themes,
    topics,
)
from deploy.cli.bench import command as bench
from deploy.cli.demo import command as demo

app = typer.Typer(
    name="insight",
    help="Runs Insight on this machine and looks after it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run.run)
app.command("status")(status.status)
app.command("import")(import_.import_file)
app.command("classify")(classify.classify_file)
app.command("demo")(demo.demo)
app.command("migrate")(migrate.migrate)
app.command("topics")(topics.topics)
app.command("bench")(bench.bench)
app.add_typer(audit.app, name="audit")
app.add_typer(contracts.app, name="contracts")
app.add_typer(directory.app, name="directory")
app.add_typer(themes.app, name="themes")
