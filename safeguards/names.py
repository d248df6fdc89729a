"""Finds names of people: told as such ("tên tôi là …", "my name is …"), or plainly Vietnamese names
(a family name and two or three capitalised words after it)."""

import re
from collections.abc import Iterator

_PERSON = (
    r"(?:tôi|tui|em|cháu|con|mình|anh|chị|bác|cô|chú|chồng|vợ|bố|mẹ|ba|má|ông|bà|toi|chau|minh|chong"
    r"|vo|bo|me|anh|chi)(?:\s+(?:tôi|tui|em|cháu|mình|toi|chau|minh|trai|gái|gai|nội|ngoại))*"
)
_IS = r"\s*(?::|=|\b(?:là|la|is)\b)\s*"
_TITLE = r"(?:\s*(?:ông|bà|anh|chị|cô|chú|bác|mr|mrs|ms)\b\.?)?\s*"
_CUE = re.compile(
    rf"(?:\b(?:họ\s*(?:và|&)?\s*tên|ho\s*(?:va|&)?\s*ten)(?:\s+(?:của\s+|cua\s+)?{_PERSON})?{_IS}"
    rf"|\b{_PERSON}\s+(?:tên|ten)\b(?:{_IS})?|\b(?:tên|ten)\s+(?:của\s+|cua\s+)?{_PERSON}{_IS}"
    r"|\b(?:my|his|her)(?:\s+(?:full|son|daughter|wife|husband|father|mother)(?:'s|’s)?)*"
    r"\s+name(?:\s+is\b|'s\b|’s\b|:)|\b(?:i\s+am|i'm)\s+called\b)" + _TITLE,
    re.I,
)
_WORD = re.compile(r"\s*([^\W\d_][\w'’.-]*)")
_ENDS_WRITTEN = """
muốn muon cần can xin hỏi hoi đến den tới toi ở o sinh năm nam tuổi tuoi và va làm lam đi di đăng
dang có co bị bi để de cho thường thuong trú tru số so ạ a mà ma thì thi là la định dinh gì gi nào
nao viết viet bằng bang mới moi nay đang vừa vua phải phai trong trên tren theo không khong được
duoc như nhu khai sai ghi nhầm nham quê que hiện hien nhà nha cccd cmnd sđt sdt chi ni nớ tục đệm
lót khác người vợ chồng
and want would need i to from live born the with who what wrong missing spelled spelt misspelled not
on in incorrect different written
"""
_ENDS = frozenset(_ENDS_WRITTEN.split())
"""No part of a name in small letters."""
_LONGEST = 5

_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
CAPITALISED = rf"(?:\s+[{_UPPER}]\w*){{1,4}}"
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Huỳnh|Hoàng|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Trịnh|Đinh|Trương|Lý|Mai|Tô|Hà|Hồ"
    "|Nguyen|Tran|Pham|Huynh|Hoang"
)
_FAMILY = f"(?:{_FAMILY}|{_FAMILY.upper()})"
_WRITTEN = re.compile(rf"(?<!\w){_FAMILY}(?:\s+[{_UPPER}]\w*){{2,3}}(?!\w)")
_SHORT = re.compile(
    r"\b(?:là|la|ông|bà|anh|chị|chồng|vợ|con|bé|cháu|cô|chú|bác|i am|i'm|im|this is|mr\.?|mrs\.?"
    rf"|ms\.?)\s+(?-i:(?P<name>{_FAMILY}(?:\s+[{_UPPER}]\w*){{1,3}}))(?!\w)",
    re.I,
)
_SPOKEN = re.compile(
    r"\b(?:nguyễn|trần|lê|phạm|huỳnh|hoàng|phan|vũ|võ|đặng|bùi|đỗ|ngô|nguyen|tran|pham|huynh|hoang"
    r"|bui)\s+(?:văn|thị|van|thi)\s+(?P<given>\w+(?:\s+\w+)?)",
    re.I,
)
_ENGLISH = re.compile(
    r"\b(?:[Ii] am|[Ii]['’]?m|[Tt]his is"
    r"|[Mm]y (?:husband|wife|son|daughter|father|mother)(?: is|,)?)"
    r"\s+(?!\w*(?:ese|ish|ican|ian|rean)\b)(?P<name>[A-Z][a-z]+(?:\s+[A-Z][a-z]+){1,2})(?!\w)"
    r"|\b(?:Mr|Mrs|Ms)\.?\s+(?P<titled>[A-Z][a-z]+(?:\s+[A-Z][a-z]+){0,2})(?!\w)"
)
_PLACE = re.compile(
    r"(?:đường|phố|phường|quận|trường|tp\.?|thành phố|chợ|bệnh viện|cầu|xã|huyện|tỉnh|ngõ|hẻm"
    r"|street|ward|district|road|city|lăng|công viên|bảo tàng)\s+$",
    re.I,
)
_FAMOUS = re.compile(r"(?:Hồ Chí Minh|HỒ CHÍ MINH|Ho Chi Minh|Hà Nội|Hà Nam|Hà Tĩnh|Hồ Sơ)")
"""Named in questions without being anybody at the desk."""


def name_spans(text: str) -> list[tuple[int, int]]:
    """Where names stand, from left to right, none within another."""
    spans: list[tuple[int, int]] = []
    position = 0
    for start, end in sorted([*_told(text), *_plain(text)]):
        if start >= position:
            spans.append((start, end))
            position = end
        elif end > position:
            spans[-1] = (spans[-1][0], end)
            position = end
    return spans


def _told(text: str) -> Iterator[tuple[int, int]]:
    for cue in _CUE.finditer(text):
        end = cue.end()
        for count in range(_LONGEST):
            word = _WORD.match(text, end)
            if word is None:
                break
            written = word.group(1).strip(".")
            inside = count > 0 and written[:1].isupper()  # "Nguyễn Thị Năm"
            if written.lower() in _ENDS and not inside:
                break
            end = word.end()
        if end > cue.end():
            yield cue.end(), end


def _plain(text: str) -> Iterator[tuple[int, int]]:
    words = text.split()
    titled = len(words) > 5 and all(word[:1].isupper() for word in words)
    patterns = (_SPOKEN,) if titled else (_WRITTEN, _SHORT, _SPOKEN, _ENGLISH)
    for pattern in patterns:  # "Đăng Ký Kết Hôn Cần Giấy Tờ Gì": capitals say nothing there
        for match in pattern.finditer(text):
            start, end = match.span(match.lastgroup or 0)
            if pattern is _SPOKEN:
                start, end = match.start(), _spoken_end(match)
            named_after = _PLACE.search(text, max(0, start - 20), start)
            if end > start and not named_after and not _FAMOUS.match(text, start):
                yield start, end


def _spoken_end(match: re.Match[str]) -> int:
    """Behind one or two given names; `match.start()` when there is none."""
    given = [word.lower() for word in match.group("given").split()]
    if given[0] in _ENDS:
        return match.start()
    if len(given) == 1 or (given[1] not in _ENDS and given[1].isalpha()):
        return match.end()
    return match.start("given") + len(given[0])
