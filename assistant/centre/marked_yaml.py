"""YAML whose every value knows its line, so that an error says exactly where it is.

Scalars are taken as they are written: `7:30` stays a time instead of becoming the number 450.
"""

import math
import re
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import TypeVar

import yaml

from assistant.centre.model import Text
from assistant.errors import LetanError

MAX_BYTES = 1_000_000
T = TypeVar("T")
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


def read_yaml(path: Path) -> "Marked":
    """Parse a file; raises `LetanError` ``centre_content_invalid`` naming file and line."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise invalid(f"{path.name}:1", "file", "tệp quá lớn", "the file is too large")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise invalid(path.name, "file", "không đọc được tệp", reason) from error
    except UnicodeDecodeError as error:
        raise invalid(path.name, "file", "tệp không phải UTF-8", "is not UTF-8 text") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 1
        what = error.problem or "not YAML"
        raise invalid(f"{path.name}:{line}", "file", f"sai cú pháp YAML: {what}", what) from error
    except RecursionError as error:
        raise invalid(path.name, "file", "lồng quá sâu", "is nested too deeply") from error
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise invalid(path.name, "file", f"sai cú pháp YAML: {what}", what) from error
    if node is None:
        raise invalid(f"{path.name}:1", "file", "tệp trống", "the file is empty")
    return Marked(node, path.name, "")


def invalid(where: str, field: str, vi: str, en: str) -> LetanError:
    return LetanError(
        "centre_content_invalid",
        422,
        f"Dữ liệu trung tâm sai ở {where}, mục “{field}”: {vi}. Hãy sửa tệp rồi thử lại.",
        f"Centre data is wrong at {where}, field “{field}”: {en}. Correct the file and try again.",
        field=field,
        log=where,
    )


class Marked:
    """A value of the file with its place in it."""

    def __init__(self, node: yaml.Node, file: str, path: str) -> None:
        self._node = node
        self.file = file
        self.path = path

    @property
    def where(self) -> str:
        """`file:line`, lines counted from 1."""
        return f"{self.file}:{self._node.start_mark.line + 1}"

    def error(self, vi: str, en: str) -> LetanError:
        return invalid(self.where, self.path or "file", vi, en)

    def fields(self, required: str, optional: str = "") -> dict[str, "Marked"]:
        """A mapping with exactly these names (blank-separated); unknown names are errors."""
        found = self.mapping()
        known = set(required.split()) | set(optional.split())
        for name, value in found.items():
            if name not in known:
                some = ", ".join(sorted(known))
                raise value.error(f"không có mục này; chỉ có {some}", f"unknown; known are {some}")
        for name in required.split():
            if name not in found:
                raise self.error(f"thiếu mục “{name}”", f"“{name}” is missing")
        return {name: value for name, value in found.items() if not value.is_null}

    def mapping(self) -> dict[str, "Marked"]:
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("cần các mục có tên", "named fields are needed")
        found: dict[str, Marked] = {}
        for key, value in self._node.value:
            child = Marked(value, self.file, f"{self.path}.{key.value}".lstrip("."))
            if not isinstance(key, yaml.ScalarNode):
                raise child.error("tên mục phải là chữ", "a name must be plain text")
            if key.value in found:
                line = f"{self.file}:{key.start_mark.line + 1}"
                raise invalid(line, child.path, "mục này có hai lần", "is there twice")
            found[key.value] = child
        return found

    def items(self) -> Iterator["Marked"]:
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("cần một danh sách", "a list is needed")
        for index, node in enumerate(self._node.value):
            yield Marked(node, self.file, f"{self.path}[{index}]")

    @property
    def is_null(self) -> bool:
        return isinstance(self._node, yaml.ScalarNode) and self._node.tag.endswith(":null")

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    def text(self) -> str:
        """Some text; never empty, no control characters."""
        value = self._scalar().strip()
        if not value or any(ord(char) < 32 and char != "\n" for char in value):
            raise self.error("cần một đoạn chữ, không để trống", "some text is needed")
        return value

    def bilingual(self) -> Text:
        both = self.fields("vi en")
        for language in ("vi", "en"):
            if language not in both:
                raise self.error(f"thiếu “{language}”", f"“{language}” is missing")
        return Text(both["vi"].text(), both["en"].text())

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def choice(self, *allowed: str) -> str:
        value = self._scalar()
        if value not in allowed:
            some = ", ".join(allowed)
            raise self.error(f"“{value}” không hợp lệ; chọn {some}", f"“{value}”: one of {some}")
        return value

    def number(self, low: float, high: float) -> float:
        value = self._parse(float, "một con số", "a number")
        if not (math.isfinite(value) and low <= value <= high):
            raise self.error(f"cần một số từ {low} đến {high}", f"a number {low} to {high}")
        return value

    def whole(self, low: int, high: int) -> int:
        value = self._parse(int, "một số nguyên", "a whole number")
        if not low <= value <= high:
            raise self.error(f"cần một số từ {low} đến {high}", f"a whole number {low} to {high}")
        return value

    def flag(self) -> bool:
        return self.choice("true", "false") == "true"

    def day(self) -> date:
        return self._parse(date.fromisoformat, "một ngày như 2026-11-24", "a day like 2026-11-24")

    def clock_time(self) -> time:
        match = _TIME.match(self._scalar())
        if match is None:
            raise self.error("cần một giờ như 7:30", "a time like 7:30 is needed")
        return time(int(match[1]), int(match[2]))

    def _parse(self, convert: Callable[[str], T], vi: str, en: str) -> T:
        try:
            return convert(self._scalar())
        except ValueError as error:
            raise self.error(f"cần {vi}", f"{en} is needed") from error

    def _scalar(self) -> str:
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.error("cần một giá trị đơn", "a single value is needed")
        return str(self._node.value)
