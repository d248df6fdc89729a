"""`./letan zalo check`: is everything right, and if not, what is to be done?"""

import json
from functools import partial

import aiohttp

from assistant import logging
from assistant.channels.zalo import outbox
from assistant.channels.zalo.bot_client import BotClient
from assistant.channels.zalo.examination import Examination, Finding
from assistant.channels.zalo.explanations import Told, of_account
from assistant.channels.zalo.reaching import reach
from assistant.channels.zalo.tokens import Tokens
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

_MARKS = {"ok": "✓", "warning": "–", "failed": "✗"}
_NAMES = {
    "settings": Told("cấu hình", "settings"),
    "digest": Told("chữ ký", "signature"),
    "platform": Told("máy chủ Zalo", "platform"),
    "key": Told("khoá mã hoá", "key"),
    "tokens": Told("mã truy cập", "tokens"),
    "account": Told("tài khoản", "account"),
    "bot": Told("bot", "bot"),
    "webhook": Told("webhook", "webhook"),
    "events": Told("tin đến", "incoming"),
    "sending": Told("gửi đi", "outgoing"),
}


async def check(
    settings: Settings,
    language: Language,
    *,
    as_json: bool = False,
    webhook: str | None = None,
    resume: bool = False,
    set_bot_webhook: bool = False,
) -> int:
    """Prints finding by finding; 0 when nothing has failed, else 1.

    `resume`: what was held for a person is sent again. Raises LetanError `database_…`.
    """
    logging.configure(settings.model_copy(update={"log_level": "error"}))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    worst = 0
    try:
        await migrate(database)
        if resume:
            for channel in ("zalo_oa", "zalo_bot"):
                await database.write(partial(outbox.release, channel=channel))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            tokens = None
            if settings.zalo.app_secret is not None:
                try:
                    tokens = Tokens(settings, database, session)
                    await tokens.start()
                except LetanError as error:
                    _print(Finding("key", "failed", Told(error.vi, error.en)), language, as_json)
                    worst, tokens = 1, None
            if set_bot_webhook:
                found = await _set_bot_webhook(settings, session)
                worst = max(worst, int(found.verdict == "failed"))
                _print(found, language, as_json)
            async for found in Examination(settings, database, tokens, session).findings():
                worst = max(worst, int(found.verdict == "failed"))
                _print(found, language, as_json)
            async for found in reach(settings, session, webhook):
                worst = max(worst, int(found.verdict == "failed"))
                _print(found, language, as_json)
            if tokens is not None:
                await tokens.close()
    finally:
        await database.close()
    if not as_json:
        end = Told("Zalo sẵn sàng.", "Zalo is ready.")
        if worst:
            end = Told("Zalo chưa sẵn sàng: xem các dòng ✗.", "Zalo is not ready: see the lines ✗.")
        print(end.text(language))
    return worst


async def _set_bot_webhook(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    zalo = settings.zalo
    if settings.public_url is None or zalo.bot_secret is None:
        detail = Told(
            "Cần public_url và LETAN_ZALO_BOT_SECRET.",
            "public_url and LETAN_ZALO_BOT_SECRET are needed.",
        )
        return Finding("bot", "failed", detail)
    url = f"{settings.public_url.rstrip('/')}{zalo.bot_path}"
    answer = await BotClient(zalo, session).set_webhook(url, zalo.bot_secret.get_secret_value())
    data = answer.data if isinstance(answer.data, dict) else {}
    verification = data.get("verification")
    tried = verification if isinstance(verification, dict) else {}
    if answer.kind != "done":
        return Finding("bot", "failed", of_account(answer.reason))
    if tried.get("ok") is False:
        hint = str(tried.get("hint") or tried.get("outcome") or "?")[:200]
        detail = Told(f"Zalo không gọi được {url}: {hint}", f"Zalo cannot call {url}: {hint}")
        return Finding("bot", "failed", detail)
    set_ = Told(f"Đã đặt webhook của bot: {url}.", f"The bot's webhook is set: {url}.")
    return Finding("bot", "ok", set_)


def _print(found: Finding, language: Language, as_json: bool) -> None:
    detail = found.detail.text(language)
    remedy = found.remedy.text(language) if found.remedy else None
    if as_json:
        data = {"check": found.name, "verdict": found.verdict, "detail": detail}
        print(json.dumps(data | ({"remedy": remedy} if remedy else {}), ensure_ascii=False))
        return
    print(f"{_MARKS[found.verdict]} {_NAMES[found.name].text(language)}: {detail}", flush=True)
    if remedy:
        print(f"    → {remedy}", flush=True)
