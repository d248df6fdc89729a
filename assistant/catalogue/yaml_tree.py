"""YAML text → plain data plus the place of every value, for errors that name line and column.

Reads the events of PyYAML's safe parser and builds no objects: no tags, no anchors or aliases (so
no alias bombs), a bounded depth, duplicate keys refused. Scalars follow YAML 1.2's core schema, so
that `no` stays a text and `8.000` is noticed instead of becoming 8.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml

from assistant.catalogue.problems import ContentProblem, Said

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 20
MAX_NODES = 200_000
MAX_PROBLEMS = 200
"""Of one file; a file with more is not a content file."""

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, counted from 1."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
# No wider than YAML 1.1's, so that a text which an emitter leaves without quotes stays a text.
_FLOAT = re.compile(r"(?:\.[0-9]+|[-+]?[0-9]+\.[0-9]*)(?:[eE][-+][0-9]{1,2})?\Z")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value
    for value, words in ((True, "true True TRUE"), (False, "false False FALSE"))
    for word in words.split()
}


_ANCHOR = (
    "anchor",
    "Không dùng neo (&) và tham chiếu (*) của YAML; hãy viết lại nội dung.",
    "YAML anchors (&) and aliases (*) are not allowed; write the content out.",
)
_TAG = (
    "tag",
    "Không dùng thẻ (!) của YAML; hãy viết giá trị bình thường.",
    "YAML tags (!) are not allowed; write a plain value.",
)
_KEY = (
    "key_type",
    "Khóa phải là một chữ, ví dụ name:. Có dấu { } hoặc [ ] thì đặt cả câu trong dấu nháy.",
    "A key must be a plain word, for example name:. Put a text that holds { } or [ ] in quotes.",
)
_DEPTH = (
    "depth",
    f"Lồng sâu quá {MAX_DEPTH} tầng; hãy viết đơn giản hơn.",
    f"Nested deeper than {MAX_DEPTH} levels; write it more simply.",
)
_SECOND_DOCUMENT = (
    "second_document",
    "Mỗi tệp chỉ có một phần; hãy bỏ dòng '---' thứ hai.",
    "A file holds one document; remove the second '---' line.",
)
_EMPTY = (
    "file_empty",
    "Tệp trống; cần có khóa field và procedures (xem docs/content.md).",
    "The file is empty; it needs the keys field and procedures (see docs/content.md).",
)
_LARGE = (
    "file_large",
    f"Tệp quá lớn (hơn {MAX_BYTES // 1024 // 1024} MB hoặc {MAX_NODES} mục); hãy chia nhỏ.",
    f"The file is too large (over {MAX_BYTES // 1024 // 1024} MB or {MAX_NODES} items); split it.",
)
_ENCODING = (
    "encoding",
    "Tệp không phải UTF-8; hãy lưu lại tệp với bảng mã UTF-8.",
    "The file is not UTF-8; save it again with the encoding UTF-8.",
)
# YAML 1.1 counts these as line ends, editors do not; as blanks they keep lines and columns right.
_OTHER_BREAKS = {0x85: " ", 0x2028: " ", 0x2029: " "}
_STOPS = {"depth", "second_document", "file_large"}
"""After these the rest of a file says nothing that can be relied on."""
_BAD_CHARACTERS = (
    "encoding",
    "Tệp có ký tự không hợp lệ; hãy gõ lại đoạn ấy.",
    "The file has characters that are not allowed; type that part again.",
)


@dataclass(slots=True)
class Tree:
    """The data of one file, and where each value and key stands."""

    file: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    """Where the key itself stands, for errors about the key."""
    problems: list[ContentProblem] = field(default_factory=list)

    def place(self, path: Path, key: bool = False) -> Place:
        """The place of a value, or of the nearest thing around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def complain(self, path: Path, said: Said, key: bool = False) -> None:
        self.complain_at(self.place(path, key), path, said)

    def complain_at(self, place: Place, path: Path, said: Said) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            return
        self.problems.append(ContentProblem(self.file, *place, dotted(path), *said))


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not been read."""

    path: Path
    value: Any
    key: str | None = None
    expects_key: bool = False


def dotted(path: Path) -> str:
    """``("procedures", 3, "fee_vnd")`` → ``procedures[3].fee_vnd``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text[:200]


def read_tree(name: str, raw: bytes) -> Tree:
    """The tree of one file; mistakes of form are in `problems`; `data` is None after a bad one."""
    tree = Tree(name)
    text = _decode(tree, raw)
    if text is None:
        return tree
    try:
        _build(tree, text)
    except yaml.YAMLError as error:
        tree.data = None
        _complain_syntax(tree, text, error)
    except UnicodeError:
        tree.data = None
        tree.complain((), _BAD_CHARACTERS)
    else:
        if any(problem.code in _STOPS for problem in tree.problems):
            tree.data = None
        elif tree.data is None and not tree.problems:
            tree.complain((), _EMPTY)
    return tree


