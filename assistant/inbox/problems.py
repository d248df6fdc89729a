"""What can go wrong with the inbox."""

from assistant.errors import LetanError


def group_unknown(id_: int) -> LetanError:
    return LetanError(
        "inbox_unknown",
        404,
        f"Không có mục {id_} trong hộp thư; có thể câu hỏi đã quá hạn lưu.",
        f"There is no entry {id_} in the inbox; its questions may be past their retention.",
        field="id",
    )


def already_resolved(who: str) -> LetanError:
    return LetanError(
        "inbox_resolved",
        409,
        f"Mục này vừa được {who} xử lý. Muốn xử lý lại, hãy hoàn tác trước.",
        f"{who} has dealt with this already. Undo that first to decide again.",
    )


def nothing_to_undo() -> LetanError:
    return LetanError(
        "inbox_not_resolved",
        409,
        "Mục này chưa được xử lý nên không có gì để hoàn tác.",
        "Nobody has dealt with this yet: there is nothing to undo.",
    )


def missing(field: str) -> LetanError:
    wanted = {
        "code": ("mã thủ tục mà câu hỏi nói tới", "the code of the procedure that is meant"),
        "reason": ("lý do bỏ qua", "why it is to be ignored"),
        "text": ("câu hỏi còn lại ít nhất một từ có nghĩa", "at least one word that matters"),
        "answer": ("câu trả lời mà máy sẽ nói", "what the desk is to answer"),
        "ticket": (
            "đúng một trong hai: số thứ tự (ticket) hoặc mã phiếu (slip)",
            "exactly one of the ticket's number and the slip's code",
        ),
    }
    vi, en = wanted[field]
    return LetanError("inbox_incomplete", 422, f"Cần {vi}.", f"Needed: {en}.", field=field)


def ticket_unknown(number: int) -> LetanError:
    return LetanError(
        "ticket_unknown",
        404,
        f"Hôm nay không có số {number}.",
        f"No ticket {number} was given out today.",
        field="ticket",
    )


def report_unknown(id_: int) -> LetanError:
    return LetanError(
        "report_unknown",
        404,
        f"Không có lần báo nhầm quầy số {id_}.",
        f"There is no report {id_} of a wrong counter.",
        field="id",
    )
