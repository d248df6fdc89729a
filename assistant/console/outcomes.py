"""Outcomes of turns in words."""

from assistant.console.wording import say
from assistant.errors import Language

_OUTCOMES = {
    "answered": "Đã trả lời",
    "clarified": "Đã hỏi lại cho rõ",
    "chosen": "Người dân đã chọn",
    "out_of_scope": "Ngoài phạm vi",
    "handed_over": "Chuyển cán bộ",
    "stopped": "Dừng robot",
    "busy": "Đang bận",
    "cancelled": "Người dân bỏ dở",
    "confirmed": "Đã hỏi lại câu nghe được",
    "error": "Lỗi",
    "rejected_silence": "Không nghe thấy gì",
    "rejected_too_short": "Tiếng quá ngắn",
    "rejected_noise": "Chỉ có tiếng ồn hoặc nghe không rõ",
    "rejected_engine": "Bộ nhận dạng bị gián đoạn",
    "rejected_echo": "Tiếng của chính máy",
    "rejected_other_language": "Nói tiếng khác",
}


def outcome(language: Language, name: str) -> str:
    """A name that has no words yet is shown as it is."""
    return say(language, _OUTCOMES.get(name, name))
