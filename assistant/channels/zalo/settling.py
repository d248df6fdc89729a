"""What becomes of a message after the platform's answer: the table of zalo.md §4.8.

Two rules above it: what cannot be sent now is kept, and rather no reply than the same one twice.
A message of which nobody knows whether it was sent is looked for in the conversation; where that
shows nothing, it is sent again after an answer that was an error (twice at most), and not at all
after silence or a crash.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from assistant.channels.zalo.answers import Answer
from assistant.channels.zalo.outbox import Claimed, Settlement
from assistant.zalo_settings import ZaloSettings

Found = Literal["found", "absent", "unknown", "later"]
"""Of a look at the conversation: it is there; it is not; nobody can say; ask again."""

_FREE_WINDOW = timedelta(hours=48)
_PAID_WINDOW = timedelta(days=7)
_HELD = timedelta(hours=1)
_MOST_TRIES = 10
_MOST_UNPROVEN_TRIES = 3
_MOST_LOOKS = 6


class Settling:
    """Decides; keeps nothing."""

    def __init__(
        self,
        settings: ZaloSettings,
        clock: Callable[[], datetime],
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._jitter = jitter

    def window_closed(self, row: Claimed) -> str | None:
        """Why it must not be sent any more: Zalo's windows after a citizen's last sign (§4.3)."""
        if self._clock() - row.created_at >= _PAID_WINDOW:
            return "too old"
        if row.channel != "zalo_oa" or row.last_interaction_at is None:
            return None
        age = self._clock() - row.last_interaction_at
        age += timedelta(minutes=self._settings.window_margin_minutes)
        if age >= _PAID_WINDOW:
            return "window 7 d"
        if age >= _FREE_WINDOW and not self._settings.paid_sends:
            return "window 48 h"
        return None

    def after_sending(
        self, row: Claimed, answer: Answer, plain: tuple[str, ...] | None
    ) -> Settlement:
        """`plain`: the same message as plain text, where it is not that already."""
        tries = row.attempts + 1
        match answer.kind:
            case "done":
                data = answer.data if isinstance(answer.data, dict) else {}
                id_ = str(data.get("message_id") or "")[:80] or None
                return Settlement(row.id, "sent", message_id=id_, count=True)
            case "account":
                return Settlement(row.id, "held", answer.reason, self._clock() + _HELD)
            case "rate" | "token":
                return Settlement(row.id, "waiting", answer.reason, self._after(1.0))
            case "not_sent":
                pause = min(300.0, 2.0**tries)
                return Settlement(row.id, "waiting", answer.reason, self._after(pause), count=True)
            case "shape" | "upload_again":
                if plain:
                    return Settlement(row.id, "waiting", answer.reason, count=True, pieces=plain)
                return Settlement(row.id, "dropped", answer.reason, count=True)
            case "window" | "unreachable_citizen":
                return Settlement(row.id, "dropped", answer.reason, count=True, whole_citizen=True)
            case "refused":
                if tries >= _MOST_UNPROVEN_TRIES:
                    return Settlement(row.id, "dropped", answer.reason, count=True)
                pause = 5.0 * tries
                return Settlement(row.id, "waiting", answer.reason, self._after(pause), count=True)
            case _:  # unclear, silent: looked for first
                pause = 1.0 if answer.kind == "unclear" else 5.0
                reason = f"{answer.kind} 0 {answer.reason}"
                return Settlement(row.id, "sending", reason, self._after(pause), count=True)

    def after_looking(self, row: Claimed, found: Found, message_id: str | None) -> Settlement:
        """Of a message that was perhaps sent; `reason` tells since when that is not known."""
        kind, looks, told = _uncertainty(row.reason)
        if found == "later" and looks + 1 < _MOST_LOOKS:
            reason = f"{kind} {looks + 1} {told}"
            return Settlement(row.id, "sending", reason, self._after(min(30.0, 2.0**looks)))
        if found == "found":
            return Settlement(row.id, "sent", message_id=message_id)
        proven = found == "absent"
        again = proven or kind == "unclear"
        if again and row.attempts < (_MOST_TRIES if proven else _MOST_UNPROVEN_TRIES):
            pause = self._after(min(300.0, 2.0 ** (row.attempts - 1)))
            return Settlement(row.id, "waiting", told or None, pause if row.attempts > 1 else None)
        return Settlement(row.id, "dropped", told if proven else "perhaps sent")

    def _after(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds * self._jitter(0.8, 1.2))


def _uncertainty(reason: str | None) -> tuple[str, int, str]:
    """`unclear 2 http 502` → its parts; what a crash left has none."""
    kind, _, rest = (reason or "").partition(" ")
    looks, _, told = rest.partition(" ")
    if kind not in ("unclear", "silent") or not looks.isdigit():
        return "silent", 0, "crash"
    return kind, int(looks), told
