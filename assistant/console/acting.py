"""Whoever presses a button of the console, asked for the right at that moment.

A page lives on after its log-in: an account may be switched off, or lose its role, meanwhile.
"""

from assistant.staff import problems
from assistant.staff.audit import Who
from assistant.staff.service import Staff, StaffRoom


class Acting:
    """The reader of one page."""

    def __init__(self, staff: Staff, room: StaffRoom) -> None:
        self._staff = staff
        self._room = room

    @property
    def name(self) -> str:
        """As robots' logs name him; they take 48 characters."""
        return self._staff.name[:48]

    @property
    def who(self) -> Who:
        """As the log of changes names him."""
        return self._staff.who

    def may(self, right: str) -> bool:
        """Whether buttons for it are worth drawing; `check` decides when they are pressed."""
        return self._staff.may(right)

    async def confirm(self, password: str) -> None:
        """The password once more. Raises LetanError `password_wrong`, `login_locked`."""
        await self._room.confirm(self._staff, password)

    async def check(self, right: str) -> None:
        """Raises LetanError `staff_session_over`, `right_missing`."""
        staff = self._staff
        if staff.account:
            now = await self._room.of_session(staff.token_hash)
            if now is None:
                raise problems.session_over()
            staff = now
        if not staff.may(right):
            raise problems.right_missing(right)
