"""The rules that the stand-in for Zalo keeps (zalo.md §2, §4, §5): what it knows and grants."""

import itertools
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class State:
    """What the platform knows."""

    app_id: str = "4100000000000000001"
    app_secret: str = "app-secret-of-the-stub"
    oa_id: str = "3886000000000000001"
    oa_name: str = "UBND phường Thử Nghiệm"
    oa_key: str = "oa-secret-key-of-the-stub"
    bot_token: str = "12345:secret-of-the-bot"
    access: set[str] = field(default_factory=lambda: {"AT-first"})
    refresh: str = "RT-first"
    used: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    """Codes of consent that were not exchanged yet, with their challenge."""
    expires_in: Any = "90000"
    old_access_dies: bool = False
    omit_refresh: bool = False
    """Answers of a refresh leave `refresh_token` out."""
    refuse_buttons: int = 0
    """An error code: answers every text with buttons."""
    charged: bool = False
    user_errors: dict[str, int] = field(default_factory=dict)
    bot_webhook: str | None = None
    attachments: dict[str, bytes] = field(default_factory=dict)


class World:
    """What happens when a request is carried out."""

    def __init__(self) -> None:
        self.state = State()
        self.sent: dict[str, list[dict[str, Any]]] = {}
        """What each citizen really got, oldest first."""
        self._numbers = itertools.count(1)

    def next(self) -> int:
        return next(self._numbers)

    def grant(self, form: dict[str, str], secret: str, entry: dict[str, Any]) -> dict[str, Any]:
        state = self.state
        if form.get("app_id") != state.app_id or secret != state.app_secret:
            return _oauth_error(-14002, "Invalid app id.")
        if form.get("grant_type") == "authorization_code":
            digest = sha256(form.get("code_verifier", "").encode()).digest()
            challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
            if state.codes.pop(form.get("code", ""), None) != challenge:
                return _oauth_error(-14003, "Invalid redirect uri.")
        elif form.get("refresh_token") != state.refresh:
            return _oauth_error(-14014, "Invalid refresh token.")
        entry["granted"] = True
        number = self.next()
        state.used.add(state.refresh)
        if state.old_access_dies:
            state.access.clear()
        state.access.add(f"AT-{number}")
        granted = {"access_token": f"AT-{number}", "expires_in": state.expires_in}
        if state.omit_refresh:
            state.used.discard(state.refresh)
        else:
            state.refresh = f"RT-{number}"
            granted["refresh_token"] = state.refresh
        return granted

    def deliver(self, body: dict[str, Any], access: str, entry: dict[str, Any]) -> dict[str, Any]:
        to, message = body["recipient"], body["message"]
        user = to.get("user_id") or f"{to['anonymous_id']}/{to['conversation_id']}"
        entry["user"] = user
        if access not in self.state.access:
            return _error(-216, "Access token has expired")
        if user in self.state.user_errors:
            return _error(self.state.user_errors[user], "told for this citizen")
        text = message.get("text", "")
        payload = message.get("attachment", {}).get("payload", {})
        buttons = payload.get("buttons", [])
        if len(text) > 2000 or len(buttons) > 5:
            return _error(-210, "over the limit")
        if buttons and self.state.refuse_buttons:
            return _error(self.state.refuse_buttons, "attachment is invalid!")
        if any(len(button["title"]) > 100 for button in buttons):
            return _error(-201, "title is invalid!")
        picture = None
        for element in payload.get("elements", []):
            picture = element.get("attachment_id")
            if picture not in self.state.attachments:
                return _error(-100, "attachment is invalid")
        id_ = self._keep(user, text, buttons, picture)
        entry["message_id"] = id_
        data: dict[str, Any] = {"message_id": id_, "user_id": user, "sent_time": _milliseconds()}
        if not self.state.charged:
            data["quota"] = {"quota_type": "reply"}
        return {"error": 0, "message": "Success", "data": data}

    def _keep(self, user: str, text: str, buttons: Any = (), picture: str | None = None) -> str:
        message_id = f"m{self.next():08d}"
        self.sent.setdefault(user, []).append(
            {
                "text": text,
                "buttons": list(buttons),
                "picture": picture,
                "message_id": message_id,
                "time": int(_milliseconds()),
            }
        )
        return message_id

    def upload(self, data: bytes, access: str) -> dict[str, Any]:
        if access not in self.state.access:
            return _error(-216, "Access token has expired")
        if len(data) > 1_000_000 or not data.startswith((PNG, b"\xff\xd8")):
            return _error(-210, "file is invalid")
        id_ = f"att-{self.next()}"
        self.state.attachments[id_] = data
        return {"error": 0, "message": "Success", "data": {"attachment_id": id_}}

    def conversation(self, asked: dict[str, Any], access: str) -> dict[str, Any]:
        if access not in self.state.access:
            return _error(-216, "Access token has expired")
        first, count = int(asked.get("offset", 0)), min(int(asked.get("count", 5)), 10)
        newest = self.sent.get(str(asked["user_id"]), [])[::-1]
        rows = [
            {
                "src": 0,
                "time": message["time"],
                "type": "photo" if message["picture"] else "text",
                "message": message["text"],
                "message_id": message["message_id"],
                "from_id": self.state.oa_id,
                "to_id": str(asked["user_id"]),
            }
            for message in newest
        ]
        # Who is answered has written something.
        rows.append({"src": 1, "time": 0, "type": "text", "message": "…", "message_id": "c1"})
        rows = rows[first : first + count]
        return {"error": 0, "message": "Success", "data": rows}

    def getoa(self, access: str) -> dict[str, Any]:
        if access not in self.state.access:
            return _error(-216, "Access token has expired")
        data = {"oa_id": self.state.oa_id, "name": self.state.oa_name}
        return {"error": 0, "message": "Success", "data": data}

    def bot(self, token: str, method: str, body: Any, entry: dict[str, Any]) -> dict[str, Any]:
        if token != self.state.bot_token:
            return _bot_error(401, "Unauthorized")
        return self._bot_result(method, body, entry)

    def _bot_result(self, method: str, body: Any, entry: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "getMe":
                return {"ok": True, "result": {"id": "b1", "account_name": "bot.phuong"}}
            case "getWebhookInfo":
                if self.state.bot_webhook is None:
                    return _bot_error(404, "Not Found")
                return {"ok": True, "result": {"url": self.state.bot_webhook}}
            case "setWebhook":
                self.state.bot_webhook = body["url"]
                return {"ok": True, "result": {"url": body["url"], "verification": {"ok": True}}}
            case "sendChatAction":
                return {"ok": True, "result": {}}
            case "sendMessage" | "sendPhoto":
                entry["user"] = user = str(body["chat_id"])
                text = body.get("text", body.get("caption", ""))
                if user in self.state.user_errors:
                    return _bot_error(self.state.user_errors[user], "told for this citizen")
                if not 1 <= len(text) <= 2000:
                    return _bot_error(400, "Bad Request")
                id_ = self._keep(user, text, picture=body.get("photo"))
                return {"ok": True, "result": {"message_id": id_, "date": int(_milliseconds())}}
            case _:
                return _bot_error(404, "Not Found")


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": code, "message": message}


def _oauth_error(code: int, name: str) -> dict[str, Any]:
    return {"error": code, "error_name": name, "error_reason": "", "error_description": name}


def _bot_error(code: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": description}


def _milliseconds() -> str:
    return str(int(time.time() * 1000))
