"""The sheets of the workbook: which column holds what, in a clerk's words.

A sheet of the first kind holds one item a row (a procedure, a question). One of the second kind
holds one line a row that belongs to an item: a paper, a fee, a case, a wording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.catalogue.services import SERVICES

Kind = Literal["text", "code", "codes", "whole", "money", "number", "day", "yes", "choice"]
CATALOGUE, FAQ = "catalogue", "faq"
YES, NO = "Có", "Không"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `key` is the place in an item: `name.vi`, `time.value`."""

    key: str
    title: str
    kind: Kind = "text"
    width: int = 30
    choices: Mapping[str, str] = field(default_factory=dict)
    """Value to what is shown."""
    note: str = ""
    """For the guide."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; the first column names the item."""

    title: str
    columns: tuple[Column, ...]
    of: str
    """`catalogue` or `faq`."""
    about: str
    """For the guide."""

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]


def _both(key: str, title: str, width: int = 40) -> tuple[Column, Column]:
    return (
        Column(f"{key}.vi", title, width=width),
        Column(f"{key}.en", f"{title} (tiếng Anh)", width=width),
    )


_CODE = Column("code", "Mã thủ tục", "code", 16, note="Mã quốc gia 1.001193 hoặc mã riêng x-…")
_VERSION = Column("version", "Bản", "whole", 8, note="Máy ghi; để nguyên. Dòng mới thì để trống.")
_CASE = Column(
    "case",
    "Trường hợp số",
    "whole",
    12,
    note="Số ở trang Trường hợp; trống = của cả thủ tục",
)

