"""How long a pause ends a turn, by what was said so far: people pause inside numbers and after
"là …", and do not after a whole question."""

import re
import unicodedata
from typing import Any, Protocol

from assistant.errors import Language
from assistant.voice.confirmation import sure_of

USUAL_S = 0.64
COMPLETE_S = 0.45
"""A new hypothesis takes 0.43 s of audio: with less, words at the end would not be seen."""
WHOLE_S = 0.35
"""After a whole question, once its last word is known (`voice.recognising`)."""
NAMED_S = 0.45
"""After a plain sentence that names what it is about, and may go on to ask something of it."""
STORY_S = 0.95
"""After a sentence that has asked nothing so far: people first tell how it came about."""
STORY_WORDS = 5
LONG_STORY_WORDS = 16
"""So many words without a question are a story, whatever is known of their meaning."""
OPEN_S = 1.3
BARE_S = 0.9
"""One or two words are more often a beginning than a question."""

_COMPLETE = {
    "vi": "gì|không|chưa|đâu|nào|sao|mấy|nhiêu|lâu|ạ|với ạ|nhé|nhỉ|hả|thế|vậy|được không|phải không"
    "|không ạ|chưa ạ|hông|hổng|hen|nghen|nha|chớ|răng|rứa|chi|thế nào|như thế nào|ra sao|bao lâu"
    "|bao nhiêu|khi nào|lúc nào|ở đâu|cảm ơn",
    "en": "please|thanks|thank you|today|here|now|do i need|does it cost|does it take|can i get it",
}
_OPEN = {
    "vi": "là|thì|mà|của|cho|và|với|hoặc|hay|để|ở|tại|nếu|vì|do|khi|về|bị|muốn|cần|hỏi|xin|làm|thêm"
    "|một|cái|việc|thủ tục|giấy|tờ|đăng ký|cấp|nhưng|tức là|nghĩa là|ý là|từ|đến|số|ờ|ừm|ừ|à|ơ"
    "|um|ừa|bởi|hồi|hổm|với lại|nên|lúc"
    "|thế thì|thế còn|còn|các|những|cho tôi|cho em|mã|ngày|tháng|năm|quầy|phường|xã",
    "en": "the|a|an|of|for|to|and|or|but|if|is|are|my|i|in|at|on|with|about|from|need|want|like|um"
    "|uh|er|so|that|because|number|code|do|does|can|where|what|how|when",
}
_ANSWERS = re.compile(
    r"(?:dạ )?(?:đúng|phải|vâng|có|không|không phải|rồi|thôi|được|dạ)(?: rồi)?(?: ạ)?"
    r"|yes|no|right|okay"
)
"""Whole utterances of one or two words."""
_DIGITS = {
    "vi": "không một hai ba bốn tư năm lăm sáu bảy bẩy tám chín mười mươi linh lẻ chấm trăm nghìn"
    " ngàn triệu mốt",
    "en": "zero oh one two three four five six seven eight nine ten point dash hundred thousand",
}
_ENDS = {
    kind: {language: re.compile(rf"(?:^|\s)(?:{words})$") for language, words in table.items()}
    for kind, table in (("complete", _COMPLETE), ("open", _OPEN))
}
_NUMBERS = {language: frozenset(words.split()) for language, words in _DIGITS.items()}
_NUMBER_WORDS = 3
"""So many digits in a row are a number being read out; fewer may be a counter or a child's age."""


class Patience(Protocol):
    """As `patience` does it."""

    def __call__(self, text: str, language: Language, *, known: bool = False) -> float: ...


def patience(text: str, language: Language, *, known: bool = False) -> float:
    """Seconds of silence after which what was said so far is taken as the whole of it.

    ``known``: the text reaches to the end of what was said; else a word may be missing.
    """
    plain = unicodedata.normalize("NFC", text).lower()
    words = re.sub(r"[^\w\s]", " ", plain).split()
    if not words:
        return USUAL_S
    said = " ".join(words)
    if _ANSWERS.fullmatch(said):
        return USUAL_S
    if _in_a_number(words, language) or _ENDS["open"][language].search(said):
        return OPEN_S
    if len(words) < 3:
        return BARE_S
    if not _ENDS["complete"][language].search(said):
        return USUAL_S if len(words) < LONG_STORY_WORDS else STORY_S
    return WHOLE_S if known else COMPLETE_S


def patience_of_meaning(parsed: dict[str, Any], text: str, language: Language) -> float:
    """The same, for words that are all known, with what the engine understands by them."""
    by_words = patience(text, language, known=True)
    if by_words not in (USUAL_S, STORY_S):
        return by_words
    if not sure_of(parsed):
        return by_words if len(text.split()) < STORY_WORDS else STORY_S
    about = (parsed.get("intent") or {}).get("name") == "ask_procedure"
    return NAMED_S if about and not parsed.get("aspects") else WHOLE_S


def _in_a_number(words: list[str], language: Language) -> bool:
    last = words[-_NUMBER_WORDS:]
    return len(last) == _NUMBER_WORDS and all(
        word in _NUMBERS[language] or word.isdigit() for word in last
    )
