"""`./letan zalo connect`: an administrator consents, and the tokens are ours."""

import secrets
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import aiohttp

from assistant import logging
from assistant.channels.zalo import outbox
from assistant.channels.zalo.explanations import Told, of_stop
from assistant.channels.zalo.oa_client import OaClient
from assistant.channels.zalo.oauth import (
    OAuth,
    Pair,
    challenge_of,
    consent_address,
    new_verifier,
)
from assistant.channels.zalo.tokens import CHANNEL, Tokens
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

Ask = Callable[[str], str]


def _wrong(code: str, vi: str, en: str, field: str | None = None) -> LetanError:
    return LetanError(code, 422, vi, en, field=field)


def code_of(answer: str, *, state: str, oa_id: str | None) -> str:
    """The code in the address that the browser was led to (or the code itself).

    Raises LetanError `zalo_consent_invalid`.
    """
    answer = answer.strip()
    if "?" not in answer and "=" not in answer:
        if not answer:
            raise _wrong(
                "zalo_consent_invalid",
                "Chưa có địa chỉ hoặc mã nào được dán vào.",
                "No address and no code was given.",
            )
        return answer
    query = parse_qs(urlsplit(answer).query or answer)
    code = query.get("code", [""])[0]
    if not code:
        raise _wrong(
            "zalo_consent_invalid",
            "Địa chỉ này không có 'code=…': hãy dán trọn địa chỉ của trang hiện ra sau khi đồng ý.",
            "There is no 'code=…' in this address: paste the whole address of the page that opened "
            "after consenting.",
        )
    if query.get("state", [state])[0] != state:
        raise _wrong(
            "zalo_consent_invalid",
            "Địa chỉ này thuộc về một lần cấp quyền khác: hãy mở đường dẫn vừa in ra ở trên.",
            "This address belongs to another consent: open the link printed above.",
        )
    if oa_id is not None and query.get("oa_id", [oa_id])[0] != oa_id:
        raise _wrong(
            "zalo_consent_invalid",
            "Đây là quyền của một Official Account khác với LETAN_ZALO_OA_ID.",
            "This is the consent of another Official Account than LETAN_ZALO_OA_ID.",
            "zalo.oa_id",
        )
    return code


async def connect(
    settings: Settings,
    language: Language,
    *,
    ask: Ask,
    ask_secret: Ask,
    redirect: str | None = None,
    paste_tokens: bool = False,
) -> int:
    """Prints what to do, asks for what came of it, stores the tokens; 0 when they work.

    Raises LetanError `zalo_settings_missing`, `zalo_consent_invalid`, `zalo_consent_refused`,
    `database_…`, `zalo_key_unreadable`.
    """
    _needed(settings)
    logging.configure(settings.model_copy(update={"log_level": "error"}))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            tokens = Tokens(settings, database, session)
            if paste_tokens:
                pair = _pasted(tokens, language, ask_secret)
            else:
                pair = await _consent(settings, session, language, ask, redirect)
            await tokens.connect(pair)
            await database.write(lambda c: outbox.release(c, CHANNEL))
            client = OaClient(settings.zalo, session)
            return await _proof(client, tokens, language)
    finally:
        await database.close()


def _needed(settings: Settings) -> None:
    zalo = settings.zalo
    pairs = (("LETAN_ZALO_APP_ID", zalo.app_id), ("LETAN_ZALO_APP_SECRET", zalo.app_secret))
    missing = [name for name, value in pairs if value is None]
    if missing:
        names = ", ".join(missing)
        raise _wrong(
            "zalo_settings_missing",
            f"Còn thiếu: {names}. Xem docs/zalo.md, bước 2.",
            f"Missing: {names}. See docs/zalo.md, step 2.",
            names,
        )


async def _consent(
    settings: Settings,
    session: aiohttp.ClientSession,
    language: Language,
    ask: Ask,
    redirect: str | None,
) -> Pair:
    zalo = settings.zalo
    target = redirect or zalo.redirect_url
    if not target:
        raise _wrong(
            "zalo_settings_missing",
            "Còn thiếu LETAN_ZALO_REDIRECT_URL: đúng địa chỉ 'Official Account Callback Url' đã "
            "lưu trên developers.zalo.me (hoặc dùng --redirect-url).",
            "LETAN_ZALO_REDIRECT_URL is missing: exactly the 'Official Account Callback Url' that "
            "was saved on developers.zalo.me (or use --redirect-url).",
            "zalo.redirect_url",
        )
    given = zalo.code_verifier.get_secret_value() if zalo.code_verifier else None
    verifier, state = given or new_verifier(), secrets.token_urlsafe(16)
    link = consent_address(zalo, target, challenge_of(verifier), state)
    steps = Told(
        "1. Người quản trị Official Account mở đường dẫn này và bấm đồng ý (mã chỉ dùng được trong "
        f"10 phút):\n\n{link}\n\n2. Trình duyệt sẽ chuyển sang một trang khác (trang có báo lỗi "
        "cũng không sao). Chép trọn địa chỉ trên thanh địa chỉ và dán vào đây.",
        "1. An administrator of the Official Account opens this link and consents (the code is "
        f"good for 10 minutes):\n\n{link}\n\n2. The browser goes to another page (whether or not "
        "it shows an error). Copy the whole address from the address bar and paste it here.",
    )
    print(steps.text(language), flush=True)
    answer = ask(Told("Địa chỉ", "Address").text(language))
    code = code_of(answer, state=state, oa_id=zalo.oa_id)
    granted = await OAuth(zalo, session).exchange(code, verifier)
    if isinstance(granted, Pair):
        return granted
    why = of_stop(granted.reason)
    raise LetanError(
        "zalo_consent_refused",
        502,
        f"Zalo không cấp mã truy cập. {why.vi}",
        f"Zalo grants no tokens. {why.en}",
        log=granted.reason,
    )


def _pasted(tokens: Tokens, language: Language, ask_secret: Ask) -> Pair:
    """Tokens that the API Explorer of the developers' site shows."""
    access = ask_secret("Access token").strip()
    refresh = ask_secret("Refresh token").strip()
    if not access.isascii() or not refresh.isascii() or not access or not refresh:
        raise _wrong(
            "zalo_consent_invalid",
            "Cần cả access token và refresh token, chép nguyên từ API Explorer.",
            "Both tokens are needed, exactly as the API Explorer shows them.",
        )
    return tokens.pasted(access, refresh)


async def _proof(client: OaClient, tokens: Tokens, language: Language) -> int:
    access = await tokens.access()
    answer = await client.account(access.token) if access is not None else None
    if answer is not None and answer.kind == "done":
        name = str((answer.data or {}).get("name") or "") if isinstance(answer.data, dict) else ""
        told = Told(
            f"✓ Đã kết nối với Official Account {name}. Lễ Tân đang chạy sẽ tự dùng mã mới và gửi "
            "những câu trả lời đang được giữ trong vài giây.",
            f"✓ Connected to the Official Account {name}. A running Lễ Tân takes the tokens over "
            "by itself and sends the answers that were kept, within seconds.",
        )
        print(told.text(language))
        return 0
    reason = answer.reason if answer is not None else "no token"
    failed = Told(
        f"Đã lưu mã truy cập, nhưng chưa dùng thử được ({reason}). Hãy chạy `letan zalo check`.",
        f"The tokens are stored, but they could not be tried ({reason}). Run `letan zalo check`.",
    )
    print(failed.text(language), file=sys.stderr)
    return 1
