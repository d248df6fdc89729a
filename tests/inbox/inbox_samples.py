"""What the tests of the inbox are given."""

from collections.abc import Awaitable, Callable

Header = dict[str, str]
Store = Callable[..., Awaitable[None]]
