"""OpenAPI of the Official Account: sending, pictures, and what was sent last (zalo.md §4)."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from assistant.channels.zalo.answers import Answer, read_oa
from assistant.channels.zalo.calls import Calls
from assistant.channels.zalo.messages import Button, OutgoingText
from assistant.zalo_settings import ZaloSettings


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a message goes to."""

    user: str
    anonymous_conversation: str | None = None
    """Of a guest without an account: answered another way (§4.7)."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A message of ours in a citizen's conversation, as the platform shows it."""

    message_id: str
    text: str
    time_ms: int
    is_picture: bool


class OaClient:
    """Calls of one account; every one with the token that is given to it."""

    def __init__(self, settings: ZaloSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._calls = Calls(session)

    async def send_text(self, token: str, to: Receiver, message: OutgoingText) -> Answer:
        """`data` is the platform's `{"message_id", "quota"?…}`."""
        body: dict[str, Any] = {"text": message.text}
        if message.buttons and to.anonymous_conversation is None:
            body = buttons_body(self._settings, message)
        return await self._send(token, to, body)

    async def send_picture(
        self, token: str, to: Receiver, attachment_id: str, caption: str
    ) -> Answer:
        """A picture that was uploaded, with a text under it."""
        elements = [{"media_type": "image", "attachment_id": attachment_id}]
        payload = {"template_type": "media", "elements": elements}
        attachment = {"type": "template", "payload": payload}
        return await self._send(token, to, {"text": caption, "attachment": attachment})

    async def upload(self, token: str, png: bytes) -> Answer:
        """`data` is `{"attachment_id"}`, good for 7 days."""
        form = aiohttp.FormData()
        form.add_field("file", png, filename="map.png", content_type="image/png")
        return await self._calls.call(
            "POST",
            self._url("/v2.0/oa/upload/image"),
            read_oa,
            data=form,
            headers=self._head(token),
        )

    async def recent(self, token: str, user: str) -> tuple[Answer, list[Recent]]:
        """The account's own messages among the newest ten of a conversation, newest first.

        An empty answer is none: who is answered has written something. Then, and when the rows
        are of another shape, the kind is `refused`.
        """
        asked = json.dumps({"user_id": user, "offset": 0, "count": 10})
        answer = await self._calls.call(
            "GET",
            self._url("/v2.0/oa/conversation"),
            read_oa,
            params={"data": asked},
            headers=self._head(token),
        )
        if answer.kind != "done":
            return answer, []
        rows = answer.data if isinstance(answer.data, list) else []
        if not rows or not all(isinstance(row, dict) and "src" in row for row in rows):
            return Answer("refused", "conversation not shown"), []
        return answer, [found for row in rows if (found := _recent(row)) is not None]

    async def account(self, token: str) -> Answer:
        """`data` is `{"oa_id", "name", …}`: does the token work, and whose is it?"""
        return await self._calls.call(
            "GET", self._url("/v2.0/oa/getoa"), read_oa, headers=self._head(token)
        )

    async def _send(self, token: str, to: Receiver, message: dict[str, Any]) -> Answer:
        recipient, path = {"user_id": to.user}, "/v3.0/oa/message/cs"
        if to.anonymous_conversation is not None:
            path = "/v2.0/oa/message"
            recipient = {"anonymous_id": to.user, "conversation_id": to.anonymous_conversation}
        return await self._calls.call(
            "POST",
            self._url(path),
            read_oa,
            json={"recipient": recipient, "message": message},
            headers=self._head(token),
        )

    def _url(self, path: str) -> str:
        return f"{self._settings.api_url}{path}"

    def _head(self, token: str) -> dict[str, str]:
        """The token is a header of its own, not a bearer."""
        secret = self._settings.app_secret
        if not self._settings.app_secret_proof or secret is None:
            return {"access_token": token}
        proof = hmac.new(secret.get_secret_value().encode(), token.encode(), "sha256")
        return {"access_token": token, "appsecret_proof": proof.hexdigest()}


def buttons_body(settings: ZaloSettings, message: OutgoingText) -> dict[str, Any]:
    """A text with buttons, in the shape of the settings: the reference is not sure (§4.2)."""
    buttons = [_button(button) for button in message.buttons]
    if settings.buttons == "template":
        payload: dict[str, Any] = {
            "template_type": "button",
            "text": message.text,
            "buttons": buttons,
        }
        return {"attachment": {"type": "template", "payload": payload}}
    return {
        "text": message.text,
        "attachment": {"type": "template", "payload": {"buttons": buttons}},
    }


def _button(button: Button) -> dict[str, Any]:
    title = button.title[:100]
    if button.url is not None:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    if button.phone is not None:
        return {"title": title, "type": "oa.open.phone", "payload": {"phone_code": button.phone}}
    return {"title": title, "type": "oa.query.hide", "payload": button.payload}


def _recent(row: dict[str, Any]) -> Recent | None:
    if str(row["src"]) != "0":
        return None
    try:
        text = str(row.get("message") or row.get("description") or "")
        is_picture = str(row.get("type")) in ("photo", "image")
        return Recent(str(row["message_id"]), text, int(row["time"]), is_picture)
    except (KeyError, TypeError, ValueError):
        return None
