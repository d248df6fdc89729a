"""Somebody whom an identity provider vouches for, and whose account that is.

The first log-in binds the account of that name to the person; later ones go by the person, so that
a name which is given to somebody else opens nothing.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.staff import problems, repository
from assistant.staff.tables import StaffAccount, StaffIdentity


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whom the provider knows."""

    issuer: str
    subject: str
    """Never given to anybody else (OpenID Connect Core 1.0, section 2)."""
    name: str


def fold(name: str) -> str:
    """A name as it is stored: NFC, lower case, no blanks around it."""
    return unicodedata.normalize("NFC", name).strip().casefold()


async def account_of(session: AsyncSession, identity: Identity, now: datetime) -> StaffAccount:
    """The account that is theirs. Raises LetanError `openid_stranger`."""
    issuer, subject = identity.issuer, identity.subject
    account = await repository.account_of_identity(session, issuer, subject)
    if account is None:
        account = await repository.account_named(session, fold(identity.name))
        if account is None or await repository.is_bound(session, account.id, issuer):
            raise problems.openid_stranger()
        session.add(StaffIdentity(issuer=issuer, subject=subject, account=account.id, bound_at=now))
    if not account.active:
        raise problems.openid_stranger()
    return account
