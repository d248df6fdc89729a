"""`./letan staff …`: accounts from the server itself, for automation and for who is locked out."""

import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.staff.audit import Who
from assistant.staff.identity import fold
from assistant.staff.rights import ROLE_NAMES, Role
from assistant.staff.service import Account, StaffRoom
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

T = TypeVar("T")
_SERVER = Who("server", "administrator")


async def create(settings: Settings, name: str, role: Role) -> int:
    """`./letan staff create`: the password comes from standard input, one line."""
    password = _password()
    account = await _with(settings, lambda room: room.create(name, password, role))
    print(f"Đã tạo tài khoản '{account.name}' ({ROLE_NAMES[role][0]}).")
    print(f"Created '{account.name}' ({ROLE_NAMES[role][1].lower()}).")
    return 0


async def set_password(settings: Settings, name: str) -> int:
    """`./letan staff password`: for somebody who forgot it; ends all his sessions."""
    password = _password()

    async def change(room: StaffRoom) -> None:
        account = await _named(room, name)
        await room.set_password(account.id, password, _SERVER)
        if account.second_factor:
            await room.set_totp(account.id, None, None, _SERVER)

    await _with(settings, change)
    print("Đã đổi mật khẩu; mã xác thực 6 số (nếu có) đã tắt.")
    print("The password is changed; a second factor was switched off.")
    return 0


async def listing(settings: Settings) -> int:
    """`./letan staff list`."""
    for account in await _with(settings, lambda room: room.accounts()):
        state = "" if account.active else "  (đã khoá · off)"
        print(f"{account.name:24} {account.role:14}{state}")
    return 0


async def _named(room: StaffRoom, name: str) -> Account:
    for account in await room.accounts():
        if account.name == fold(name):
            return account
    raise LetanError(
        "staff_unknown",
        404,
        f"Không có tài khoản '{name[:64]}'. Xem danh sách: ./letan staff list.",
        f"There is no account '{name[:64]}'. See: ./letan staff list.",
        field="name",
    )


async def _with(settings: Settings, work: Callable[[StaffRoom], Awaitable[T]]) -> T:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
        return await work(StaffRoom(settings, database))
    finally:
        await database.close()


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Mật khẩu · password: ")
    return sys.stdin.readline().rstrip("\r\n")
