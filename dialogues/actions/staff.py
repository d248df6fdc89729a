"""Where a person is found: nobody is called by a reply, so nobody is promised to come."""

from __future__ import annotations

from dialogues.actions.live_state import when
from dialogues.actions.turn import Turn

DESKS = ("information-desk", "reception", "waiting-area")
"""Where staff are found, best first; ids of places."""


def where_staff_are(turn: Turn) -> str:
    """A sentence that says where, and when they are there again where nobody is now."""
    _ = turn.translate
    desk = next((turn.release.places[i] for i in DESKS if i in turn.release.places), None)
    place = turn.text_of((desk or turn.release.centre)["name"])
    live = turn.context.get("centre") or {}
    if live.get("open_now") is not False:
        return _("Anh/chị gặp cán bộ ở {place} ạ.").format(place=place)
    opens = when(turn, live.get("opens_at"))
    if opens:
        return _("Trung tâm đang đóng cửa; từ {time} anh/chị gặp cán bộ ở {place} ạ.").format(
            time=opens, place=place
        )
    return _("Trung tâm đang đóng cửa; trong giờ làm việc anh/chị gặp cán bộ ở {place} ạ.").format(
        place=place
    )
