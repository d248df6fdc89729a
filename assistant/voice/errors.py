"""Errors of the speech room as errors of the application."""

from assistant.errors import LetanError
from speech.errors import SpeechError

_STATUS = {
    "engine_unavailable": 503,
    "engine_failed": 503,
    "speech_unreachable": 503,
    "busy": 503,
    "protocol_error": 502,
    "model_download": 502,
    "text_too_long": 422,
    "language_unsupported": 422,
    "voice_unknown": 500,
}
_RENAMED = {
    "engine_unavailable": "speech_unavailable",
    "engine_failed": "speech_failed",
    "protocol_error": "speech_protocol",
    "busy": "voice_busy",
}


def of_speech(error: SpeechError, field: str | None = None) -> LetanError:
    """The same sentences with an HTTP status; audio that cannot be used is the sender's (422)."""
    return LetanError(
        _RENAMED.get(error.code, error.code),
        _STATUS.get(error.code, 422 if error.code.startswith(("audio_", "model_")) else 502),
        error.vi,
        error.en,
        field=field,
        log=error.log,
        retry_after=2 if error.code in ("engine_failed", "speech_unreachable", "busy") else None,
    )


def voice_busy(limit: int) -> LetanError:
    return LetanError(
        "voice_busy",
        503,
        f"Đang có {limit} người nói cùng lúc. Xin chờ vài giây rồi nói lại, hoặc gõ câu hỏi.",
        f"{limit} people are speaking at once. Wait a few seconds, or type the question.",
        retry_after=5,
    )


def text_too_long(length: int, limit: int) -> LetanError:
    return LetanError(
        "text_too_long",
        422,
        f"Văn bản cần đọc dài {length} ký tự; nhiều nhất là {limit} ký tự.",
        f"The text to speak has {length} characters; at most {limit} are taken.",
        field="text",
        remedy_vi="Chia thành nhiều đoạn ngắn hơn.",
        remedy_en="Send it in shorter pieces.",
    )


def nothing_to_say() -> LetanError:
    return LetanError(
        "speech_empty",
        422,
        "Văn bản không có chữ nào để đọc.",
        "The text holds no words to speak.",
        field="text",
        remedy_vi="Viết ít nhất một từ vào trường 'text'.",
        remedy_en="Write at least one word into the field 'text'.",
    )


def speech_unavailable(role: str, reason: str) -> LetanError:
    """``reason`` in English, with the remedy where one is known."""
    part = "Bộ đọc tiếng nói" if role == "synthesiser" else "Bộ nhận dạng tiếng nói"
    return LetanError(
        "speech_unavailable",
        503,
        f"{part} chưa dùng được; xin gõ câu hỏi. Chi tiết: {reason}",
        f"The speech {role} cannot be used; type the question. Details: {reason}",
        retry_after=5,
    )