PROCEDURES = Sheet(
    "Thủ tục",
    (
        _CODE,
        _VERSION,
        *_both("field", "Lĩnh vực", 20),
        *_both("name", "Tên thủ tục", 50),
        Column(
            "service",
            "Nơi nhận",
            "choice",
            26,
            {key: f"{each.vi} [{key}]" for key, each in SERVICES.items()},
        ),
        Column("rank", "Thứ tự hay hỏi", "whole", 10, note="1 là hay hỏi nhất"),
        Column("verified", "Đã kiểm chứng", "yes", 10),
        Column("needs_review", "Cần xem lại", "yes", 10),
        Column("review_by", "Xem lại trước ngày", "day", 14),
        Column("same_as", "Mã khác cùng thủ tục", "codes", 24, note="Nhiều mã cách nhau bằng ;"),
        Column("replaced_by", "Thay bằng mã", "code", 16),
        Column("valid_from", "Áp dụng từ ngày", "day", 14),
        Column("valid_until", "Áp dụng đến ngày", "day", 14),
        *_both("who", "Ai được làm"),
        *_both("where", "Nơi làm"),
        Column(
            "online",
            "Trực tuyến",
            "choice",
            14,
            {"full": "Toàn trình", "partial": "Một phần", "no": "Không"},
        ),
        Column(
            "no_documents",
            "Không cần giấy nào",
            "yes",
            10,
            note="Có = không cần giấy nào; chưa biết thì để trống cả cột này và trang Giấy tờ",
        ),
        *_both("fee_note", "Ghi chú lệ phí"),
        Column("time.value", "Thời hạn", "number", 10),
        Column(
            "time.unit",
            "Đơn vị thời hạn",
            "choice",
            16,
            {
                "working_days": "ngày làm việc",
                "days": "ngày",
                "hours": "giờ",
                "same_day": "trong ngày",
                "months": "tháng",
            },
        ),
        *_both("time.note", "Ghi chú thời hạn"),
        *_both("result", "Kết quả"),
        Column("no_steps", "Không có bước nào", "yes", 10),
        Column("no_forms", "Không có biểu mẫu", "yes", 10),
        *_both("note", "Ghi chú"),
        *_both("tells_apart", "Khác thủ tục gần giống"),
        Column("source_date", "Ngày của nguồn", width=14),
    ),
    CATALOGUE,
    "Mỗi dòng một thủ tục.",
)
DOCUMENTS = Sheet(
    "Giấy tờ",
    (
        _CODE,
        Column("vi", "Giấy tờ", width=60),
        Column("en", "Giấy tờ (tiếng Anh)", width=40),
        Column(
            "kind",
            "Loại",
            "choice",
            14,
            {"submit": "nộp", "present": "xuất trình", "form": "tờ khai"},
        ),
        Column("copies", "Số bản", "whole", 8),
        *_both("note", "Ghi chú"),
        Column("id", "Mã giấy tờ", "code", 10, note="Thường để trống"),
    ),
    CATALOGUE,
    "Mỗi dòng một giấy tờ của thủ tục, theo thứ tự.",
)
FEES = Sheet(
    "Lệ phí",
    (
        _CODE,
        _CASE,
        *_both("case", "Mức nào"),
        Column("amount_vnd", "Số tiền (đồng)", "money", 16, note="0 = miễn phí; trống = chưa biết"),
    ),
    CATALOGUE,
    "Mỗi dòng một mức. Thủ tục không có dòng nào là chưa biết lệ phí.",
)
CASES = Sheet(
    "Trường hợp",
    (
        _CODE,
        Column("number", "Số", "whole", 8, note="1, 2, 3… trong mỗi thủ tục"),
        *_both("if", "Khi nào", 50),
        *_both("note", "Ghi chú"),
        Column("id", "Mã trường hợp", "code", 12, note="Thường để trống"),
    ),
    CATALOGUE,
    "Điều kiện làm đổi giấy tờ hoặc lệ phí.",
)
CASE_PAPERS = Sheet(
    "Giấy tờ trường hợp",
    (
        _CODE,
        _CASE,
        Column(
            "what",
            "Thêm hay bớt",
            "choice",
            16,
            {
                "documents_add": "thêm giấy",
                "documents_drop": "bớt giấy",
                "not_needed": "không cần điều này",
            },
        ),
        *_both("text", "Giấy tờ", 60),
    ),
    CATALOGUE,
    "Bớt giấy: chép đúng từng chữ ở trang Giấy tờ.",
)
STEPS = Sheet("Các bước", (_CODE, *_both("text", "Bước", 70)), CATALOGUE, "Theo thứ tự.")
FORMS = Sheet(
    "Biểu mẫu",
    (_CODE, *_both("name", "Tên biểu mẫu", 50), Column("url", "Địa chỉ tải", width=50)),
    CATALOGUE,
    "Mẫu đơn, tờ khai.",
)
LISTS = Sheet(
    "Cách gọi, nguồn",
    (
        _CODE,
        Column(
            "what",
            "Loại",
            "choice",
            24,
            {
                "aliases": "cách gọi",
                "examples": "cách dân hỏi",
                "former_names": "tên cũ",
                "legal_basis": "căn cứ đã thấy trong nguồn",
                "legal_basis_unverified": "căn cứ chưa kiểm chứng",
                "sources": "nguồn",
            },
        ),
        Column("text", "Nội dung", width=80),
    ),
    CATALOGUE,
    "Mỗi dòng một cách gọi, một câu dân hỏi, một nguồn.",
)
FAQS = Sheet(
    "Hỏi đáp",
    (
        Column("id", "Mã hỏi đáp", "code", 26, note="Chữ thường không dấu, nối bằng -"),
        _VERSION,
        *_both("question", "Câu hỏi", 50),
        *_both("answer", "Câu trả lời", 70),
        Column("valid_from", "Áp dụng từ ngày", "day", 14),
        Column("valid_until", "Áp dụng đến ngày", "day", 14),
        Column("source", "Nguồn", width=30),
    ),
    FAQ,
    "Câu hỏi không phải thủ tục: gửi xe, wifi, ai ký…",
)
VARIANTS = Sheet(
    "Cách hỏi",
    (
        Column("id", "Mã hỏi đáp", "code", 26),
        Column("text", "Cách hỏi khác", width=80),
    ),
    FAQ,
    "Mỗi dòng một cách hỏi khác của mục ở trang Hỏi đáp.",
)
SHEETS: tuple[Sheet, ...] = (
    PROCEDURES,
    DOCUMENTS,
    FEES,
    CASES,
    CASE_PAPERS,
    STEPS,
    FORMS,
    LISTS,
    FAQS,
    VARIANTS,
)
GUIDE, VALUES = "Hướng dẫn", "Danh mục"
"""Sheets that no import reads."""
