"""The Bot API: like Telegram's, with its token in the address (zalo.md §5)."""

from typing import Any

import aiohttp

from assistant.channels.zalo.answers import Answer, read_bot
from assistant.channels.zalo.calls import Calls
from assistant.zalo_settings import ZaloSettings


class BotClient:
    """Calls of one bot. No answer, log line or exception shows an address."""

    def __init__(self, settings: ZaloSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._calls = Calls(session, 30.0)

    @property
    def is_configured(self) -> bool:
        return self._settings.bot_token is not None

    async def send_text(self, chat: str, text: str) -> Answer:
        """`data` is `{"message_id", "date"}`."""
        return await self._call("sendMessage", {"chat_id": chat, "text": text})

    async def typing(self, chat: str) -> Answer:
        """Shows that an answer is being written."""
        return await self._call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def account(self) -> Answer:
        """getMe: does the token work, and whose is it?"""
        return await self._call("getMe", {})

    async def webhook(self) -> Answer:
        """getWebhookInfo; 404 when there is none."""
        return await self._call("getWebhookInfo", {})

    async def set_webhook(self, url: str, secret: str) -> Answer:
        """Zalo tries it at once: `data` has `{"verification": {"ok", "outcome", "hint"}}`."""
        return await self._call("setWebhook", {"url": url, "secret_token": secret})

    async def _call(self, method: str, body: dict[str, Any]) -> Answer:
        token = self._settings.bot_token
        if token is None:
            return Answer("account", "no bot token")
        url = f"{self._settings.bot_url}/bot{token.get_secret_value()}/{method}"
        return await self._calls.call("POST", url, read_bot, json=body)
