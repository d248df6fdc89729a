"""The AsyncAPI document says what the door really takes and sends."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from json_schema import problems
from voice_client import SILENCE, Client, Speaker, conversation

from assistant.channels.voice_door.orders import order_of


@pytest.fixture(scope="module")
def document(app: TestClient) -> dict[str, Any]:
    answer = app.get("/api/v1/asyncapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def misfits(document: dict[str, Any], message: dict[str, Any], kind: str) -> list[str]:
    payload = document["components"]["messages"][f"{kind}.{message['type']}"]["payload"]
    return problems(message, payload, document)


def resolve(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in references(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in references(inner)]
    return []


def test_it_is_whole(document: dict[str, Any]) -> None:
    assert document["asyncapi"].startswith("3.")
    assert document["channels"]["voice"]["address"] == "/api/v1/voice/{conversation}"
    for reference in references(document):
        assert resolve(document, reference), reference
    directions = {operation["action"] for operation in document["operations"].values()}
    assert directions == {"send", "receive"}


def test_what_is_sent_is_what_is_documented(
    app: TestClient, document: dict[str, Any], spoken_recipe: Speaker
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.order("dance")
        client.start()
        client.stream(spoken_recipe("marriage registration"))
        client.until("audio_end", last=True)
        client.order("cancel")
        client.start(mode="hold")
        client.stream(SILENCE)
        client.order("stop")
        client.until("rejected")
    seen = set(client.kinds())
    assert {"error", "ready", "state", "level", "partial", "final", "reply", "audio"} <= seen
    for event in client.events:
        assert not misfits(document, event, "event"), (event, misfits(document, event, "event"))


@pytest.mark.parametrize(
    "order",
    [
        {"type": "start", "sample_rate": 16_000, "language": "vi"},
        {"type": "start", "version": 1, "mode": "hold", "speak": False, "resume": "abc"},
        {"type": "start", "format": "s16le", "channels": 1, "sample_rate": 48_000},
        {"type": "stop"},
        {"type": "cancel"},
        {"type": "played", "sentence": 3},
        {"type": "start", "sample_rate": 1},
        {"type": "start", "version": 2},
        {"type": "played"},
        {"type": "stop", "x": 1},
    ],
)
def test_what_is_taken_is_what_is_documented(
    document: dict[str, Any], order: dict[str, Any]
) -> None:
    documented = not misfits(document, order, "order")
    try:
        order_of(json.dumps(order))
        taken = True
    except Exception as error:
        assert getattr(error, "code", "") == "voice_order_invalid"
        taken = False
    assert documented == taken


def test_orders_and_events_have_names_of_their_own(document: dict[str, Any]) -> None:
    kinds = [
        reference.split("/")[-1]
        for operation in document["operations"].values()
        for reference in references(operation["messages"])
    ]
    assert len(kinds) > 15
    assert len(kinds) == len(set(kinds))
