"""What `./letan zalo check` looks at: each thing that can be wrong, in plain words."""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy import func, select

from assistant.channels.zalo import outbox
from assistant.channels.zalo.bot_client import BotClient
from assistant.channels.zalo.explanations import NOT_CONNECTED, Told, of_account, of_held, of_stop
from assistant.channels.zalo.oa_client import OaClient
from assistant.channels.zalo.sealing import KEY_FILE, is_private
from assistant.channels.zalo.signature import is_signed_by_oa, oa_mac
from assistant.channels.zalo.tables import ZaloInboxRow
from assistant.channels.zalo.token_store import Stored
from assistant.channels.zalo.tokens import Tokens
from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.storage.database import Database

Verdict = Literal["ok", "warning", "failed"]
_RUN_CONNECT = Told("Chạy `letan zalo connect`.", "Run `letan zalo connect`.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check."""

    name: str
    verdict: Verdict
    detail: Told
    remedy: Told | None = None


class Examination:
    """Changes nothing, sends nothing to any citizen."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        tokens: Tokens | None,
        session: aiohttp.ClientSession,
    ) -> None:
        self._settings = settings
        self._zalo = settings.zalo
        self._database = database
        self._tokens = tokens
        self._session = session

    async def findings(self) -> AsyncIterator[Finding]:
        for found in self._of_settings():
            yield found
        if self._zalo.app_id is not None and self._zalo.oa_secret_key is not None:
            yield digest_works(self._zalo.app_id, self._zalo.oa_secret_key.get_secret_value())
        yield await self._clock()
        if self._tokens is not None:
            yield self._key()
            async for found in self._of_tokens(self._tokens):
                yield found
        async for found in self._of_bot():
            yield found
        yield await self._last_event()
        for found in await self._of_outbox():
            yield found

    # Settings

    def _of_settings(self) -> list[Finding]:
        zalo = self._zalo
        values = {
            "LETAN_ZALO_APP_ID": zalo.app_id,
            "LETAN_ZALO_APP_SECRET": zalo.app_secret,
            "LETAN_ZALO_OA_SECRET_KEY": zalo.oa_secret_key,
        }
        missing = [name for name, value in values.items() if value is None]
        has_bot = zalo.bot_token is not None or zalo.bot_secret is not None
        if len(missing) == len(values) and has_bot:
            return []
        if missing:
            names = ", ".join(missing)
            detail = Told(f"Còn thiếu {names}.", f"Missing: {names}.")
            where = Told(
                "Lấy ở developers.zalo.me (ứng dụng) và trang quản trị Official Account: "
                "docs/zalo.md, bước 2.",
                "From developers.zalo.me (the app) and the account's console: docs/zalo.md, "
                "step 2.",
            )
            return [Finding("settings", "failed", detail, where)]
        found = []
        assert zalo.app_secret is not None and zalo.oa_secret_key is not None
        if zalo.app_secret.get_secret_value() == zalo.oa_secret_key.get_secret_value():
            detail = Told(
                "Khoá bí mật của ứng dụng và của Official Account giống hệt nhau; thường là dán "
                "nhầm.",
                "The app's secret and the account's secret key are the same; usually one was "
                "pasted twice.",
            )
            remedy = Told(
                "LETAN_ZALO_OA_SECRET_KEY nằm ở phần Webhook của ứng dụng, không phải 'Khoá bí "
                "mật'.",
                "LETAN_ZALO_OA_SECRET_KEY is in the app's Webhook section, not its 'Secret key'.",
            )
            found.append(Finding("settings", "warning", detail, remedy))
        if zalo.oa_id is None:
            detail = Told("Chưa có LETAN_ZALO_OA_ID.", "LETAN_ZALO_OA_ID is not set.")
            why = Told(
                "Nên đặt: nhờ đó biết mã truy cập thuộc đúng Official Account.",
                "Better set it: it proves that the tokens are the right account's.",
            )
            found.append(Finding("settings", "warning", detail, why))
        ok = Told("Đủ các mục cần thiết.", "Everything needed is set.")
        return found or [Finding("settings", "ok", ok)]

    async def _clock(self) -> Finding:
        """Events are fresh or stale by our clock."""
        if self._zalo.app_id is None and self._zalo.bot_token is not None:
            url = self._zalo.bot_url
        else:
            url = self._zalo.api_url
        timeout = aiohttp.ClientTimeout(total=10)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as answer:
                told = answer.headers.get("Date", "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            detail = Told(
                f"Không nối được tới Zalo ({type(error).__name__}).",
                f"Zalo cannot be reached ({type(error).__name__}).",
            )
            remedy = Told(
                "Kiểm tra mạng Internet, DNS, tường lửa của máy chủ (cổng 443 ra ngoài).",
                "Check the server's Internet connection, DNS and firewall (port 443 outwards).",
            )
            return Finding("platform", "failed", detail, remedy)
        try:
            apart = abs((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            apart = 0.0
        if apart > 300:
            minutes = round(apart / 60)
            detail = Told(
                f"Đồng hồ máy này lệch {minutes} phút so với Zalo.",
                f"This machine's clock differs from Zalo's by {minutes} minutes.",
            )
            remedy = Told(
                "Bật đồng bộ giờ: `timedatectl set-ntp true`. Lệch nhiều, tin nhắn bị coi là quá "
                "cũ.",
                "Switch time synchronisation on: `timedatectl set-ntp true`. Otherwise messages "
                "are taken for stale.",
            )
            return Finding("platform", "failed", detail, remedy)
        return Finding("platform", "ok", Told("Nối được tới Zalo.", "Zalo can be reached."))

    # Tokens

    def _key(self) -> Finding:
        path = self._settings.data_dir / KEY_FILE
        if self._settings.secret_key is not None:
            return Finding(
                "key", "ok", Told("Khoá mã hoá: LETAN_SECRET_KEY.", "Key: LETAN_SECRET_KEY.")
            )
        if not is_private(path):
            detail = Told(
                f"Tệp khoá {path} người khác đọc được.",
                f"The key file {path} can be read by others.",
            )
            return Finding("key", "failed", detail, Told(f"chmod 600 {path}", f"chmod 600 {path}"))
        kept = Told(f"Tệp {path}, chỉ chủ máy đọc được.", f"The file {path}, its owner's only.")
        return Finding("key", "ok", kept)

    async def _of_tokens(self, tokens: Tokens) -> AsyncIterator[Finding]:
        row = await tokens.state()
        if row is None or row.access is None:
            yield Finding("tokens", "failed", NOT_CONNECTED)
            return
        try:
            access = await tokens.access()
        except LetanError as error:
            yield Finding("tokens", "failed", Told(error.vi, error.en))
            return
        answer = None
        if access is not None:
            client = OaClient(self._zalo, self._session)
            answer = await client.account(access.token)
            if answer.kind == "token":  # too old: what the application would do
                access = await tokens.renew(access)
                row = await tokens.state() or row
                answer = await client.account(access.token) if access is not None else None
        yield self._of_row(row, works=access is not None)
        if answer is None:
            return
        data = answer.data if isinstance(answer.data, dict) else {}
        if answer.kind != "done":
            yield Finding("account", "failed", of_account(answer.reason))
            return
        name, id_ = str(data.get("name") or "?"), str(data.get("oa_id") or "")
        if self._zalo.oa_id is not None and id_ and id_ != self._zalo.oa_id:
            detail = Told(
                f"Mã truy cập thuộc về Official Account khác: {name} ({id_}).",
                f"The tokens belong to another Official Account: {name} ({id_}).",
            )
            yield Finding("account", "failed", detail, _RUN_CONNECT)
            return
        ours = Told(f"Official Account: {name}.", f"Official Account: {name}.")
        yield Finding("account", "ok", ours)

    def _of_row(self, row: Stored, *, works: bool) -> Finding:
        if row.state != "ok":
            return Finding("tokens", "failed", of_stop(row.reason))
        if not works:
            detail = Told("Chưa làm mới được mã truy cập.", "The tokens could not be renewed yet.")
            remedy = Told("Thử lại sau vài phút.", "Try again in a few minutes.")
            return Finding("tokens", "failed", detail, remedy)
        until = self._time(row.expires_at)
        detail = Told(f"Mã truy cập dùng được đến {until}.", f"Good until {until}.")
        lasts = row.refresh is not None
        return Finding(
            "tokens", "ok" if lasts else "warning", detail, None if lasts else _RUN_CONNECT
        )

    # The bot

    async def _of_bot(self) -> AsyncIterator[Finding]:
        zalo = self._zalo
        if zalo.bot_token is None and zalo.bot_secret is None:
            return
        if zalo.bot_token is None or zalo.bot_secret is None:
            name = "LETAN_ZALO_BOT_SECRET" if zalo.bot_secret is None else "LETAN_ZALO_BOT_TOKEN"
            yield Finding("bot", "failed", Told(f"Còn thiếu {name}.", f"Missing: {name}."))
            return
        if not 8 <= len(zalo.bot_secret.get_secret_value()) <= 256:
            detail = Told(
                "LETAN_ZALO_BOT_SECRET phải dài từ 8 đến 256 ký tự.",
                "LETAN_ZALO_BOT_SECRET must have 8 to 256 characters.",
            )
            yield Finding("bot", "failed", detail)
        client = BotClient(zalo, self._session)
        answer = await client.account()
        if answer.kind != "done":
            yield Finding("bot", "failed", of_account(answer.reason))
            return
        name = str((answer.data or {}).get("account_name") or "?")
        yield Finding("bot", "ok", Told(f"Zalo Bot: {name}.", f"Zalo Bot: {name}."))
        webhook = await client.webhook()
        data = webhook.data if isinstance(webhook.data, dict) else {}
        wanted = f"{self._settings.public_url or ''}".rstrip("/") + zalo.bot_path
        if str(data.get("url") or "") != wanted or self._settings.public_url is None:
            detail = Told(
                "Zalo Bot chưa gửi sự kiện về địa chỉ của máy này.",
                "The bot's events are not sent to this server's address.",
            )
            remedy = Told(
                "Đặt public_url rồi chạy `letan zalo check --set-bot-webhook`.",
                "Set public_url, then run `letan zalo check --set-bot-webhook`.",
            )
            yield Finding("bot", "warning", detail, remedy)

    # What came in, what goes out

    async def _last_event(self) -> Finding:
        last = await self._database.read(
            lambda c: c.execute(select(func.max(ZaloInboxRow.received_at))).scalar_one()
        )
        if last is None:
            detail = Told("Chưa nhận được tin nhắn nào.", "No message has come in yet.")
            remedy = Told(
                "Nhắn thử một tin cho Official Account sau khi lưu địa chỉ webhook.",
                "Write a message to the account once the webhook's address is saved.",
            )
            return Finding("events", "warning", detail, remedy)
        at = self._time(last)
        return Finding("events", "ok", Told(f"Tin gần nhất: {at}.", f"Last message: {at}."))

    async def _of_outbox(self) -> list[Finding]:
        since = datetime.now(UTC) - timedelta(days=1)
        counts = await self._database.read(lambda c: outbox.counts(c, since))
        held = {why for (_, state, why) in counts if state == "held"}
        found = [Finding("sending", "failed", of_held(why)) for why in held]
        dropped: dict[str, int] = {}
        for (_, state, why), count in counts.items():
            if state == "dropped":
                dropped[why or "?"] = dropped.get(why or "?", 0) + count
        if dropped:
            told = "; ".join(f"{why}: {n}" for why, n in sorted(dropped.items()))
            detail = Told(
                f"Trong 24 giờ, có tin không gửi được ({told}).",
                f"Messages that could not be sent within 24 hours ({told}).",
            )
            found.append(Finding("sending", "warning", detail))
        waiting = sum(n for (_, state, _), n in counts.items() if state in ("waiting", "sending"))
        sent = sum(n for (_, state, _), n in counts.items() if state == "sent")
        detail = Told(
            f"24 giờ qua: {sent} tin đã gửi; {waiting} tin đang chờ.",
            f"Last 24 hours: {sent} messages sent; {waiting} waiting.",
        )
        return [*found, Finding("sending", "ok", detail)] if not held else found

    def _time(self, at: datetime | None) -> str:
        if at is None:
            return "?"
        return at.astimezone(ZoneInfo(self._settings.timezone)).strftime("%d/%m/%Y %H:%M")


def digest_works(app_id: str, secret: str) -> Finding:
    """Our digest against an example made here, and against the same one changed by a byte."""
    timestamp = str(int(time.time() * 1000))
    raw = f'{{"app_id":"{app_id}","n":"{secrets.token_hex(4)}","timestamp":"{timestamp}"}}'.encode()
    header = f"mac={oa_mac(app_id, raw, timestamp, secret)}"
    told = {"app_id": app_id, "timestamp": timestamp, "secret": secret}
    good = is_signed_by_oa(header, raw, **told)
    forged = is_signed_by_oa(header, raw + b" ", **told)
    if good and not forged:
        detail = Told(
            "Tự kiểm tra đạt (nhận bản đúng, từ chối bản bị sửa).",
            "Self-test passed (the genuine one taken, the changed one refused).",
        )
        return Finding("digest", "ok", detail)
    wrong = Told("Tự kiểm tra không đạt.", "The self-test failed.")
    return Finding("digest", "failed", wrong)
