"""The document of the voice door (AsyncAPI 3.0), made of the very models that check and send."""

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from assistant.channels.voice_door import events, orders
from assistant.channels.voice_door.orders import MOST_BYTES

_ABOUT = """\
A conversation by voice. Send `start`, then the microphone's audio as binary messages (signed 16-bit
little-endian, mono, at the `sample_rate` of `start`). Whoever speaks is answered: `speech_started`,
`partial`…, `final`, `reply`, then for each sentence `audio`, binary messages and `audio_end`; the
next question may follow at once on the same socket, also over the reply (`interrupted`: stop
playing). Tell `played` when a sentence has been played, so that the desk knows what was heard; a
clock is used otherwise. Unknown orders and fields are refused with an `error`; clients ignore
events that they do not know. Version {version} only grows."""


def document(version: str) -> dict[str, Any]:
    """``version`` is the application's."""
    sent, received = _models(orders.Order), _models(events.Event)
    schemas = _schemas([*sent, *received])
    messages = {
        **{f"order.{_name(model)}": _message(model) for model in sent},
        **{f"event.{_name(model)}": _message(model) for model in received},
        "microphone": _binary(f"The microphone's audio, at most {MOST_BYTES} bytes a message"),
        "loudspeaker": _binary("Audio of the sentence that `audio` announced"),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lễ Tân: the voice door",
            "version": version,
            "description": _ABOUT.format(version=events.VERSION),
        },
        "defaultContentType": "application/json",
        "channels": {
            "voice": {
                "address": "/api/v1/voice/{conversation}",
                "description": f"A WebSocket; protocol version {events.VERSION}.",
                "parameters": {
                    "conversation": {"description": "the `id` of `POST /api/v1/conversations`"}
                },
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "hear": _operation("receive", [*_starting("order.", messages), "microphone"]),
            "speak": _operation("send", [*_starting("event.", messages), "loudspeaker"]),
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _models(union: Any) -> list[type[BaseModel]]:
    return list(get_args(union))


def _starting(with_: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(with_)]


def _name(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])


def _message(model: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": _name(model),
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }


def _binary(summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
    }


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/voice"},
        "messages": [{"$ref": f"#/channels/voice/messages/{name}"} for name in names],
    }


def _schemas(models: list[type[BaseModel]]) -> dict[str, Any]:
    _, found = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = found["$defs"]
    for model in models:
        schema = schemas[model.__name__]
        schema["required"] = sorted({"type", *schema.get("required", ())})
    return schemas
