"""What must hold between procedures: unique codes, and codes that answer as one."""

from collections.abc import Sequence
from typing import Protocol

from assistant.catalogue.problems import ContentProblem, Said
from assistant.catalogue.yaml_tree import Path, Tree, dotted


class Coded(Protocol):
    """Anything with codes: an entry as written or as published."""

    @property
    def code(self) -> str: ...
    @property
    def same_as(self) -> list[str]: ...
    @property
    def replaced_by(self) -> str | None: ...


Placed = tuple[Coded, Tree, int]
"""An entry, the file it stands in and its position there."""
WrittenCode = tuple[str, Tree, int]
"""A code as written, and the same."""


_LOOP = (
    "replaced_by_loop",
    "Các thủ tục thay thế lẫn nhau thành vòng; một thủ tục phải còn hiệu lực.",
    "These procedures replace each other in a loop; one must stay in force.",
)
_SAME_AS_ITSELF = (
    "same_as_itself",
    "same_as không ghi mã của chính thủ tục này; hãy bỏ.",
    "same_as must not name the procedure's own code; remove it.",
)


def check_relations(
    placed: Sequence[Placed], written: Sequence[WrittenCode]
) -> list[ContentProblem]:
    """Mistakes between entries; both places are named.

    `written` holds the codes of all entries, also of those that are wrong in themselves, so that
    one mistake does not hide a second code or make another entry's reference look broken.
    """
    codes: dict[str, WrittenCode] = {}
    problems: list[ContentProblem] = []
    for item in written:
        code, tree, index = item
        earlier = codes.setdefault(code, item)
        if earlier is not item:
            where = _where(earlier)
            said = (
                "code_twice",
                f"Mã {code} đã có ở {where}; mỗi mã chỉ một lần, hãy bỏ một mục.",
                f"The code {code} already stands at {where}; remove one of the two.",
            )
            problems.append(_problem(tree, ("procedures", index, "code"), said))
    first: dict[str, Placed] = {}
    for entry in placed:
        first.setdefault(entry[0].code, entry)
    for entry in first.values():
        problems += _check_replacement(entry, first, codes)
        problems += _check_same_as(entry, first)
    return problems + _check_claims(placed, first)


def answering_codes(entries: Sequence[Coded]) -> dict[str, str]:
    """Every known code → the code of the entry that answers for it.

    Live entries answer for themselves, retired ones for nobody; `same_as` codes without an entry of
    their own go to the live entry that names them.
    """
    by_code = {entry.code: entry for entry in entries}
    answers = {entry.code: _live(entry, by_code) for entry in entries}
    # Live entries claim their second codes before retired ones do.
    for entry in sorted(entries, key=lambda e: e.replaced_by is not None):
        for code in entry.same_as:
            answers.setdefault(code, answers[entry.code])
    return answers


def _live(entry: Coded, by_code: dict[str, Coded]) -> str:
    seen: set[str] = set()
    while entry.replaced_by in by_code and entry.code not in seen:
        seen.add(entry.code)
        entry = by_code[entry.replaced_by]
    return entry.code


def _check_replacement(
    item: Placed, first: dict[str, Placed], codes: dict[str, WrittenCode]
) -> list[ContentProblem]:
    entry, tree, index = item
    if entry.replaced_by is None:
        return []
    path: Path = ("procedures", index, "replaced_by")
    if entry.replaced_by not in codes:
        said = (
            "replaced_by_unknown",
            f"Không có thủ tục {entry.replaced_by}; thêm thủ tục ấy hoặc sửa mã.",
            f"There is no procedure {entry.replaced_by}; add it or correct the code.",
        )
        return [_problem(tree, path, said)]
    seen = {entry.code}
    step = entry
    while step.replaced_by is not None and step.replaced_by in first:
        if step.replaced_by in seen:
            return [_problem(tree, path, _LOOP)]
        seen.add(step.replaced_by)
        step = first[step.replaced_by][0]
    return []


def _check_same_as(item: Placed, first: dict[str, Placed]) -> list[ContentProblem]:
    entry, tree, index = item
    problems = []
    for position, code in enumerate(entry.same_as):
        path: Path = ("procedures", index, "same_as", position)
        other = first.get(code)
        if code == entry.code:
            problems.append(_problem(tree, path, _SAME_AS_ITSELF))
        elif other and entry.replaced_by is None and other[0].replaced_by is None:
            where = _where(other)
            said = (
                "same_as_live",
                f"{code} là thủ tục còn hiệu lực ở {where}; bỏ một mục, hoặc ghi replaced_by ở "
                "mục cũ.",
                f"{code} is a procedure in force at {where}; remove one of the two, or write "
                "replaced_by in the old one.",
            )
            problems.append(_problem(tree, path, said))
    return problems


def _check_claims(placed: Sequence[Placed], first: dict[str, Placed]) -> list[ContentProblem]:
    """A code without an entry may be claimed by one live procedure only."""
    claimed: dict[str, Placed] = {}
    problems = []
    for item in placed:
        entry, tree, index = item
        for position, code in enumerate(entry.same_as):
            if code in first or entry.replaced_by is not None:
                continue
            earlier = claimed.setdefault(code, item)
            if earlier[0].code != entry.code:
                where, owner = _where(earlier), earlier[0].code
                said = (
                    "same_as_twice",
                    f"{code} đã là mã khác của {owner} ở {where}; chỉ giữ một nơi.",
                    f"{code} is already a code of {owner} at {where}; keep one of the two.",
                )
                path: Path = ("procedures", index, "same_as", position)
                problems.append(_problem(tree, path, said))
    return problems


def _where(item: Placed | WrittenCode) -> str:
    _, tree, index = item
    return f"{tree.file}:{tree.place(('procedures', index, 'code'))[0]}"


def _problem(tree: Tree, path: Path, said: Said) -> ContentProblem:
    return ContentProblem(tree.file, *tree.place(path), dotted(path), *said)
