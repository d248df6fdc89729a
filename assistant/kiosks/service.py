"""Pairing: how a browser becomes a kiosk, the only kind of client that may move a robot."""

import secrets
from datetime import UTC, datetime, timedelta

from assistant.errors import LetanError
from assistant.kiosks import repository
from assistant.limits import RateLimit
from assistant.security import hash_token
from assistant.settings import KioskSettings, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1, I: people type these codes."""
CODE_LENGTH = 8
CODE_LIFETIME = timedelta(minutes=10)
_WRONG_CODES_PER_MINUTE = 30


class Kiosks:
    """Pairs kiosks; on `app.state.kiosks`."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._kiosks = {kiosk.id: kiosk for kiosk in settings.kiosks}
        self._database = database
        # All clients together: 2**40 codes cannot be tried even from many addresses.
        self._attempts = RateLimit(_WRONG_CODES_PER_MINUTE)

    async def of_token(self, token_hash: str) -> str | None:
        """The kiosk that was given this token."""
        async with self._database.reading() as session:
            return await repository.kiosk_of_token(session, token_hash)

    async def pair_here(self, kiosk: str | None) -> tuple[KioskSettings, str]:
        """Pair a browser on this machine. Raises `kiosk_unknown`."""
        found = self.known(kiosk)
        return found, await self._issue(found.id)

    async def pair_by_code(self, code: str) -> tuple[KioskSettings, str]:
        """Pair by a one-time code. Raises `pairing_code_wrong`, `too_many_requests`."""
        self._attempts.check("everybody")
        plain = code.replace("-", "").replace(" ", "").upper()
        async with self._database.session() as session:
            kiosk = await repository.take_code(session, hash_token(plain), datetime.now(UTC))
        if kiosk is None or kiosk not in self._kiosks:
            raise LetanError(
                "pairing_code_wrong",
                403,
                "Mã ghép nối không đúng, đã dùng, hoặc đã quá 10 phút.",
                "The pairing code is wrong, was used already, or is older than 10 minutes.",
                field="code",
                remedy_vi="Chạy './letan kiosk pair' trên máy chủ để lấy mã mới.",
                remedy_en="Run './letan kiosk pair' on the server for a new one.",
            )
        return self._kiosks[kiosk], await self._issue(kiosk)

    def all(self) -> list[str]:
        """Ids of the kiosks in the settings."""
        return list(self._kiosks)

    def known(self, kiosk: str | None) -> KioskSettings:
        if kiosk is None and self._kiosks:
            return next(iter(self._kiosks.values()))
        if kiosk is None or kiosk not in self._kiosks:
            raise kiosk_unknown(kiosk)
        return self._kiosks[kiosk]

    async def _issue(self, kiosk: str) -> str:
        token = secrets.token_urlsafe(32)
        async with self._database.session() as session:
            await repository.add_token(session, hash_token(token), kiosk, datetime.now(UTC))
        return token


def kiosk_unknown(kiosk: str | None) -> LetanError:
    shown = "" if kiosk is None else f" '{kiosk[:32]}'"
    return LetanError(
        "kiosk_unknown",
        404,
        f"Không có kiosk{shown} trong cấu hình.",
        f"There is no kiosk{shown} in the settings.",
        field="kiosk",
        remedy_vi="Khai báo kiosk trong letan.toml ([[kiosks]]).",
        remedy_en="Declare it in letan.toml ([[kiosks]]).",
    )


async def make_pairing_code(database: Database, kiosk: str) -> str:
    """A new code that pairs `kiosk` once within `CODE_LIFETIME`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    async with database.session() as session:
        expires = datetime.now(UTC) + CODE_LIFETIME
        await repository.add_code(session, hash_token(code), kiosk, expires)
    return code


async def print_pairing_code(settings: Settings, kiosk: str | None = None) -> int:
    """`./letan kiosk pair`: print a code for the first kiosk, or the one named."""
    database = Database(settings.database)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await migrate(database)
        found = Kiosks(settings, database).known(kiosk)
        code = await make_pairing_code(database, found.id)
    finally:
        await database.close()
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    print(f"{code[:4]}-{code[4:]}")
    print(f"Mã ghép nối cho {found.id}, dùng một lần, trong {minutes} phút.")
    print(f"Pairs {found.id}, once, within {minutes} minutes.")
    return 0
