"""A situation gives procedures in order, each paper once, counters in walking order."""

from __future__ import annotations

import itertools
import json
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from running_engine import ROOT, Engine, of_type, said

from dialogues.life_events import plan, walking_order, write_events
from dialogues.release import Release


@pytest.fixture(scope="module")
def release(trained: Path) -> Release:
    return Release.load(trained, "r1")


def laid_out(engine: Engine, conversation: str, text: str, **more: Any) -> dict[str, Any]:
    reply = engine.turn(conversation, text=text, **more)
    (part,) = of_type(reply, "checklist")
    assert part["of"] == "procedures"
    return {"reply": reply, **part}


def test_losing_all_papers_lays_out_procedures_papers_and_counters(
    engine: Engine, conversation: str
) -> None:
    part = laid_out(engine, conversation, "Nhà cháy, mất hết giấy tờ rồi, giờ làm lại từ đâu?")
    assert part["event"]["id"] == "lost_papers"
    assert len(part["items"]) >= 5
    assert part["items"][0]["id"] == part["reply"]["topic"]
    assert part["counters"]
    assert part["offices"]
    assert part["note"] in said(part["reply"])
    listed = {item["id"] for item in part["items"]}
    for place in (*part["counters"], *part["offices"]):
        assert set(place["procedures"]) <= listed
    assert all(set(paper["procedures"]) <= listed for paper in part["documents"])


@pytest.mark.parametrize(
    ("text", "place", "aspects"),
    [
        ("làm cái đầu tiên đi", 0, []),
        ("cái thứ hai cần gì", 1, ["documents"]),
        ("cái thứ năm", 4, []),
    ],
)
def test_an_ordinal_takes_a_step(
    engine: Engine, conversation: str, text: str, place: int, aspects: list[str]
) -> None:
    part = laid_out(engine, conversation, "em bị mất ví mất hết giấy tờ rồi giờ làm sao")
    reply = engine.turn(conversation, text=text)
    assert reply["topic"] == part["items"][place]["id"]
    assert of_type(reply, "procedure")[0]["asked"] == aspects


def test_every_event_has_a_plan(release: Release) -> None:
    assert release.events
    for event in release.events.values():
        laid = plan(event["id"], event["procedures"][:1], release)
        codes = [step.entry["code"] for step in laid.steps]
        assert codes[0] == release.canonical(event["procedures"][0])
        assert len(codes) == len(set(codes))
        titles = [paper.document["vi"] for paper in laid.papers]
        assert len(titles) == len(set(titles))
        for code in laid.counted:
            documents = release.procedures[code].get("documents")
            assert (documents is None) == (code in laid.unknown)
            assert not documents or any(code in paper.codes for paper in laid.papers)
        for step in laid.steps:
            assert not (step.always and step.when)


def test_counters_are_walked_the_shortest_way(release: Release) -> None:
    for wanted in (["8", "1", "3"], ["10", "2", "7", "5"]):
        order = walking_order(wanted, release)
        assert sorted(order) == sorted(wanted)
        shortest = min(length(release, list(o)) for o in itertools.permutations(wanted))
        assert length(release, order) == pytest.approx(shortest)
    assert len(set(walking_order(list(release.counters), release))) == len(release.counters)


def length(release: Release, order: list[str]) -> float:
    home = next(p for p in release.places.values() if p["kind"] == "home")["pose"]
    walk = [home, *(release.places[release.counters[i]["place"]]["pose"] for i in order)]
    return sum(hypot(a["x"] - b["x"], a["y"] - b["y"]) for a, b in itertools.pairwise(walk))


def test_a_condition_for_an_unknown_event_is_refused(tmp_path: Path) -> None:
    content = tmp_path / "nlu"
    content.mkdir()
    (content / "life_events.yaml").write_text(
        (ROOT / "data/nlu/life_events.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (content / "life_event_conditions.yaml").write_text("moon_landing: {always: []}\n")
    with pytest.raises(ValueError, match="moon_landing"):
        write_events(content, tmp_path)
    (content / "life_event_conditions.yaml").unlink()
    write_events(content, tmp_path)
    assert json.loads((tmp_path / "life_events.json").read_text(encoding="utf-8"))["life_events"]
