"""Conversations are played as on HTTP: effects happen, robots are simulated, nothing is kept."""

from pathlib import Path
from typing import Any

import yaml
from desk_fixtures import publish_release

from assistant.releases.evaluation import evaluate_dialogues
from assistant.releases.evaluation_desk import desk_for, serving
from assistant.releases.evaluation_report import DialogueReport
from assistant.settings import RobotSettings, Settings


def _turn(says: str, kind: str, *not_contains: str) -> dict[str, Any]:
    expect = {"procedure": None, "accept": [], "aspects": [], "kind": kind}
    return {"user": says, "expect": {**expect, "not_contains": list(not_contains)}}


def _talk(id_: str, *turns: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "title": id_, "language": "vi", "turns": list(turns)}


TICKET = 'parts [{"type": "ticket", "counter": "1"}]'
LEAD = 'parts [{"type": "mission", "kind": "lead", "to": "counter-1"}]'


async def _played(settings: Settings, tmp_path: Path, *talks: dict[str, Any]) -> DialogueReport:
    folder = await publish_release(settings, "first")
    path = tmp_path / "dialogues.yaml"
    path.write_text(yaml.safe_dump(list(talks)), encoding="utf-8")
    async with serving(settings, folder) as (engine, own), desk_for(settings, own, engine) as desk:
        assert own.data_dir.is_dir()
        assert own.database != settings.database
        assert str(own.data_dir) in own.database
        report = await evaluate_dialogues(desk, path, "first")
    assert not own.data_dir.exists()
    return report


async def test_effects_happen_as_on_http(settings: Settings, fault: Path, tmp_path: Path) -> None:
    report = await _played(
        settings,
        tmp_path,
        _talk("v1", _turn(TICKET, "ticket"), _turn("dạ", "smalltalk")),
        _talk("v2", _turn(LEAD, "mission"), _turn("dừng lại", "smalltalk")),
        _talk("v3", _turn(LEAD, "mission"), _turn("dạ", "ticket")),
        _talk("v4", _turn(LEAD, "route"), _turn("mã 1234", "smalltalk", "Mã 1234")),
    )
    got = {(r["id"], r["turn"]): r for r in report.rows}
    assert "số của anh/chị là" in got["v1", 1]["reply"]
    assert got["v2", 2]["got"]["outcome"] == "stopped"
    failed = {place: row["problems"] for place, row in got.items() if not row["as_expected"]}
    assert failed == {
        ("v3", 2): ["kind: ticket expected, ['text'] came"],
        ("v4", 2): ["contains: Mã 1234"],
    }
    assert report.as_dict()["turns_as_expected"] == 6
    for row in report.rows:
        assert {"user", "expected", "got", "topic"} <= set(row)


async def test_a_real_robot_is_never_asked(settings: Settings, fault: Path, tmp_path: Path) -> None:
    settings.robots = [RobotSettings(id="robot-9", driver="ros2", url="ws://127.0.0.1:9")]
    settings.kiosks = []
    report = await _played(settings, tmp_path, _talk("v1", _turn(LEAD, "mission")))
    assert report.rows[0]["as_expected"]


async def test_a_turn_that_fails_is_a_row_not_the_end(
    settings: Settings, fault: Path, tmp_path: Path
) -> None:
    report = await _played(
        settings, tmp_path, _talk("v1", _turn("refuse", "smalltalk"), _turn("dạ", "smalltalk"))
    )
    first, second = report.rows
    assert first["problems"] == ["error: engine_failed"]
    assert second["as_expected"]
