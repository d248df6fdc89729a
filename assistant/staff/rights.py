"""What each role may do. A right is `thing:action`; what is not listed is refused."""

from typing import Final, Literal, get_args

Role = Literal["viewer", "clerk", "editor", "publisher", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_ADDED: Final[dict[Role, frozenset[str]]] = {
    "viewer": frozenset(
        {
            "catalogue:read",
            "centre:read",
            "faq:read",
            "figures:read",
            "inbox:read",
            "notice:read",
            "release:read",
            "robot:read",
        }
    ),
    "clerk": frozenset({"inbox:resolve", "notice:write", "queue:call", "robot:command"}),
    "editor": frozenset({"catalogue:write", "faq:write", "release:build", "release:judge"}),
    "publisher": frozenset({"release:publish"}),
    "administrator": frozenset({"audit:read", "centre:write", "kiosk:pair", "staff:manage"}),
}
"""Each role may do what the ones before it may, and this."""


def rights_of(role: Role) -> frozenset[str]:
    """Everything that a role may do."""
    upto = ROLES[: ROLES.index(role) + 1]
    return frozenset().union(*(_ADDED[each] for each in upto))


ALL_RIGHTS: Final = rights_of("administrator")


def may(role: Role, right: str) -> bool:
    """Whether a role has a right. Raises ValueError for a right that there is not."""
    if right not in ALL_RIGHTS:
        raise ValueError(f"no such right: {right}")
    return right in rights_of(role)


ROLE_NAMES: Final[dict[Role, tuple[str, str]]] = {
    "viewer": ("Người xem", "Viewer"),
    "clerk": ("Cán bộ quầy", "Clerk"),
    "editor": ("Người soạn", "Editor"),
    "publisher": ("Người duyệt", "Publisher"),
    "administrator": ("Người quản trị", "Administrator"),
}
"""In Vietnamese and English."""
