"""Set-up ends in one sentence when it cannot go on, and costs nothing when there is nothing to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import setup

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "could not download"),
        ("npm could not install the design system: code EAI_AGAIN", "could not download"),
        ("Error: ensurepip is not available", "apt install python3-venv"),
        ("something else\nat last", "something else\nat last"),
    ],
)
def test_what_failed_is_said_with_what_to_do(output: str, sentence: str) -> None:
    assert sentence in setup._explain(output, "downloading")


def test_a_python_without_venv_gets_one_sentence_and_a_failure(tmp_path: Path) -> None:
    """As Debian's python3 is without python3-venv: `venv` can be imported, `ensurepip` is missing."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "setup.py").write_text((ROOT / "deploy" / "setup.py").read_text())
    hidden = "import sys, runpy; sys.modules['ensurepip'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", hidden, tmp_path / "deploy" / "setup.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("insight: ")
    assert "apt install python3-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()


def test_a_step_is_due_again_when_an_input_changes_or_its_product_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup, "LOG", tmp_path / "log")
    given, product = tmp_path / "given", tmp_path / "product"
    given.write_text("one")
    step = setup.Step("copy", "copying", ["cp", given, product], [given], product)
    assert step.due()
    step.run(began=0)
    assert not step.due()
    given.write_text("two")
    assert step.due()
    step.run(began=0)
    product.unlink()
    assert step.due()


def test_one_certificate_setting_serves_every_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/own.pem")
    told = setup._environment()
    assert (
        told["NODE_EXTRA_CA_CERTS"] == told["PIP_CERT"] == told["REQUESTS_CA_BUNDLE"] == "/own.pem"
    )


def test_make_alone_lists_the_targets() -> None:
    done = subprocess.run(
        ["make"], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert {"setup", "run", "test", "check", "format", "demo", "bench", "lock", "clean"} <= listed
