"""One call of the platform over HTTP: always an `Answer`, never an exception with an address.

The Bot API has its token in the address, and exceptions of HTTP clients show addresses; none of
their texts goes on from here.
"""

from collections.abc import Callable
from typing import Any

import aiohttp

from assistant.channels.zalo.answers import Answer

SECONDS = 15.0
"""For one call. Longer than that a row may not be under way: see `outbox.LEASE`."""
_CONNECT_SECONDS = 5.0
_MOST_BYTES = 1_000_000

Reader = Callable[[int, bytes], Answer]


class Calls:
    """Calls with one pool of connections."""

    def __init__(self, session: aiohttp.ClientSession, seconds: float = SECONDS) -> None:
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)

    async def call(self, method: str, url: str, read: Reader, **options: Any) -> Answer:
        """The answer as `read` understands it; `silent` without one, `not_sent` where nobody
        was there to be called."""
        try:
            async with self._session.request(
                method, url, timeout=self._timeout, allow_redirects=False, **options
            ) as response:
                raw = b""
                async for chunk in response.content.iter_chunked(16_384):
                    raw += chunk
                    if len(raw) > _MOST_BYTES:
                        return Answer("unclear", "too long")
                return _paced(read(response.status, raw), response)
        except aiohttp.ConnectionTimeoutError:
            return Answer("not_sent", "not connected")
        except TimeoutError:
            return Answer("silent", "timeout")
        except aiohttp.ClientConnectorError:
            return Answer("not_sent", "not connected")
        except aiohttp.InvalidURL:
            return Answer("account", "address invalid")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer("silent", type(error).__name__)


def _paced(answer: Answer, response: aiohttp.ClientResponse) -> Answer:
    """Header X-RateLimit-Remain: 0 is a limit reached, whatever the body says of its reason."""
    used_up = response.headers.get("X-RateLimit-Remain", "").strip() == "0"
    if used_up and answer.kind == "refused":
        return Answer("rate", answer.reason)
    return answer
