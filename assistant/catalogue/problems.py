"""Mistakes in content, each with its place and its remedy, in Vietnamese and English."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.errors import Language, LetanError

_SHOWN = 50

Said = tuple[str, str, str]
"""Stable code of a mistake, what to tell a Vietnamese reader, the same in English."""


@dataclass(frozen=True, slots=True, order=True)
class ContentProblem:
    """One mistake; line and column count from 1."""

    file: str
    line: int
    column: int
    path: str
    """Where in the data: ``procedures[3].fee_vnd``."""
    code: str
    """Stable kind of the mistake, for example ``code_twice``."""
    vi: str
    en: str

    def text(self, language: Language) -> str:
        said = self.vi if language == "vi" else self.en
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.path}: {said}" if self.path else f"{where}: {said}"


@dataclass(slots=True)
class ContentError(LetanError):
    """The content holds mistakes; all of them are listed and nothing was taken over."""

    problems: tuple[ContentProblem, ...] = ()

    @classmethod
    def of(cls, problems: Iterable[ContentProblem]) -> "ContentError":
        found = tuple(sorted(set(problems)))
        shown = found[:_SHOWN]
        more = len(found) - len(shown)
        vi = [f"Nội dung có {len(found)} lỗi, chưa ghi gì:"]
        en = [f"The content has {len(found)} mistake(s); nothing was written:"]
        vi += [problem.text("vi") for problem in shown]
        en += [problem.text("en") for problem in shown]
        if more:
            vi.append(f"… và {more} lỗi nữa")
            en.append(f"… and {more} more")
        return cls(
            code="content_invalid",
            status=422,
            vi="\n".join(vi),
            en="\n".join(en),
            field=found[0].path or None if found else None,
            problems=found,
        )


def procedure_unknown(code: str) -> LetanError:
    """The error of a code that nobody knows."""
    shown = code[:40]
    return LetanError(
        code="procedure_unknown",
        status=404,
        vi=f"Không có thủ tục mang mã “{shown}”. Hãy kiểm tra lại mã, ví dụ 1.001193, hoặc tìm "
        "theo tên: /api/v1/procedures?q=khai sinh.",
        en=f"There is no procedure with the code “{shown}”. Check the code, for example 1.001193, "
        "or search by name: /api/v1/procedures?q=birth.",
        field="code",
    )
