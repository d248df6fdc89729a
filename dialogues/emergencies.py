"""Cries for help, heard before anything else: by words alone, with no classifier.

A cry is told from a question about papers ("nhà cháy mất hết sổ đỏ", "giấy phép phòng cháy"): a
word of alarm counts only where nothing is asked of the desk and nothing lies in the past, unless
it can mean nothing else ("cứu với", "call an ambulance"). Without accents only what is unambiguous.
"""

from __future__ import annotations

import re
from typing import Literal

from dialogues.wording import fold, tokens

Emergency = Literal["fire", "medical", "police"]

_CRIES: tuple[tuple[Emergency, str], ...] = (
    (
        "fire",
        r"cháy (?:kìa|nhà kìa|rồi kìa|to quá|lớn quá)|(?:đang|có|bị) cháy (?:kìa|rồi|ở đây|ở kia)"
        r"|gọi (?:giúp |giùm |ngay )?(?:xe )?(?:cứu hỏa|cứu hoả|chữa cháy)|gọi 114|cháy cháy"
        r"|(?:có|nhiều) khói (?:kìa|bốc|ra|trong)|khói (?:ra|bốc|nghi ngút)|bốc cháy kìa"
        r"|chay kia|chay chay|goi cuu hoa|goi 114"
        r"|(?:is|are|s) on fire|call the fire|fire fire|there(?:s| is) (?:a )?(?:fire|smoke)",
    ),
    (
        "medical",
        r"gọi (?:giúp |giùm |ngay )?(?:xe )?(?:cấp cứu|cứu thương)|gọi 115|(?:có )?người"
        r"(?: \w+){0,3} (?:ngất|xỉu|co giật|đột quỵ|bất tỉnh|ngã gục|khó thở)"
        r"|(?:lên cơn đau tim|ngừng thở|ngưng thở)|cấp cứu (?:với|giúp|gấp|ngay)"
        r"|goi (?:xe )?cap cuu|goi 115|co nguoi (?:bi )?(?:ngat|xiu|ngat xiu)"
        r"|(?:call|need|get)(?: \w+){0,2} ambulance|(?:someone|somebody|he|she|man|woman|person"
        r"|lady|child)(?: \w+){0,3} (?:fainted|collapsed|unconscious|passed out|not breathing"
        r"|having a (?:heart attack|stroke|seizure))",
    ),
    (
        "police",
        r"(?:đang|có(?: \w+)?) (?:đánh nhau|ẩu đả|đánh lộn|uýnh lộn)|đánh nhau (?:kìa|rồi|ở)"
        r"|bị (?:bắt cóc|khống chế)|(?:có|đang bị) cướp|cướp cướp|gọi 113"
        r"|(?:gọi|kêu)(?: \w+){0,2} (?:cảnh sát|công an) (?:với|ngay|gấp|mau)|đâm nhau|chém nhau"
        r"|(?:cầm|có) (?:dao|súng) (?:kìa|đe|dọa|đòi)|dang danh nhau|bi bat coc|goi 113"
        r"|call the police|(?:people|they|men|guys|two \w+)(?: \w+){0,2} fighting|kidnapped"
        r"|being (?:attacked|robbed)|(?:has|with) a (?:knife|gun)",
    ),
)
"""What can mean nothing else, by the service that comes."""
_HELP = (
    r"cứu (?:với|tôi với|em với|cháu với|mạng|người|tui)|cuu (?:voi|toi voi|em voi|mang)"
    r"|help help|somebody help|someone help"
)
_ALARMS: tuple[tuple[Emergency, str], ...] = (
    (
        "fire",
        r"cháy|hỏa hoạn|hoả hoạn|khói|cứu hỏa|chay roi|chay nha|dang chay|co chay|hoa hoan|fire",
    ),
    (
        "medical",
        r"cấp cứu|ngất|ngất xỉu|xỉu|đột quỵ|co giật|tai nạn|cứu thương|khó thở|bất tỉnh|chảy máu"
        r"|cap cuu|ngat xiu|dot quy|tai nan|ambulance|fainted|collapsed|heart attack|stroke"
        r"|unconscious|accident",
    ),
    (
        "police",
        r"đánh nhau|bắt cóc|cướp|có trộm|ăn trộm|đánh lộn|ẩu đả|danh nhau|bat coc|cuop|a fight"
        r"|fighting|robbery|kidnapping|thief|emergency|khẩn cấp|khan cap",
    ),
)
"""What is a cry when it stands almost alone."""
_NO_CRY = re.compile(
    r"\b(?:phòng cháy|chữa cháy|bánh cháy|cháy bánh|cơm cháy|cháy hàng|cháy túi|cháy vé|cháy máy"
    r"|cháy phố|cháy giáo án|nồi cháy|pccc|phong chay|chua chay|banh chay|com chay|chay hang"
    r"|fire (?:safety|prevention|protection|extinguisher|permit|certificate|alarm)|fired|fireworks"
    r"|tai nạn lao động|tai nan lao dong|work accident|cash flow)\b"
)
_ABOUT_PAPERS = re.compile(
    r"\b(?:giay|so do|so hong|so goc|so ho khau|ho so|thu tuc|dang ky|khai|cap lai|cap doi|xin|"
    r"tro cap|bao hiem|ho tro|boi thuong|xac nhan|chung thuc|chung nhan|can cuoc|don|le phi|phi"
    r"|bao lau|bao nhieu|giam ho|mai tang|tuat|tam giu|bao lanh|the nao|lam sao|lam gi|nhu nao"
    r"|hom qua|hom kia|toi qua|dem qua|tuan truoc|thang truoc|nam ngoai|hoi|ngay truoc|vua roi"
    r"|decision|papers?|documents?|certificates?|lost|burnt|burned|register|registration|apply|benefit"
    r"|allowance|permit|insurance|form|yesterday|last|ago|how|what|which|where|fee)\b"
)
_MOST_WORDS = 12
"""A cry is short; a longer text tells a story."""


def emergency(text: str) -> Emergency | None:
    """Who must come, when the text is a cry for help."""
    written = " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))
    if _NO_CRY.search(written) and not re.search(rf"\b(?:{_HELP})\b", written):
        return None
    for kind, words in _CRIES:
        if re.search(rf"\b(?:{words})\b", written):
            return kind
    alarm = next((k for k, words in _ALARMS if re.search(rf"\b(?:{words})\b", written)), None)
    if re.search(rf"\b(?:{_HELP})\b", written):
        return alarm or "police"
    if alarm is None or len(tokens(text)) > _MOST_WORDS or _ABOUT_PAPERS.search(fold(written)):
        return None
    return alarm
