"""What a robot says: Vietnamese source strings, English from the catalogue beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.pofile import read_po

from robot_bridge.places import Place

_CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "robot_bridge.po"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said, in both languages."""

    vi: str
    en: str
    code: str = ""
    """Its name for programs, where it has one: what a page need not say a second time."""


FOLLOW_ME: Final = "Dạ, mời anh/chị theo em đến {place} ạ."
COMING: Final = "Dạ, em đang đến chỗ anh/chị. Anh/chị chờ em một chút ạ."
HERE_I_AM: Final = "Dạ, em đến rồi ạ. Mời anh/chị theo em đến {place} ạ."
HERE_WE_ARE: Final = "Dạ, mình đã đến {place} rồi ạ."
EXCUSE_ME: Final = "Dạ, xin anh/chị cho em đi nhờ một chút ạ."
WAY_BLOCKED: Final = (
    "Dạ, em xin lỗi, đường đang bị chắn nên em chưa đi tiếp được. "
    "Anh/chị đi theo bảng chỉ dẫn hoặc hỏi nhân viên giúp em ạ."
)
CANNOT_GO_ON: Final = (
    "Dạ, em xin lỗi, em không dẫn anh/chị đi tiếp được. Anh/chị hỏi nhân viên giúp em ạ."
)
STOPPED: Final = "Dạ, em đã dừng lại rồi ạ."
CANCELLED: Final = "Dạ, em không đi nữa ạ."
STILL_THERE: Final = "Dạ, anh/chị còn theo em không ạ?"
GOING_ON: Final = "Dạ, mình đi tiếp ạ."
NO_ANSWER: Final = (
    "Dạ, em không thấy anh/chị trả lời nên em xin phép về chỗ của em. "
    "Khi nào cần, anh/chị gọi em ạ."
)
SLOWER: Final = "Dạ, em đi chậm lại ạ."
CLOSED_BUT: Final = (
    "Dạ, {place} vừa đóng. {other} đang mở và cũng nhận việc này. "
    "Em dẫn anh/chị đến đó được không ạ?"
)
CLOSED: Final = "Dạ, {place} vừa đóng rồi ạ. Anh/chị hỏi nhân viên giúp em ạ."
MAKING_A_ROUND: Final = "Dạ, em mang nước và kẹo đến mời mọi người ạ."
WATER_AND_SWEETS: Final = "Dạ, mời cô bác, anh chị dùng nước và kẹo ạ."
WELCOME: Final = "Dạ, em chào anh/chị. Anh/chị cần làm thủ tục gì, em xin hướng dẫn ạ."
CLOSING_SOON: Final = "Dạ, trung tâm sắp hết giờ làm việc. Ai chưa lấy số, xin hỏi bàn hướng dẫn ạ."
TAKE_A_TICKET: Final = "Dạ, ai chưa có số thứ tự, xin lấy số ở máy lấy số gần cửa ạ."
KEEP_THE_WAY_FREE: Final = "Dạ, xin mọi người chừa lối đi giúp em ạ."
PRIORITY_SEATS: Final = (
    "Dạ, xin nhường ghế ưu tiên cho người cao tuổi, phụ nữ mang thai và người khuyết tật ạ."
)
APPROVED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "welcome": WELCOME,
        "water_and_sweets": WATER_AND_SWEETS,
        "closing_soon": CLOSING_SOON,
        "take_a_ticket": TAKE_A_TICKET,
        "keep_the_way_free": KEEP_THE_WAY_FREE,
        "priority_seats": PRIORITY_SEATS,
    }
)
"""What a robot may be sent to say; nothing else is said because somebody asks for it."""
GOING_HOME: Final = "Dạ, em xin phép về chỗ của em ạ."
ON_MY_WAY: Final = "Dạ, em xin phép đi đến {place} ạ."
GOING_TO_CHARGE: Final = "Dạ, em xin phép đi sạc pin ạ."

NOT_LINKED: Final = "Dạ, hiện em không liên lạc được với robot. Anh/chị hỏi nhân viên giúp em ạ."
HELD: Final = "Robot đang được giữ dừng. Nhân viên cần cho phép chạy lại trước."
E_STOP: Final = "Nút dừng khẩn cấp trên robot đang được nhấn. Nhân viên cần kiểm tra và mở nút."
BY_HAND: Final = "Robot đang được điều khiển bằng tay."
LOST: Final = "Robot chưa xác định được vị trí của mình. Nhân viên cần giúp robot định vị lại."
BATTERY_LOW: Final = "Pin của robot quá thấp, robot cần được sạc."
OFF_MAP: Final = "{place} nằm ngoài vùng robot được phép đi."
BUSY_LEADING: Final = (
    "Robot đang dẫn một người khác đến {place}, khoảng {minutes} phút nữa mới xong. "
    "Xin chờ một chút."
)
BUSY_RETURNING: Final = (
    "Robot đang đi đến {place}, khoảng {minutes} phút nữa mới xong. Xin chờ một chút."
)

_CODES: Final = {
    FOLLOW_ME: "follow_me",
    COMING: "coming",
    HERE_I_AM: "here_i_am",
    HERE_WE_ARE: "here_we_are",
    EXCUSE_ME: "excuse_me",
    WAY_BLOCKED: "way_blocked",
    CANNOT_GO_ON: "cannot_go_on",
    STOPPED: "stopped",
    CANCELLED: "cancelled",
    STILL_THERE: "still_there",
    GOING_ON: "going_on",
    NO_ANSWER: "no_answer",
    SLOWER: "slower",
    CLOSED_BUT: "closed_but",
    CLOSED: "closed",
    GOING_HOME: "going_home",
    ON_MY_WAY: "on_my_way",
    MAKING_A_ROUND: "making_a_round",
    **{text: key for key, text in APPROVED.items()},
    GOING_TO_CHARGE: "going_to_charge",
}


def sentence(
    source: str, place: Place | None = None, other: Place | None = None, *, minutes: int = 1
) -> Sentence:
    """A sentence in both languages, with the names of places in it; ``other`` begins a sentence."""
    vi, en = source, _english()[source]
    if place is not None:
        beside = other or place
        vi = vi.format(place=_inside(place.vi), other=_capital(beside.vi), minutes=minutes)
        en = en.format(place=_inside(place.en), other=_capital(beside.en), minutes=minutes)
    return Sentence(_capital(vi), _capital(en), _CODES.get(source, ""))


@cache
def _english() -> dict[str, str]:
    with _CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


def _inside(name: str) -> str:
    """A name as it is written within a sentence."""
    return name[:1].lower() + name[1:] if not name[:2].isupper() else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
