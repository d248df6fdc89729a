"""Why a conversation or a message is refused."""

from assistant.errors import LetanError


def conversation_closed() -> LetanError:
    return LetanError(
        "conversation_closed",
        410,
        "Cuộc trò chuyện này đã kết thúc. Xin mở cuộc mới.",
        "This conversation is over. Open a new one.",
        remedy_vi="POST /api/v1/conversations",
        remedy_en="POST /api/v1/conversations",
    )


def conversation_unknown() -> LetanError:
    return LetanError(
        "conversation_unknown",
        404,
        "Không có cuộc trò chuyện này.",
        "There is no such conversation.",
        remedy_vi="Mở cuộc mới: POST /api/v1/conversations",
        remedy_en="Open one: POST /api/v1/conversations",
    )


def message_id_conflict() -> LetanError:
    return LetanError(
        "message_id_conflict",
        409,
        "Mã tin nhắn này đã dùng cho một câu khác.",
        "This message id was used for another message.",
        field="message_id",
        remedy_vi="Mỗi câu mới cần một message_id mới.",
        remedy_en="Give every new message a new message_id.",
    )


def kiosk_token_missing() -> LetanError:
    return LetanError(
        "token_missing",
        401,
        "Mở cuộc trò chuyện tại kiosk cần mã truy cập của kiosk đó.",
        "To open a conversation at a kiosk, that kiosk's token is needed.",
        field="kiosk",
        remedy_vi="Ghép nối bằng POST /api/v1/kiosks/pair, hoặc bỏ trường 'kiosk'.",
        remedy_en="Pair with POST /api/v1/kiosks/pair, or leave 'kiosk' out.",
    )


def kiosk_mismatch() -> LetanError:
    return LetanError(
        "kiosk_mismatch",
        403,
        "Mã truy cập thuộc về một kiosk khác.",
        "The token belongs to another kiosk.",
        field="kiosk",
    )
