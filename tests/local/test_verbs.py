"""The `insight` command as a whole."""

from typer.testing import CliRunner

from deploy.cli.main import VERBS, build


def test_every_verb_is_there_and_says_what_it_does() -> None:
    told = CliRunner().invoke(build(VERBS), ["--help"])
    assert told.exit_code == 0
    for verb in VERBS:
        assert f" {verb} " in told.stdout


def test_a_verb_alone_is_called_by_its_name_as_among_the_others() -> None:
    for verbs in (["topics"], VERBS):
        assert CliRunner().invoke(build(verbs), ["topics", "--help"]).exit_code == 0
