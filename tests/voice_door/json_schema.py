"""As much of JSON Schema 2020-12 as the voice door's document uses; other words are an error."""

from typing import Any

_TYPES: dict[str, Any] = {
    "string": str, "integer": int, "boolean": bool, "null": type(None), "object": dict,
    "array": list,
}  # fmt: skip
_PROSE = {"title", "description", "examples", "example", "default", "discriminator", "format"}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """What is wrong with a value; nothing when it fits."""
    if schema.keys() & {"$ref"}:
        name = schema["$ref"].rsplit("/", 1)[1]
        return problems(value, root["components"]["schemas"][name], root, at)
    found = []
    for word, wanted in schema.items():
        if word in _PROSE:
            continue
        found += [f"{at}: {word}"] if not _holds(word, wanted, value, schema) else []
        if word == "anyOf":
            fits = any(not problems(value, one, root, at) for one in wanted)
            found += [] if fits else [f"{at}: anyOf"]
        elif word == "properties" and isinstance(value, dict):
            for name in wanted.keys() & value.keys():
                found += problems(value[name], wanted[name], root, f"{at}.{name}")
        elif word == "items" and isinstance(value, list):
            for position, one in enumerate(value):
                found += problems(one, wanted, root, f"{at}[{position}]")
    return found


def _holds(word: str, wanted: Any, value: Any, schema: dict[str, Any]) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match word:
        case "anyOf" | "properties" | "items":
            return True
        case "type":
            return number if wanted == "number" else _is(value, wanted)
        case "const":
            return bool(value == wanted)
        case "enum":
            return value in wanted
        case "required":
            return not isinstance(value, dict) or set(wanted) <= value.keys()
        case "additionalProperties":
            known = schema.get("properties", {}).keys()
            return wanted is not False or not isinstance(value, dict) or value.keys() <= known
        case "minimum":
            return not number or value >= wanted
        case "maximum":
            return not number or value <= wanted
        case "maxLength":
            return not isinstance(value, str) or len(value) <= wanted
    raise AssertionError(f"the checker does not know '{word}'")


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name != "integer" or not isinstance(value, bool))
