"""The folder `data/procedures`: one YAML file a field, as a clerk edits it; here it is written."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.catalogue.schemas import (
    Bilingual,
    CatalogueEntry,
    Content,
    FieldHead,
    ProcedureEntry,
)

HEADER = """\
# {vi} / {en}
# Thủ tục của một lĩnh vực; các khóa: docs/content.md. null = chưa biết, fee_vnd: 0 = miễn phí.
# Kiểm tra sau khi sửa: python -m assistant.catalogue.snapshot --content data/procedures
"""
_WIDTH = 110
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def is_content_file(path: Path) -> bool:
    """Whether a path is a file that an import would read."""
    suffix = path.suffix in (".yaml", ".yml")
    return suffix and not path.name.startswith(".") and path.is_file()


def slug(text: str, limit: int = 60) -> str:
    """ASCII words joined by hyphens: `Cấp số nhà` becomes `cap-so-nha`; cut at a word's end."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", plain)
    kept = ""
    for word in words:
        joined = f"{kept}-{word}" if kept else word
        if kept and len(joined) > limit:
            break
        kept = joined[:limit]
    return kept


def render(entries: Iterable[CatalogueEntry]) -> dict[str, str]:
    """File name → text, for a whole catalogue; the same entries always give the same texts."""
    fields: dict[tuple[str, str], list[ProcedureEntry]] = {}
    for item in entries:
        fields.setdefault((item.field.vi, item.field.en), []).append(item.entry)
    files: dict[str, str] = {}
    for vi, en in sorted(fields):
        stem = slug(vi) or "linh-vuc"
        name, number = f"{stem}.yaml", 2
        while name in files:
            name, number = f"{stem}-{number}.yaml", number + 1
        files[name] = _render_field(FieldHead(vi=vi, en=en), fields[vi, en])
    return files


def _render_field(field: FieldHead, entries: Sequence[ProcedureEntry]) -> str:
    ordered = sorted(entries, key=lambda e: (e.rank is None, e.rank or 0, e.code))
    one_line = {key: " ".join(text.split()) for key, text in field.model_dump().items()}
    parts = [HEADER.format(**one_line), _dump({"field": field.model_dump()}), "procedures:\n"]
    parts += [_dump([_plain(entry)]) for entry in ordered]
    return "".join(parts)


def _dump(value: object) -> str:
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDTH,
        default_flow_style=False,
    )
    return str(text)


def _plain(entry: ProcedureEntry) -> dict[str, Any]:
    """The entry with its keys in the order of the schema; what is unknown and expected is shown."""
    always = {"code", "rank", "name", "service", "verified", "needs_review"}
    always |= {"documents", "fee_vnd", "time"}
    plain: dict[str, Any] = {}
    for key, known in type(entry).model_fields.items():
        value = getattr(entry, key)
        if key in always or value != known.default:
            plain[key] = _value(value, key)
    return plain


def _value(value: Any, key: str = "") -> Any:
    if isinstance(value, Bilingual):
        return value.vi if value.en is None else {"vi": value.vi, "en": value.en}
    if isinstance(value, list):
        # One amount for every case is written as a bare number, as a clerk would.
        if key == "fee_vnd" and len(value) == 1 and value[0].case is None:
            amount = value[0].amount_vnd
            return amount if amount is not None else [{"amount_vnd": None}]
        return [_value(item) for item in value]
    if isinstance(value, Content):
        parts = {name: getattr(value, name) for name in type(value).model_fields}
        return {
            known.alias or name: _value(parts[name], name)
            for name, known in type(value).model_fields.items()
            if parts[name] != known.default or name in ("amount_vnd", "value")
        }
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
