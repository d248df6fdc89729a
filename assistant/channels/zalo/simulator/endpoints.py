"""The page's doors."""

import html
import json
import re
import secrets
import time
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictStr

from assistant.channels.zalo.oa_webhook import receive
from assistant.channels.zalo.signature import oa_mac
from assistant.channels.zalo.simulator.phones import PREFIX, Phones
from assistant.channels.zalo.wording import language_of, say
from assistant.errors import LetanError
from assistant.security import comes_from_this_machine
from assistant.settings import Settings

PATH = "/simulator/zalo"
_HERE = Path(__file__).parent
_FILES = {"phone.js": "text/javascript", "phone.css": "text/css"}
_WAIT_SECONDS = 20.0
_APP = "simulator"
_PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff")

_Phone = Annotated[StrictStr, Field(pattern=r"^[a-z0-9]{4,24}$")]
_STRINGS = {
    "title": "Mô phỏng Zalo",
    "account": "Trung tâm (tài khoản OA)",
    "note": "Chỉ để tập huấn: không có tin nào đến Zalo.",
    "write": "Nhập tin nhắn",
    "send": "Gửi",
    "record": "Ghi âm",
    "stop": "Dừng và gửi",
    "more": "Gửi loại khác",
    "image": "Hình ảnh",
    "file": "Tệp",
    "audio": "Tệp ghi âm",
    "location": "Vị trí",
    "sticker": "Nhãn dán",
    "card": "Danh thiếp",
    "link": "Đường dẫn",
    "follow": "Quan tâm",
    "takeover": "Cán bộ nhắn",
    "withdraw": "Rút đồng ý, xóa dữ liệu",
    "restart": "Người mới",
    "voice": "Tin nhắn thoại",
    "failed": "Không gửi được",
    "no_microphone": "Không dùng được micro",
    "erased": "Đã xóa dữ liệu của người này.",
    "officer": "Cán bộ trả lời trực tiếp; máy tạm dừng.",
    "other_language": "English",
}


class Said(BaseModel):
    """What somebody does on the page."""

    model_config = ConfigDict(extra="forbid")

    phone: _Phone
    kind: Literal[
        "text", "image", "file", "audio", "location", "sticker", "card", "link",
        "follow", "takeover", "withdraw",
    ]  # fmt: skip
    text: StrictStr | None = Field(None, max_length=12_000)
    file: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9_-]{8,32}$")] | None = None
    latitude: float = Field(21.0285, ge=-90, le=90)
    longitude: float = Field(105.8542, ge=-180, le=180)


def router(settings: Settings) -> APIRouter:
    """For `create_app()`, with `zalo.simulator` only."""
    made = APIRouter(prefix=PATH, include_in_schema=False, dependencies=[Depends(_only_here)])
    secret = secrets.token_hex(16)
    own = settings.zalo.model_copy(update={"app_id": _APP, "oa_secret_key": SecretStr(secret)})

    @made.get("", response_class=HTMLResponse)
    async def page(lang: Annotated[str, Query(max_length=5)] = "vi") -> HTMLResponse:
        language = language_of(lang)
        strings = {name: say(language, text) for name, text in _STRINGS.items()}
        text = (_HERE / "page.html").read_text("utf-8")
        text = text.replace("{language}", language).replace("{title}", strings["title"])
        # In an attribute: nothing of it can end the element.
        text = text.replace("{strings}", html.escape(json.dumps(strings, ensure_ascii=False)))
        return HTMLResponse(text, headers={"Cache-Control": "no-store"})

    @made.get("/static/{name}")
    async def static(name: str) -> FileResponse:
        if name not in _FILES:
            raise _unknown_file()
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(_HERE / name, media_type=_FILES[name], headers=headers)

    @made.post("/events", status_code=202)
    async def event(request: Request, said: Said) -> dict[str, str]:
        """Signed and taken in as the platform's own."""
        stamp = str(int(time.time() * 1000))
        id_ = secrets.token_hex(10)
        raw = json.dumps(_body(said, stamp, id_, _base(request))).encode()
        signature = oa_mac(_APP, raw, stamp, secret)
        await receive(request.app.state.zalo.door, own, raw, f"mac={signature}")
        return {"msg_id": id_}

    @made.post("/files", status_code=201)
    async def keep(request: Request) -> dict[str, str]:
        return {"file": _phones(request).keep(await request.body())}

    @made.get("/files/{id_}")
    async def file(request: Request, id_: str) -> Response:
        body = _phones(request).file(id_)
        if body is None:
            raise _unknown_file()
        kind = "image/png" if _PICTURE.match(body) else "application/octet-stream"
        return Response(body, media_type=kind, headers={"Cache-Control": "no-store"})

    @made.get("/messages")
    async def messages(
        request: Request, phone: _Phone, after: Annotated[int, Query(ge=0)] = 0
    ) -> dict[str, Any]:
        """What came after a message; waits a while for the first."""
        found = await _phones(request).after(PREFIX + phone, after, _WAIT_SECONDS)
        return {"messages": found}

    return made


def _only_here(request: Request) -> None:
    if not comes_from_this_machine(request):
        raise LetanError(
            "simulator_elsewhere",
            403,
            "Trang mô phỏng chỉ mở được trên chính máy chủ.",
            "The simulator can only be opened on the server's own machine.",
        )


def _phones(request: Request) -> Phones:
    phones: Phones = request.app.state.zalo.phones
    return phones


def _base(request: Request) -> str:
    """Where this process is reached from itself."""
    server = request.scope.get("server") or ("127.0.0.1", 80)
    return f"http://127.0.0.1:{server[1]}{PATH}/files"


def _body(said: Said, stamp: str, id_: str, files: str) -> dict[str, Any]:
    """As in the specification, §3.2 and §3.3."""
    user, account = PREFIX + said.phone, "simulator-oa"
    head = {"app_id": _APP, "timestamp": stamp}
    if said.kind == "follow":
        return head | {"event_name": "follow", "oa_id": account, "follower": {"id": user}}
    if said.kind == "withdraw":
        return head | {"event_name": "user_withdraw", "oa_id": account, "user_id": user}
    if said.kind == "takeover":
        return head | {
            "event_name": "oa_send_text",
            "sender": {"id": account, "admin_id": "simulator-officer"},
            "recipient": {"id": user},
            "message": {"text": said.text or "", "msg_id": id_},
        }
    message: dict[str, Any] = {"msg_id": id_}
    if said.text:
        message["text"] = said.text
    if said.kind != "text":
        message["attachments"] = [_attachment(said, files)]
    name = "business_card" if said.kind == "card" else said.kind
    return head | {
        "event_name": f"user_send_{name}",
        "sender": {"id": user},
        "recipient": {"id": account},
        "message": message,
    }


def _attachment(said: Said, files: str) -> dict[str, Any]:
    url = f"{files}/{said.file or 'none'}"
    if said.kind == "location":
        where = {"latitude": str(said.latitude), "longitude": str(said.longitude)}
        return {"type": "location", "payload": {"coordinates": where}}
    if said.kind in ("link", "card"):
        description = json.dumps({"phone": "84900000000"}) if said.kind == "card" else ""
        url = "https://example.org/"
        return {"type": "link", "payload": {"url": url, "description": description}}
    kind = {"payload": {"url": url}, "type": said.kind}
    if said.kind == "file":
        kind["payload"] = {"url": url, "name": "tep.pdf", "type": "pdf", "size": "1000"}
    return kind


def _unknown_file() -> LetanError:
    return LetanError("file_unknown", 404, "Không có tệp này.", "There is no such file.")
