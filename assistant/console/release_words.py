"""How releases, notices and the centre are told to staff; their English stands in `desk.po`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from nicegui import ui

from assistant.errors import Language, LetanError
from assistant.translations import translation

_FOLDER = Path(__file__).parent

STATES = {
    "building": "đang tạo",
    "failed": "không tạo được",
    "built": "đã tạo, chưa phát hành",
    "live": "đang dùng",
    "retired": "đã từng dùng",
}
STEPS = {
    "content": "Chép danh mục và thông tin trung tâm",
    "training data": "Soạn các cách dân hỏi",
    "loading Rasa": "Mở chương trình học",
    "training": "Học các cách dân hỏi",
    "manifest": "Ghi dấu niêm phong",
    "evaluation": "Chấm bằng bộ câu hỏi kiểm tra và so với bản đang dùng",
    "done": "Xong",
}
"""Steps of a build as they are told by it."""
PLANS = {
    "planned": "Hẹn phát hành lúc {at} (người hẹn: {who})",
    "running": "Đang phát hành theo lịch hẹn lúc {at}",
    "done": "Đã phát hành theo lịch hẹn lúc {at}",
    "failed": "Lịch hẹn lúc {at} không phát hành được: {why}",
    "cancelled": "Lịch hẹn lúc {at} đã hủy",
}
VERDICTS = {"better": "Tốt hơn", "same": "Như cũ", "worse": "Kém hơn"}


class Words:
    """Sentences, times and errors in the language of one reader."""

    def __init__(self, language: Language, timezone: str) -> None:
        self.language: Language = language
        self.zone = ZoneInfo(timezone)

    def __call__(self, text: str, /, **values: object) -> str:
        found = translation(_FOLDER, "desk", self.language).gettext(text)
        return found.format(**values) if values else found

    def styled(self) -> None:
        """The look of these pages, beside that of all."""
        ui.add_head_html('<link rel="stylesheet" href="/web/css/console-releases.css">')

    def heading(self, text: str) -> None:
        ui.label(self(text)).classes("desk-heading").props("role=heading aria-level=2")

    def when(self, at: datetime | None) -> str:
        """A local time; a dash for none."""
        return at.astimezone(self.zone).strftime("%d/%m/%Y %H:%M") if at is not None else "–"

    def local(self, typed: str) -> datetime | None:
        """What a field for date and time holds; None for an empty one. Raises LetanError."""
        if not typed:
            return None
        try:
            at = datetime.fromisoformat(typed)
        except ValueError as error:
            raise LetanError(
                "input_invalid", 422, "Ngày giờ không đúng.", "That is no date and time."
            ) from error
        return at if at.tzinfo is not None else at.replace(tzinfo=self.zone)

    def guarded(
        self, action: Callable[[], Awaitable[None]], then: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        """Shows an error of ours as a sentence instead of losing it; ``then`` follows success."""

        async def run() -> None:
            try:
                await action()
            except LetanError as error:
                self.tell(error)
            else:
                if then is not None:
                    then()

        return run

    def tell(self, error: LetanError) -> None:
        remedy = error.remedy(self.language)
        text = error.text(self.language) + (f" {remedy}" if remedy else "")
        ui.notify(text, type="negative", timeout=12000, multi_line=True, close_button="OK")
