"""The AsyncAPI 3 document: every topic, every fact on it, who publishes and who listens.

Made from the contracts, from `deploy/topics.toml` and from what each service has registered handlers for.
"""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from deploy.cli.contracts.services import SERVICES, runtime_of
from deploy.local.topics import Topic, load
from shared.contracts.base import Fact
from shared.contracts.cases import CASES_TOPIC
from shared.contracts.directory import DIRECTORY_TOPIC
from shared.contracts.facts import PUBLISHED
from shared.contracts.messages import MESSAGES_TOPIC
from shared.contracts.operations import (
    AUDIT_HEADS_TOPIC,
    DEAD_LETTERS_TOPIC,
    DECISIONS_TOPIC,
    HEARTBEATS_TOPIC,
    AuditHead,
    Heartbeat,
    Sign,
)
from shared.contracts.reclassifications import RECLASSIFICATIONS_TOPIC
from shared.contracts.reports import REPORTS_TOPIC
from shared.contracts.sessions import SESSIONS_TOPIC
from shared.contracts.signals import SIGNALS_TOPIC
from shared.contracts.themes import THEMES_TOPIC

PUBLISHERS: Mapping[str, tuple[str, ...]] = {
    REPORTS_TOPIC: ("intake",),
    DIRECTORY_TOPIC: ("intake",),
    THEMES_TOPIC: ("classification",),
    RECLASSIFICATIONS_TOPIC: ("classification",),
    CASES_TOPIC: ("actions",),
    MESSAGES_TOPIC: ("notifications",),
    SIGNALS_TOPIC: ("reporting",),
    SESSIONS_TOPIC: ("intake",),
    DEAD_LETTERS_TOPIC: SERVICES,
    DECISIONS_TOPIC: ("reporting",),
    HEARTBEATS_TOPIC: SERVICES,
    AUDIT_HEADS_TOPIC: SERVICES,
}
KEYS: Mapping[str, str] = {
    DIRECTORY_TOPIC: "The organisation's code.",
    SIGNALS_TOPIC: "The series' id: a signal is withdrawn after it was raised.",
    SESSIONS_TOPIC: "The session's handle.",
    DEAD_LETTERS_TOPIC: "Topic, partition and offset that the record came from; of what became of it, the letter's id.",
    DECISIONS_TOPIC: "The service that set the record aside.",
    HEARTBEATS_TOPIC: "The process.",
    AUDIT_HEADS_TOPIC: "The service.",
}
REPORT_KEY = "The report's id: everything about one report keeps its order."

Json = dict[str, object]
Message = type[Fact] | type[Sign]

CONTRACTS: tuple[Message, ...] = (*PUBLISHED, Heartbeat, AuditHead)
"""Everything that is on a topic."""


def asyncapi() -> Json:
    messages = _messages()
    topics = [topic for topic in load() if topic.name in messages]
    references, definitions = models_json_schema(
        [(each, "validation") for each in CONTRACTS],
        ref_template="#/components/schemas/{model}",
    )
    payloads = {model: reference for (model, _), reference in references.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Insight's facts",
            "version": "1",
            "description": (
                "What the five services tell each other, and whoever may read their Kafka. Facts grow by optional fields;"
                " a breaking change is a new type on a new topic."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, messages[topic.name]) for topic in topics},
        "operations": dict(_operations(messages)),
        "components": {
            "messages": {
                each.type: _message(each, payloads[each])
                for facts in messages.values()
                for each in facts
            },
            "messageTraits": {"fact": _trait(fact=True), "sign": _trait(fact=False)},
            "schemas": definitions["$defs"],
        },
    }


def _messages() -> dict[str, list[Message]]:
    """By topic, in the order of publication."""
    found: dict[str, list[Message]] = {}
    for contract in CONTRACTS:
        found.setdefault(contract.topic, []).append(contract)
    return found


def _channel(topic: Topic, messages: Iterable[Message]) -> Json:
    settings = topic.settings
    return {
        "address": topic.name,
        "messages": {
            each.type: {"$ref": f"#/components/messages/{each.type}"} for each in messages
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": topic.replication,
                "topicConfiguration": {
                    "cleanup.policy": [settings.get("cleanup.policy", "delete")],
                    "retention.ms": int(settings["retention.ms"]),
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(contract: Message, payload: Mapping[str, object]) -> Json:
    trait = "fact" if issubclass(contract, Fact) else "sign"
    return {
        "name": contract.type,
        "title": contract.__name__,
        "summary": _summary(contract),
        "contentType": "application/json",
        "traits": [{"$ref": f"#/components/messageTraits/{trait}"}],
        "payload": payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": KEYS.get(contract.topic, REPORT_KEY)},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _summary(contract: type[BaseModel]) -> str:
    """The contract's own words, unless it has only its parent's."""
    words = contract.__doc__ if "__doc__" in vars(contract) else None
    return " ".join((words or contract.__name__).split())


def _trait(*, fact: bool) -> Json:
    """The headers: CloudEvents in Kafka's binary mode, and W3C trace context."""
    text = {"type": "string"}
    sign: Json = {"ce_type": text, "content-type": {"const": "application/json"}}
    cloud_event: Json = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": text,
        "ce_source": {"type": "string", "examples": ["insight/intake"]},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": text,
        "content-type": {"const": "application/json"},
    }
    properties = cloud_event if fact else sign
    optional: Json = {"traceparent": {"type": "string", "minLength": 55, "maxLength": 55}}
    return {
        "headers": {
            "type": "object",
            "properties": properties | optional if fact else properties,
            "required": list(properties),
        }
    }


def _operations(messages: Mapping[str, list[Message]]) -> Iterable[tuple[str, Json]]:
    for service in SERVICES:
        for topic, contracts in messages.items():
            if service in PUBLISHERS[topic]:
                yield f"{service}.send.{topic}", _operation("send", service, topic, contracts)
        listened = runtime_of(service).facts
        for topic, contracts in messages.items():
            heard: list[Message] = [each for each in contracts if each in listened]
            if service == "reporting" and topic == HEARTBEATS_TOPIC:
                heard = contracts
            if heard:
                yield f"{service}.receive.{topic}", _operation("receive", service, topic, heard)


def _operation(action: str, service: str, topic: str, messages: Iterable[Message]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{each.type}"} for each in messages],
        "tags": [{"name": service}],
    }
