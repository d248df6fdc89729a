"""What can be wrong with a request to a robot."""

from collections.abc import Sequence

from assistant.errors import LetanError
from robot_bridge.missions import MissionKind, Refused

_STATUS = {"robot_unavailable": 503, "place_unreachable": 422}


def refused_as_error(refused: Refused) -> LetanError:
    """A refusal of the safety gate or of a busy robot: 409, or 503 when there is no link."""
    status = _STATUS.get(refused.code, 409)
    return LetanError(
        refused.code,
        status,
        refused.vi,
        refused.en,
        field="to" if refused.code == "place_unreachable" else None,
        retry_after=refused.wait_seconds
        or (10 if refused.code in ("robot_unavailable", "robot_busy") else None),
    )


def robot_unknown(robot_id: str | None, valid: Sequence[str]) -> LetanError:
    """404 with the robots that there are."""
    asked, names = _shown(robot_id), ", ".join(valid) or "–"
    return LetanError(
        "robot_unknown",
        404,
        f"Không có robot {asked}. Các robot hiện có: {names}.",
        f"There is no robot {asked}. There are: {names}.",
        field="robot",
    )


def place_unknown(place: str, valid: Sequence[str], field: str = "to") -> LetanError:
    """422 with the places that a robot may go to."""
    names = ", ".join(valid)
    return LetanError(
        "place_unknown",
        422,
        f"Robot không đi đến {_shown(place)} được. Các nơi robot đi được: {names}.",
        f"A robot cannot go to {_shown(place)}. It can go to: {names}.",
        field=field,
    )


def place_missing(valid: Sequence[str]) -> LetanError:
    """422: to lead somebody needs a place."""
    names = ", ".join(valid)
    return LetanError(
        "place_missing",
        422,
        f"Cần trường 'to': nơi cần đến, một trong {names}.",
        f"The field 'to' is needed: where to, one of {names}.",
        field="to",
    )


def sentence_unknown(sentence: str | None, valid: Sequence[str]) -> LetanError:
    """422: a robot says approved sentences only."""
    names = ", ".join(valid)
    return LetanError(
        "sentence_unknown",
        422,
        f"Robot không có câu {_shown(sentence)}. Các câu được duyệt: {names}.",
        f"There is no sentence {_shown(sentence)}. Approved are: {names}.",
        field="sentence",
    )


def target_not_its_own(kind: MissionKind, to: str, own: str) -> LetanError:
    """422: a robot returns to its own home and docks at its own dock only."""
    return LetanError(
        "place_unknown",
        422,
        f"Nhiệm vụ '{kind}' của robot này chỉ đi đến '{own}', không đến {_shown(to)}. "
        "Hãy bỏ trường 'to'.",
        f"The mission '{kind}' of this robot goes to '{own}' only, not to {_shown(to)}. "
        "Leave 'to' out.",
        field="to",
    )


def post_unknown(robot: str, field: str, place: str, valid: Sequence[str]) -> LetanError:
    """The settings name a home or dock that is not a place inside the map."""
    names = ", ".join(valid) or "–"
    return LetanError(
        "robot_post_unknown",
        422,
        f"Cấu hình robot '{robot}': {field} = '{place}' không phải là một nơi trên bản đồ. "
        f"Các nơi hợp lệ: {names}.",
        f"Settings of robot '{robot}': {field} = '{place}' is no place on the map. "
        f"Valid places: {names}.",
        field=f"robots.{field}",
    )


def kiosk_place_unknown(kiosk: str, place: str, valid: Sequence[str]) -> LetanError:
    """The settings of a kiosk name a place where no robot can come."""
    names = ", ".join(valid) or "–"
    return LetanError(
        "kiosk_place_unknown",
        422,
        f"Cấu hình kiosk '{kiosk}': place = {_shown(place)} không phải là một nơi trên bản đồ mà "
        f"robot đến được. Các nơi hợp lệ: {names}; 'robot' nếu màn hình gắn trên robot.",
        f"Settings of kiosk '{kiosk}': place = {_shown(place)} is no place on the map that a robot "
        f"can reach. Valid places: {names}; 'robot' for a screen that the robot carries.",
        field="kiosks.place",
    )


def no_question(robot: str) -> LetanError:
    """409: the robot asks nothing now, or something else."""
    return LetanError(
        "no_question",
        409,
        f"Robot {_shown(robot)} hiện không hỏi câu nào, hoặc câu hỏi đã khác.",
        f"Robot {_shown(robot)} asks nothing now, or something else.",
        field="following",
    )


def not_in_line(waiting: str) -> LetanError:
    """404: nobody with this id waits for the robot (any more)."""
    return LetanError(
        "not_in_line",
        404,
        f"Không có ai với mã {_shown(waiting)} đang chờ robot này.",
        f"Nobody with the id {_shown(waiting)} waits for this robot.",
        field="waiting",
    )


def robot_not_yours(robot: str) -> LetanError:
    """403: a kiosk commands its own robot only."""
    return LetanError(
        "robot_not_yours",
        403,
        f"Kiosk này không được điều khiển robot '{robot}'.",
        f"This kiosk may not command robot '{robot}'.",
        field="robot",
    )


def _shown(value: str | None) -> str:
    text = (value or "")[:40]
    return f"'{text}'" if text.isprintable() else ascii(text)
