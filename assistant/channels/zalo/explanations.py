"""What is wrong with tokens or sending, for the people who can mend it."""

from typing import NamedTuple


class Told(NamedTuple):
    """One sentence or two, with what to do."""

    vi: str
    en: str

    def text(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


_CONSENT = Told(
    "Người quản trị Official Account cần cấp quyền lại: chạy `letan zalo connect`.",
    "An administrator of the Official Account has to consent again: run `letan zalo connect`.",
)
NOT_CONNECTED = Told(
    "Chưa có mã truy cập Zalo: chạy `letan zalo connect`. Câu trả lời được giữ lại, chưa gửi đi.",
    "There are no Zalo tokens yet: run `letan zalo connect`. Answers are kept, not sent.",
)

_STOPS: dict[str, Told] = {
    "empty": Told(
        "Mã làm mới của Zalo đã được dùng rồi (câu trả lời rỗng).",
        "Zalo's refresh token was used already (empty answer).",
    ),
    "error -14014": Told(
        "Zalo không nhận mã làm mới (-14014).", "Zalo refuses the refresh token (-14014)."
    ),
    "error -14002": Told(
        "Zalo không nhận LETAN_ZALO_APP_ID hoặc khoá của ứng dụng (-14002).",
        "Zalo refuses LETAN_ZALO_APP_ID or the app's secret (-14002).",
    ),
    "error -14003": Told(
        "Địa chỉ nhận kết quả không khớp với địa chỉ đã lưu trên trang nhà phát triển (-14003).",
        "The redirect address differs from the one saved in the developer console (-14003).",
    ),
    "not configured": Told(
        "Thiếu LETAN_ZALO_APP_ID hoặc LETAN_ZALO_APP_SECRET.",
        "LETAN_ZALO_APP_ID or LETAN_ZALO_APP_SECRET is missing.",
    ),
    "no refresh token": Told(
        "Không có mã làm mới và mã truy cập đã hết hạn.",
        "There is no refresh token and the access token has expired.",
    ),
}

_ACCOUNT: dict[str, Told] = {
    "error -204": Told("Official Account đã bị xoá.", "The Official Account was deleted."),
    "error -205": Told("Official Account không tồn tại.", "There is no such Official Account."),
    "error -209": Told(
        "Ứng dụng Zalo chưa được kích hoạt.", "The Zalo app has not been activated."
    ),
    "error -211": Told("Đã hết hạn mức gửi tin.", "The quota of messages is used up."),
    "error -212": Told(
        "Ứng dụng chưa đăng ký dùng Official Account API.",
        "The app is not registered for the Official Account API.",
    ),
    "error -219": Told(
        "Ứng dụng Zalo đã bị xoá hoặc tắt.", "The Zalo app was removed or disabled."
    ),
    "error -221": Told(
        "Official Account chưa được xác thực.", "The Official Account is not verified."
    ),
    "error -223": Told(
        "Official Account chưa cấp quyền này cho ứng dụng.",
        "The Official Account has not granted this permission to the app.",
    ),
    "error -224": Told(
        "Gói dịch vụ của Official Account không có chức năng này.",
        "The Official Account's plan does not include this.",
    ),
    "error -235": Told(
        "Loại Official Account này không dùng được API.",
        "This kind of Official Account may not use the API.",
    ),
    "error -240": Told("Zalo đã ngừng địa chỉ API này.", "Zalo has shut this address of the API."),
    "error -242": Told(
        "Zalo không nhận appsecret_proof: kiểm tra LETAN_ZALO_APP_SECRET.",
        "Zalo refuses the appsecret_proof: check LETAN_ZALO_APP_SECRET.",
    ),
    "error -320": Told(
        "Ứng dụng chưa gắn với tài khoản Zalo Cloud.",
        "The app is not linked to a Zalo Cloud account.",
    ),
    "error -321": Told(
        "Tài khoản Zalo Cloud đã hết tiền.", "The Zalo Cloud account is out of money."
    ),
    "error 401": Told(
        "Zalo không nhận LETAN_ZALO_BOT_TOKEN.", "Zalo refuses LETAN_ZALO_BOT_TOKEN."
    ),
    "error 404": Told(
        "Zalo không biết bot này: kiểm tra LETAN_ZALO_BOT_TOKEN và LETAN_ZALO_BOT_URL.",
        "Zalo does not know this bot: check LETAN_ZALO_BOT_TOKEN and LETAN_ZALO_BOT_URL.",
    ),
    "no bot token": Told("Thiếu LETAN_ZALO_BOT_TOKEN.", "LETAN_ZALO_BOT_TOKEN is missing."),
}

_SENDING_WAITS = Told(
    "Câu trả lời được giữ lại; cứ một giờ Lễ Tân thử lại một tin. Xong thì chạy "
    "`letan zalo check --resume` để gửi ngay.",
    "Answers are kept; one is tried every hour. When it is mended, `letan zalo check --resume` "
    "sends them at once.",
)


def of_stop(reason: str | None) -> Told:
    """Why tokens are no longer renewed, and what to do."""
    why = _STOPS.get(reason or "")
    if why is None:
        told = reason or "?"
        why = Told(f"Zalo không nhận mã truy cập ({told}).", f"Zalo refuses the tokens ({told}).")
    if reason == "not configured":
        return why
    return Told(f"{why.vi} {_CONSENT.vi}", f"{why.en} {_CONSENT.en}")


def of_account(reason: str | None) -> Told:
    """Why nothing is sent on a channel."""
    told = reason or "?"
    unknown = Told(f"Zalo từ chối gửi ({told}).", f"Zalo refuses to send ({told}).")
    return _ACCOUNT.get(told, unknown)


def of_held(reason: str | None) -> Told:
    """The same, with what happens to the answers."""
    why = of_account((reason or "").removeprefix("held "))
    return Told(f"{why.vi} {_SENDING_WAITS.vi}", f"{why.en} {_SENDING_WAITS.en}")
