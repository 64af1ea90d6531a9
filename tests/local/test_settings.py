"""Ports follow the front door's, and a wrong setting gets a sentence."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from deploy.local.parts import service_environment
from deploy.local.settings import SERVICES, EstateSettings, database_url, free_ports

INSIGHT = Path(sys.executable).parent / "insight"


def insight(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [INSIGHT, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_part_has_a_port_of_its_own() -> None:
    ports = [port for port, _ in EstateSettings(port=9000).ports()]
    assert sorted(ports) == list(range(9000, 9011))


def test_external_servers_leave_their_ports_alone() -> None:
    settings = EstateSettings(
        kafka="kafka.example:9092", smtp="smtp://mail.example:25", sign_in="https://id.example"
    )
    uses = {use for _, use in settings.ports()}
    assert uses == {
        "the front door",
        "intake",
        "classification",
        "actions",
        "notifications",
        "reporting",
    }
    assert settings.bootstrap == "kafka.example:9092"
    assert settings.issuer == "https://id.example"
    assert settings.mail_server == "smtp://mail.example:25"


def test_a_database_address_keeps_its_password_and_options() -> None:
    url = database_url("postgresql://user:p%40ss@db.example:5433/?ssl=require", "insight_intake")
    assert url == "postgresql+asyncpg://user:p%40ss@db.example:5433/insight_intake?ssl=require"


def test_a_wrong_port_is_one_sentence_that_names_the_setting() -> None:
    done = insight("run", INSIGHT_PORT="abc")
    assert done.returncode == 1
    assert done.stderr.startswith("insight: INSIGHT_PORT is not usable")
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_one_sentence_that_names_it_and_what_to_set(tmp_path: Path) -> None:
    first = free_ports()
    with socket.create_server(("127.0.0.1", first + 3)):
        done = insight("run", INSIGHT_PORT=str(first), INSIGHT_DATA=str(tmp_path))
    assert done.returncode == 1
    assert f"Port {first + 3}, wanted for actions, is taken" in done.stderr
    assert "INSIGHT_PORT" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_status_of_nothing_says_so_and_fails(tmp_path: Path) -> None:
    done = insight("status", "--json", INSIGHT_PORT=str(free_ports()), INSIGHT_DATA=str(tmp_path))
    assert done.returncode == 1
    assert '"ok": false' in done.stdout


def test_only_the_service_where_people_sign_in_is_told_how_we_prove_who_we_are(
    tmp_path: Path,
) -> None:
    settings = EstateSettings(
        sign_in="https://id.example",
        sign_in_client_auth="private_key_jwt",
        sign_in_key_file=tmp_path / "key.pem",
        sign_in_acr_values="AAL3_ANY",
        sign_in_client_secret=SecretStr("given"),
    )
    secrets = dict.fromkeys(("session_key", "administrator_key", "sign_in_client_secret"), "made")
    told = {name: service_environment(settings, name, "url", secrets) for name in SERVICES}
    assert told["intake"]["INTAKE_SIGN_IN_CLIENT_AUTH"] == "private_key_jwt"
    assert told["intake"]["INTAKE_SIGN_IN_KEY_FILE"] == str(tmp_path / "key.pem")
    assert told["intake"]["INTAKE_SIGN_IN_ACR_VALUES"] == "AAL3_ANY"
    assert told["intake"]["INTAKE_SIGN_IN_CLIENT_SECRET"] == "given"
    assert "INTAKE_SIGN_IN_SCOPES" not in told["intake"]
    for name in SERVICES:
        assert told[name][f"{name.upper()}_SIGN_IN_ISSUER"] == "https://id.example"
        theirs = {one for one in told[name] if "SIGN_IN" in one}
        assert name == "intake" or len(theirs) == 1
