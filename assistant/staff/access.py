"""Dependencies of endpoints that only staff may use.

@router.put("/procedures/{code}")
async def put(staff: Annotated[Staff, Depends(having("catalogue:write"))]): ...
"""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.requests import HTTPConnection

from assistant.security import Credentials
from assistant.staff import problems
from assistant.staff.rights import ALL_RIGHTS
from assistant.staff.service import Staff, StaffRoom


def room_of(connection: HTTPConnection) -> StaffRoom:
    room: StaffRoom = connection.app.state.staff
    return room


def having(right: str) -> Callable[..., Awaitable[Staff]]:
    """Whoever has a right. Raises `staff_login_needed`, `staff_session_over`, `right_missing`."""
    if right not in ALL_RIGHTS:
        raise ValueError(f"no such right: {right}")

    async def check(request: Request, _: Credentials) -> Staff:
        staff = await anybody(request, _)
        if not staff.may(right):
            raise problems.right_missing(right)
        return staff

    check.__name__ = f"having_{right.replace(':', '_')}"
    return check


async def anybody(request: Request, _credentials: Credentials) -> Staff:
    """Anybody who has logged in. Raises `staff_login_needed`, `staff_session_over`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise problems.login_needed()
    staff = await room_of(request).of_token(token.strip())
    if staff is None:
        raise problems.session_over()
    return staff


async def confirmed(request: Request, staff: Staff, password: str | None) -> None:
    """The password, typed now or a moment ago.

    Raises `password_needed`, `password_wrong`, `login_locked`.
    """
    room = room_of(request)
    if password is not None:
        await room.confirm(staff, password)
    else:
        room.check_confirmed(staff)
