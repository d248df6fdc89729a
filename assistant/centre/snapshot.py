"""The static side of the centre: what a release carries (`centre.json`) and what pages show."""

import json
from pathlib import Path
from typing import Any

from assistant.centre.hours import Schedule
from assistant.centre.model import Content


def static_view(content: Content) -> dict[str, Any]:
    """Names, services, aliases and poses, in the shape of `centre.json` (docs/architecture.md)."""
    info = content.info
    return {
        "centre": {
            "name": info.name.as_dict(),
            "ward": info.ward.as_dict(),
            "address": info.address.as_dict(),
            "phone": info.phone,
            "hotline": info.hotline,
            "email": info.email,
            "website": info.website,
            "language": info.language,
            "demonstration": info.demonstration,
            "hours": Schedule(content.hours).text().as_dict(),
        },
        "counters": [
            {
                "id": counter.id,
                "name": counter.name.as_dict(),
                "services": list(counter.services),
                "aliases": list(counter.aliases),
                "place": counter.place,
            }
            for counter in content.counters.values()
        ],
        "offices": [
            {
                "id": office.id,
                "name": office.name.as_dict(),
                "services": list(office.services),
                "aliases": list(office.aliases),
                "address": office.address.as_dict(),
                "way": office.way.as_dict() if office.way else None,
                "phone": office.phone,
                "hours": Schedule(content.hours, week=office.week).text().as_dict(),
            }
            for office in content.offices.values()
        ],
        "places": [
            {
                "id": place.id,
                "kind": place.kind,
                "name": place.name.as_dict(),
                "aliases": list(place.aliases),
                "pose": place.pose.as_dict(),
                "note": place.note.as_dict() if place.note else None,
                "counter": place.counter,
            }
            for place in content.places.values()
        ],
    }


def write_snapshot(content: Content, path: Path) -> None:
    """Write `centre.json` in one step; a crash leaves the old file or the new one, never half."""
    partial = path.with_name(path.name + ".partial")
    text = json.dumps(static_view(content), ensure_ascii=False, indent=1)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)
