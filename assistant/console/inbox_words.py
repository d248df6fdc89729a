"""The inbox in words."""

from assistant.console.wording import say
from assistant.errors import Language
from assistant.inbox.schemas import GroupOut

KINDS = {
    "unanswered": "chưa trả lời được",
    "doubt": "trả lời mà chưa chắc",
    "thumbs_down": "người dân chê",
    "handed_over": "chuyển cán bộ",
    "wrongly_sent": "chỉ nhầm quầy",
}
CHANNELS = {
    "kiosk": "Kiosk",
    "rest": "Web",
    "terminal": "Dòng lệnh",
    "zalo_oa": "Zalo OA",
    "zalo_bot": "Zalo Bot",
}
REASONS = (
    "Không phải câu hỏi",
    "Thử máy, nói đùa",
    "Máy nghe nhầm",
    "Chuyện riêng của một người",
    "Máy đã trả lời đúng",
)
"""Why questions are ignored; written into the judgement in Vietnamese."""
ACTIONS = {
    "example": "Nhận làm cách hỏi của {name}",
    "faq": "Đã thành câu hỏi đáp mới",
    "out_of_scope": "Ngoài phạm vi của phường",
    "ignore": "Bỏ qua: {reason}",
}


def line(language: Language, group: GroupOut) -> str:
    """How many people, the trend and why, for one line of the list."""
    kinds = ", ".join(say(language, KINDS[kind]) for kind in group.kinds)
    people = say(language, "{n} người", n=group.people)
    return f"{people} · {trend(language, group)} · {kinds}"


def trend(language: Language, group: GroupOut) -> str:
    arrow = ""
    if group.this_week != group.last_week:
        arrow = "↑ " if group.this_week > group.last_week else "↓ "
    return arrow + say(
        language,
        "7 ngày qua {this}, 7 ngày trước đó {last}",
        this=group.this_week,
        last=group.last_week,
    )


def decided(language: Language, group: GroupOut, names: dict[str, str]) -> str:
    """What was decided, by whom."""
    judged = group.judgement
    if judged is None:
        return ""
    code = judged.code or ""
    reason = say(language, judged.reason) if judged.reason in REASONS else judged.reason or ""
    name = names.get(code, code)
    told = say(language, ACTIONS.get(judged.action, judged.action), name=name, reason=reason)
    by = say(language, "bởi {who}", who=judged.who)
    return f"{told} ({by})"
