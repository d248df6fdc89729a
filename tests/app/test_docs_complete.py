"""Every error, setting and metric is documented, and nothing is documented that is not there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_fixtures import ROOT
from pydantic import BaseModel

from assistant.metrics import Metrics
from assistant.settings import Settings

DOCS = ROOT / "docs"


def literal_codes() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[:1] if called in ("LetanError", "cls") else []
            for value in (*named, *first):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value, path


def documented(page: str) -> set[str]:
    """What stands in backticks in the first column of the page's tables."""
    cells = re.findall(r"^\| (`[^|]+`) \|", (DOCS / page).read_text("utf-8"), re.M)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_error_code_is_documented() -> None:
    pages = documented("errors.md")
    missing = {f"{code} ({path.name})" for code, path in literal_codes() if code not in pages}
    assert not missing


def test_no_error_is_documented_that_cannot_happen() -> None:
    source = "\n".join(
        path.read_text("utf-8")
        for room in ("assistant", "speech", "robot_bridge")
        for path in (ROOT / room).rglob("*.py")
    )
    assert {code for code in documented("errors.md") if f'"{code}"' not in source} == set()


def names_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        inner = field.annotation
        for candidate in (inner, *getattr(inner, "__args__", ())):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                yield from names_of(candidate, f"{prefix}{name}.")


def test_every_setting_is_documented() -> None:
    assert set(names_of(Settings)) == documented("settings.md")


@pytest.mark.parametrize("name", ["host", "port", "turn_seconds", "retention_days", "log_format"])
def test_documented_defaults_are_true(name: str) -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    found = re.search(rf"^\| `{name}` \| `([^`]+)` \|", page, re.M)
    assert found is not None
    default = Settings.model_fields[name].default
    assert found.group(1) == (f"{default:g}" if isinstance(default, float) else str(default))


def test_every_metric_is_documented() -> None:
    ours = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in Metrics().registry.collect()
        if metric.name.startswith("letan_")
    }
    assert ours == {name for name in documented("api.md") if name.startswith("letan_")}
