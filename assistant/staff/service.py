"""Accounts and sessions of the staff; on `app.state.staff`."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.errors import LetanError
from assistant.security import hash_token
from assistant.settings import Settings
from assistant.staff import audit, passwords, problems, repository
from assistant.staff.audit import Who
from assistant.staff.identity import Identity, account_of, fold
from assistant.staff.passwords import Passwords
from assistant.staff.rights import ROLES, Role, rights_of
from assistant.staff.tables import StaffAccount, StaffInvitation, StaffSession
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

FREE_FAILURES = 5
"""Wrong passwords in a row before an account waits."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
INVITATION_LIFETIME = timedelta(hours=24)
CONFIRMED_FOR = timedelta(minutes=5)
"""How long a password that was typed again counts, for publishing."""
_TOUCH_EVERY = timedelta(seconds=30)
_NAME = re.compile(r"[\w.@-]{2,64}")
_ON_SERVER = Who("server", "administrator")
"""Whoever runs `./letan staff` on the server itself."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who has logged in."""

    account: int
    name: str
    role: Role
    token_hash: str
    """Names the session."""
    confirmed_at: datetime

    @property
    def who(self) -> Who:
        return Who(self.name, self.role)

    def may(self, right: str) -> bool:
        return right in rights_of(self.role)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it."""

    id: int
    name: str
    role: Role
    active: bool
    second_factor: bool
    locked_until: datetime | None
    created_at: datetime


class StaffRoom:
    """Every call is one transaction; what it changes is in the log of the same transaction."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._clock = clock
        self._idle = timedelta(minutes=settings.staff_idle_minutes)
        self._longest = timedelta(hours=settings.staff_session_hours)
        self._passwords = Passwords()

    async def log_in(
        self, name: str, password: str, code: str | None = None
    ) -> tuple[str, Staff, datetime]:
        """A new session: its token, whose it is, when it ends at the latest.

        Raises LetanError `login_refused`, `login_locked`, `second_factor_missing`.
        """
        folded = fold(name)
        async with self._database.reading() as session:
            found = await repository.account_named(session, folded)
            known = found.password_hash if found is not None and found.active else None
        right = await self._passwords.matches(password, known)
        renewed = None
        if right and known is not None and passwords.needs_new_hash(known):
            renewed = await self._passwords.hash(password)
        now = self._clock()
        problem: LetanError | None = None
        async with self._database.session() as session:
            account = await repository.account_named(session, folded)
            # Looked at again: another attempt may have locked the account meanwhile.
            same = account is not None and account.active and account.password_hash == known
            if account is not None and account.locked_until and account.locked_until > now:
                problem = problems.locked(account.locked_until - now)
            elif account is None or not same or not right:
                problem = problems.refused()
                if account is not None:
                    self._count_failure(account, now)
            else:
                problem = self._second_factor(account, code, now)
            if problem is None and account is not None:
                account.failures, account.locked_until = 0, None
                account.password_hash = renewed or account.password_hash
                return await self._open(session, account, now)
        log.warning("staff log-in refused", reason=problem.code if problem else "?")
        assert problem is not None
        raise problem

    async def log_in_with(self, identity: Identity) -> tuple[str, Staff, datetime]:
        """The same for somebody whom an identity provider vouches for, second factor and all.

        Raises LetanError `openid_stranger`.
        """
        now = self._clock()
        async with self._database.session() as session:
            return await self._open(session, await account_of(session, identity, now), now)

    async def unbind(self, id_: int, by: Who) -> None:
        """Forget whom the identity provider meant by an account. Raises `staff_unknown`."""
        async with self._database.session() as session:
            account = await repository.account(session, id_)
            if account is None:
                raise problems.unknown()
            await repository.unbind(session, id_)
            await audit.append(
                session, by, "staff.identity_removed", account.name, now=self._clock()
            )

    async def of_token(self, token: str, *, active: bool = True) -> Staff | None:
        """Whose session a token is; None for one that is not, was ended, idle or too old.

        ``active``: asking keeps the session from becoming idle.
        """
        return await self.of_session(hash_token(token), active=active)

    async def of_session(self, token_hash: str, *, active: bool = True) -> Staff | None:
        """The same, by the name of the session."""
        now = self._clock()
        async with self._database.reading() as session:
            found = await repository.session_of(session, token_hash)
        if found is None:
            return None
        opened, account = found
        if (
            not account.active
            or opened.last_at < now - self._idle
            or opened.created_at < now - self._longest
        ):
            return None
        if active and now - opened.last_at > _TOUCH_EVERY:
            async with self._database.session() as session:
                await repository.touch(session, token_hash, now)
        return _staff(opened, account)

    async def confirm(self, staff: Staff, password: str) -> None:
        """Type the password once more. Raises LetanError `password_wrong`, `login_locked`."""
        async with self._database.reading() as session:
            account = await repository.account(session, staff.account)
        known = account.password_hash if account is not None else None
        right = await self._passwords.matches(password, known)
        now = self._clock()
        async with self._database.session() as session:
            account = await repository.account(session, staff.account)
            if account is None:
                raise problems.session_over()
            if account.locked_until and account.locked_until > now:
                raise problems.locked(account.locked_until - now)
            if right:
                account.failures = 0
                await repository.confirm(session, staff.token_hash, now)
                return
            self._count_failure(account, now)
        raise problems.password_wrong()

    def check_confirmed(self, staff: Staff) -> None:
        """Raises LetanError `password_needed` when the password was typed too long ago."""
        if staff.confirmed_at < self._clock() - CONFIRMED_FOR:
            raise problems.password_needed()

    async def log_out(self, staff: Staff) -> None:
        async with self._database.session() as session:
            await repository.end_session(session, staff.token_hash)

    async def create(self, name: str, password: str, role: Role, by: Who = _ON_SERVER) -> Account:
        """Raises LetanError `staff_name_wrong`, `staff_name_taken`, `password_weak`."""
        folded = fold(name)
        if not _NAME.fullmatch(folded):
            raise problems.name_wrong()
        passwords.check(password, folded)
        password_hash = await self._passwords.hash(password)
        now = self._clock()
        async with self._database.session() as session:
            if await repository.account_named(session, folded) is not None:
                raise problems.name_taken(folded)
            account = StaffAccount(
                name=folded,
                role=role,
                password_hash=password_hash,
                active=True,
                failures=0,
                created_at=now,
            )
            session.add(account)
            await session.flush()
            await audit.append(session, by, "staff.created", folded, after={"role": role}, now=now)
            return _account(account)

    async def change(
        self, id_: int, by: Who, *, role: Role | None = None, active: bool | None = None
    ) -> Account:
        """Another role, or off and on again; its sessions end. The last administrator stays.

        Raises LetanError `staff_unknown`, `last_administrator`.
        """
        now = self._clock()
        async with self._database.session() as session:
            account = await repository.account(session, id_)
            if account is None:
                raise problems.unknown()
            before = {"role": account.role, "active": account.active}
            account.role = role or account.role
            account.active = account.active if active is None else active
            after = {"role": account.role, "active": account.active}
            if before == after:
                return _account(account)
            governs = account.active and account.role == "administrator"
            if not governs and not await repository.other_administrators(session, id_):
                raise problems.last_administrator()
            await repository.end_sessions(session, id_)
            await audit.append(
                session, by, "staff.changed", account.name, before=before, after=after, now=now
            )
            return _account(account)

    async def set_password(self, id_: int, password: str, by: Who, keep: str | None = None) -> None:
        """A new password: all sessions end but ``keep``.

        Raises LetanError `staff_unknown`, `password_weak`.
        """
        async with self._database.reading() as session:
            found = await repository.account(session, id_)
        if found is None:
            raise problems.unknown()
        passwords.check(password, found.name)
        password_hash = await self._passwords.hash(password)
        now = self._clock()
        async with self._database.session() as session:
            account = await repository.account(session, id_)
            if account is None:
                raise problems.unknown()
            account.password_hash = password_hash
            account.failures, account.locked_until = 0, None
            await repository.end_sessions(session, id_, keep)
            await audit.append(session, by, "staff.password_set", account.name, now=now)

    async def set_totp(self, id_: int, secret: str | None, code: str | None, by: Who) -> None:
        """Switch the second factor on (with a first code that fits) or off.

        Raises LetanError `staff_unknown`, `second_factor_wrong`.
        """
        now = self._clock()
        async with self._database.session() as session:
            account = await repository.account(session, id_)
            if account is None:
                raise problems.unknown()
            step = None
            if secret is not None:
                step = passwords.totp_step(secret, code or "", now.timestamp())
                if step is None:
                    raise problems.second_factor_wrong()
            account.totp_secret, account.totp_step = secret, step
            action = "staff.second_factor_on" if secret else "staff.second_factor_off"
            await audit.append(session, by, action, account.name, now=now)

    async def accounts(self) -> list[Account]:
        async with self._database.reading() as session:
            return [_account(row) for row in await repository.accounts(session)]

    async def invite_first(self) -> str | None:
        """The code of a link that creates the first administrator; None when there are accounts."""
        async with self._database.session() as session:
            if await repository.how_many(session):
                return None
            code = secrets.token_urlsafe(24)
            expires = self._clock() + INVITATION_LIFETIME
            session.add(
                StaffInvitation(
                    code_hash=hash_token(code), role="administrator", expires_at=expires
                )
            )
            return code

    async def accept(self, code: str, name: str, password: str) -> Account:
        """Create the account that an invitation is for; a name or password that will not do keeps
        the code.

        Raises LetanError `invitation_wrong` and those of `create`.
        """
        folded = fold(name)
        if not _NAME.fullmatch(folded):
            raise problems.name_wrong()
        passwords.check(password, folded)
        async with self._database.session() as session:
            role = await repository.take_invitation(session, hash_token(code), self._clock())
        if role is None:
            raise problems.invitation_wrong()
        return await self.create(folded, password, "administrator", Who("invitation", role))

    async def sweep(self) -> None:
        """Forget sessions that are over."""
        now = self._clock()
        async with self._database.session() as session:
            await repository.end_old_sessions(session, now - self._idle, now - self._longest)

    def _count_failure(self, account: StaffAccount, now: datetime) -> None:
        account.failures += 1
        over = account.failures - FREE_FAILURES
        if over >= 0:
            account.locked_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 10))

    def _second_factor(
        self, account: StaffAccount, code: str | None, now: datetime
    ) -> LetanError | None:
        if account.totp_secret is None:
            return None
        if not code:
            return problems.second_factor_missing()
        step = passwords.totp_step(account.totp_secret, code, now.timestamp())
        if step is None or (account.totp_step is not None and step <= account.totp_step):
            self._count_failure(account, now)
            return problems.second_factor_wrong()
        account.totp_step = step
        return None

    async def _open(
        self, session: AsyncSession, account: StaffAccount, now: datetime
    ) -> tuple[str, Staff, datetime]:
        token = secrets.token_urlsafe(32)
        opened = StaffSession(
            token_hash=hash_token(token),
            account=account.id,
            created_at=now,
            last_at=now,
            confirmed_at=now,
        )
        session.add(opened)
        await audit.append(
            session, Who(account.name, account.role), "staff.logged_in", account.name, now=now
        )
        return token, _staff(opened, account), now + self._longest


def _staff(opened: StaffSession, account: StaffAccount) -> Staff:
    return Staff(
        account.id, account.name, _role(account.role), opened.token_hash, opened.confirmed_at
    )


def _account(row: StaffAccount) -> Account:
    return Account(
        row.id,
        row.name,
        _role(row.role),
        row.active,
        row.totp_secret is not None,
        row.locked_until,
        row.created_at,
    )


def _role(stored: str) -> Role:
    """Raises ValueError for a role of a newer version: nobody gets rights by accident."""
    for role in ROLES:
        if role == stored:
            return role
    raise ValueError(f"no such role: {stored}")