def _decode(tree: Tree, raw: bytes) -> str | None:
    if len(raw) > MAX_BYTES:
        tree.complain((), _LARGE)
        return None
    try:
        return raw.decode("utf-8-sig").translate(_OTHER_BREAKS)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        tree.places[()] = (before.count(b"\n") + 1, column)
        tree.complain((), _ENCODING)
        return None


def _build(tree: Tree, text: str) -> None:
    stack: list[_Open] = []
    documents = nodes = skip = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                tree.complain_at(place, (), _SECOND_DOCUMENT)
                return
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            if skip:
                skip -= 1
            else:
                stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            # Stopping here also keeps deep nesting from costing the parser quadratic time.
            if len(stack) + skip >= MAX_DEPTH or nodes > MAX_NODES:
                tree.complain_at(place, (), _LARGE if nodes > MAX_NODES else _DEPTH)
                return
            if not skip:
                skip = _take(tree, stack, event, place)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                skip += 1


def _take(tree: Tree, stack: list[_Open], event: Any, place: Place) -> int:
    """Put one node into the tree; 1 when its content is to be skipped because it is refused."""
    opens = isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent)
    parent = stack[-1] if stack else None
    if parent is not None and parent.expects_key:
        return _take_key(tree, parent, event, place, opens)
    path = (*parent.path, _next_key(parent)) if parent else ()
    tree.places.setdefault(path, place)
    value: Any = None
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        tree.complain_at(place, path, _ANCHOR)
    elif event.tag is not None and event.tag != "!":
        tree.complain_at(place, path, _TAG)
    if isinstance(event, yaml.MappingStartEvent):
        value = {}
    elif isinstance(event, yaml.SequenceStartEvent):
        value = []
    elif isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
    if parent is None:
        tree.data = value
    elif isinstance(parent.value, list):
        parent.value.append(value)
    else:
        if parent.key is not None and parent.key not in parent.value:
            parent.value[parent.key] = value
        parent.key, parent.expects_key = None, True
    if opens:
        stack.append(_Open(path, value, expects_key=isinstance(value, dict)))
    return 0


def _take_key(tree: Tree, parent: _Open, event: Any, place: Place, opens: bool) -> int:
    parent.expects_key = False
    path = parent.path
    if not isinstance(event, yaml.ScalarEvent):
        tree.complain_at(place, path, _KEY)
        return 1 if opens else 0
    key = unicodedata.normalize("NFC", event.value)
    if event.anchor is not None:
        tree.complain_at(place, path, _ANCHOR)
    if key in parent.value:
        line = tree.keys.get((*path, key), place)[0]
        said = (
            "key_twice",
            f"Khóa này đã có ở dòng {line}; hãy bỏ một trong hai.",
            f"This key already stands on line {line}; remove one of the two.",
        )
        tree.complain_at(place, (*path, key), said)
        parent.key = None
        return 0
    tree.keys[(*path, key)] = place
    parent.key = key
    return 0


def _next_key(parent: _Open) -> str | int:
    if isinstance(parent.value, list):
        return len(parent.value)
    return parent.key if parent.key is not None else "?"


def _scalar(event: yaml.ScalarEvent) -> Any:
    value: str = event.value
    if event.style is None or not event.style.strip("'\"|>"):
        plain = event.implicit[0] and event.style in (None, "")
        if plain:
            if value in _WORDS:
                return _WORDS[value]
            if _INTEGER.match(value):
                return int(value)
            if _FLOAT.match(value):
                return float(value)
    return unicodedata.normalize("NFC", value)


def _complain_syntax(tree: Tree, text: str, error: yaml.YAMLError) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = getattr(error, "position", None)
    if mark is not None:
        place = (mark.line + 1, mark.column + 1)
    elif isinstance(position, int):
        before = text[:position]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    else:
        place = (1, 1)
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "syntax")[:120]
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in said:
        vi = "Có phím Tab ở đầu dòng; hãy thụt lề bằng dấu cách."
        en = "A tab stands at the start of the line; indent with spaces."
        code = "tab"
    else:
        vi = (
            f"Sai cú pháp YAML ({said}). Kiểm tra thụt lề, dấu hai chấm và dấu nháy ở dòng này "
            "và dòng trước; câu có ': ' hoặc ' #' phải đặt trong dấu nháy."
        )
        en = (
            f"Bad YAML syntax ({said}). Check indentation, colons and quotes on this line and the "
            "one before; a text with ': ' or ' #' must be in quotes."
        )
        code = "syntax"
    tree.complain_at(place, (), (code, vi, en))
