"""What is published about the contracts is what the code does, and a change that breaks somebody is called so."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from deploy.cli.contracts import app
from deploy.cli.contracts.asyncapi import CONTRACTS, PUBLISHERS
from deploy.cli.contracts.breaking import breaking_changes
from deploy.cli.contracts.documents import compare, documents, schema_of
from deploy.local.topics import load
from shared.contracts.reports import ReportSubmitted

PUBLISHED = Path("docs/contracts")
Json = dict[str, object]


def _published(name: str) -> Json:
    content: Json = json.loads((PUBLISHED / name).read_text())
    return content


def test_the_published_documents_are_current() -> None:
    assert [each.describe() for each in compare(PUBLISHED)] == []


def test_every_fact_names_a_declared_topic_and_every_topic_its_publisher() -> None:
    declared = {topic.name for topic in load()}
    used = {getattr(each, "topic", "insight.heartbeats.v1") for each in CONTRACTS}
    assert used <= declared
    assert used == set(PUBLISHERS)


def test_the_version_in_a_types_name_is_that_of_its_topic() -> None:
    for contract in CONTRACTS:
        topic = getattr(contract, "topic", "insight.heartbeats.v1")
        assert contract.type.rpartition(".")[2] == topic.rpartition(".")[2]


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _follow(document: Json, reference: str) -> object:
    node: object = document
    for step in reference.removeprefix("#/").split("/"):
        assert isinstance(node, dict), reference
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


@pytest.mark.parametrize("name", ["asyncapi.json", "openapi.json"])
def test_every_reference_of_a_document_leads_somewhere(name: str) -> None:
    document = _published(name)
    references = set(_references(document))
    assert references
    for reference in references:
        assert _follow(document, reference)


def _mappings(document: Json, *path: str) -> dict[str, Json]:
    node = _follow(document, "/".join(path))
    assert isinstance(node, dict)
    return node


def test_the_asyncapi_document_is_whole() -> None:
    document = _published("asyncapi.json")
    assert document["asyncapi"] == "3.0.0"
    assert set(_mappings(document, "info")) >= {"title", "version"}
    channels = _mappings(document, "channels")
    for name, channel in channels.items():
        assert channel["address"] == name
        assert channel["messages"]
    for operation in _mappings(document, "operations").values():
        assert operation["action"] in {"send", "receive"}
        channel = channels[str(_mappings(operation, "channel")["$ref"]).removeprefix("#/channels/")]
        offered = _mappings(channel, "messages")
        for one in _references(operation["messages"]):
            place, _, message = one.rpartition("/messages/")
            assert place == f"#/channels/{channel['address']}"
            assert message in offered
    types = {contract.type for contract in CONTRACTS}
    assert set(_mappings(document, "components", "messages")) == types
    for schema in _mappings(document, "components", "schemas").values():
        Draft202012Validator.check_schema(schema)


def test_who_listens_to_what_is_as_the_design_says() -> None:
    listens = {
        service: {
            name.split(".receive.")[1]
            for name in _mappings(_published("asyncapi.json"), "operations")
            if name.startswith(f"{service}.receive.")
        }
        for service in ("intake", "classification", "actions", "notifications", "reporting")
    }
    # Each does what was decided about what it set aside.
    assert all("insight.dead-letter-decisions.v1" in topics for topics in listens.values())
    assert listens["intake"] == {"insight.cases.v1", "insight.dead-letter-decisions.v1"}
    assert listens["classification"] == {
        "insight.dead-letter-decisions.v1",
        "insight.reports.v1",
        "insight.reclassifications.v1",
        "insight.directory.v1",
        "insight.sessions.v1",
    }
    assert listens["actions"] >= {"insight.reports.v1", "insight.themes.v1", "insight.directory.v1"}
    assert all("insight.sessions.v1" in listens[each] for each in listens if each != "intake")
    assert listens["notifications"] >= {
        f"insight.{name}.v1" for name in ("cases", "directory", "signals")
    }
    assert listens["reporting"] >= {
        f"insight.{name}.v1" for name in ("reports", "themes", "cases", "messages", "directory")
    }


def test_the_openapi_document_describes_the_programs_doors_and_no_page() -> None:
    paths = _mappings(_published("openapi.json"), "paths")
    assert "/api/v1/reports" in paths
    assert all(path.startswith("/api/v1/") for path in paths)


def _drop(schema: Json) -> None:
    _mappings(schema, "properties").pop("service")


def _require_new(schema: Json) -> None:
    _mappings(schema, "properties")["ward"] = {"type": "string"}
    schema["required"] = [*_list(schema, "required"), "ward"]


def _require_old(schema: Json) -> None:
    schema["required"] = [*_list(schema, "required"), "historic"]


def _make_optional(schema: Json) -> None:
    schema["required"] = [name for name in _list(schema, "required") if name != "provider"]


def _list(node: Json, name: str) -> list[object]:
    found = node[name]
    assert isinstance(found, list)
    return found


def _change_type(schema: Json) -> None:
    _mappings(schema, "properties")["historic"]["type"] = "string"


def _tighten(schema: Json) -> None:
    _mappings(schema, "properties")["text"]["maxLength"] = 100


def _drop_value(schema: Json) -> None:
    harm = _mappings(schema, "$defs")["Harm"]
    harm["enum"] = [value for value in _list(harm, "enum") if value != "fatal"]


def _add_value(schema: Json) -> None:
    harm = _mappings(schema, "$defs")["Harm"]
    harm["enum"] = [*_list(harm, "enum"), "catastrophic"]


def _forbid_none(schema: Json) -> None:
    _mappings(schema, "properties")["submitted_by"]["anyOf"] = [{"type": "string"}]


BREAKING: dict[str, tuple[Callable[[Json], None], str]] = {
    "a removed field": (_drop, "service: field removed"),
    "a new required field": (_require_new, "ward: new field is required"),
    "a field required now": (_require_old, "historic: is required now"),
    "a field no longer required": (_make_optional, "provider: is no longer required"),
    "a changed type": (_change_type, "historic: type was 'boolean', is 'string'"),
    "a tighter limit": (_tighten, "text: maxLength was 20000, is 100"),
    "a removed value": (_drop_value, "harm: value 'fatal' removed"),
    "an added value": (_add_value, "harm: value 'catastrophic' added"),
    "none no longer allowed": (_forbid_none, "submitted_by: 2 alternatives became 1"),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_a_breaking_change_is_named(kind: str) -> None:
    change, expected = BREAKING[kind]
    old = schema_of(ReportSubmitted)
    new = copy.deepcopy(old)
    change(new)
    found = list(breaking_changes(old, new))
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_new_optional_field_and_new_words_break_nobody() -> None:
    old = schema_of(ReportSubmitted)
    new = copy.deepcopy(old)
    _mappings(new, "properties")["ward"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    new["description"] = "Said better."
    assert list(breaking_changes(old, new)) == []


def test_writing_refuses_what_breaks_and_checking_says_what_to_do(tmp_path: Path) -> None:
    commands = CliRunner()
    assert commands.invoke(app, ["write", "--folder", str(tmp_path)]).exit_code == 0
    assert commands.invoke(app, ["check", "--folder", str(tmp_path)]).exit_code == 0
    golden = tmp_path / "schemas" / f"{ReportSubmitted.type}.json"
    older = json.loads(golden.read_text())
    older["properties"]["bed"] = {"type": "string"}
    golden.write_text(json.dumps(older))
    for verb in ("check", "write"):
        refused = commands.invoke(app, [verb, "--folder", str(tmp_path)])
        assert refused.exit_code == 1
        assert "breaking: bed: field removed" in refused.output
    del older["properties"]["bed"], older["properties"]["question"]
    golden.write_text(json.dumps(older))
    behind = commands.invoke(app, ["check", "--folder", str(tmp_path)])
    assert behind.exit_code == 1
    assert "insight contracts write" in behind.output
    assert commands.invoke(app, ["write", "--folder", str(tmp_path)]).exit_code == 0
    assert compare(tmp_path) == []
    assert len(documents()) == len(CONTRACTS) + 2
