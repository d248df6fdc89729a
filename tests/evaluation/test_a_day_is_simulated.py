"""A simulated day: the real engine, the real fleet, everybody else from one seed."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.catalogue.published import Snapshot
from assistant.errors import LetanError
from assistant.releases.evaluation import release_folder
from assistant.releases.evaluation_desk import serving
from assistant.settings import ROOT, Settings
from assistant.simulation.clock import DayClock
from assistant.simulation.counters import service_seconds
from assistant.simulation.day import Plan, PlayedDay, play
from assistant.simulation.figures import figures_of
from assistant.simulation.hall import posts_for
from assistant.simulation.page import report_page
from assistant.simulation.people import arrivals, visitors_of
from assistant.simulation.record import Halt
from robot_bridge.drivers.simulator.world import Contact
from robot_bridge.lobby_map import load_map

PLAN = Plan(visitors=9, robots=2, hours=0.25, seed=3, faults=True)
COUNTERS = [
    {"id": "1", "services": ["civil_status"], "service_minutes": 12},
    {"id": "2", "services": ["certification"], "service_minutes": 7},
]


@pytest.fixture(scope="module")
def days(trained_data_dir: Path) -> list[PlayedDay]:
    """The same plan played twice with one engine."""

    async def played() -> list[PlayedDay]:
        own = Settings(data_dir=trained_data_dir)
        _, folder = await release_folder(own, None)
        found = []
        async with serving(own, folder) as (engine, scratch):
            for number in range(2):
                desk = scratch.model_copy(update={"data_dir": scratch.data_dir / f"day-{number}"})
                desk.data_dir.mkdir()
                found.append(
                    await play(own, desk, engine, folder, plan=PLAN, played=lambda *_: None)
                )
        return found

    return asyncio.run(played())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_day(days: list[PlayedDay]) -> None:
    first, second = (figures_of(day, 1.0) for day in days)
    assert first.pop("measured").keys() == second.pop("measured").keys()
    assert first == second
    assert days[0].record.traces == days[1].record.traces


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_everybody_is_listened_to_and_nobody_is_touched(days: list[PlayedDay]) -> None:
    figures = figures_of(days[0], 1.0)
    assert figures["visitors"]["came"] == 9
    assert sum(figures["visitors"]["endings"].values()) == 9
    assert figures["conversations"]["conversations"] == 9
    assert figures["conversations"]["turns"] >= 9
    assert figures["conversations"]["failed"] == 0
    assert figures["leads"]["reached"] >= 1
    assert figures["visitors"]["endings"]["served"] >= 3
    assert figures["safety"]["collisions"] == 0
    assert figures["safety"]["moves_after_a_stop"] == 0
    assert sum(c["served"] for c in figures["waiting"]["by_counter"]) >= 3
    assert all(robot["metres"] >= 0 for robot in figures["robots"])
    assert json.loads(json.dumps(figures)) == figures


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_goes_wrong_is_told(days: list[PlayedDay]) -> None:
    """The report says so when there was a collision or a move after a stop."""
    bad = days[1]
    bad.hall.world.contacts.append(Contact(5.0, "robot-1", "person", 0.3))
    bad.hall.world.contacts.append(Contact(6.0, "robot-1", "person", 0.0))
    halts = [*bad.record.halts, Halt(9.0, "robot-1", "stop", 0.1, moved=0.4)]
    bad = replace(bad, record=replace(bad.record, halts=halts))
    figures = figures_of(bad, 1.0)
    assert figures["safety"]["collisions"] == 1
    assert figures["safety"]["touched_while_standing"] == 1
    assert figures["safety"]["moves_after_a_stop"] == 1
    names = ["visitors", "waiting", "leads", "robots", "battery", "map", "turns"]
    page = report_page(figures, {name: f"{name}.png" for name in names}, "Trung tâm <Thử>")
    assert "việc mất an toàn" in page
    assert "Trung tâm &lt;Thử&gt;" in page
    for name in names:
        assert f'src="{name}.png"' in page


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_command_writes_a_report(trained_data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "day"
    done = simulate(
        trained_data_dir, "--visitors", "3", "--robots", "1", "--hours", "0.25", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert str(out / "report.html") in done.stdout
    figures = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert figures["plan"]["visitors"] == 3
    page = (out / "report.html").read_text(encoding="utf-8")
    for picture in out.glob("*.png"):
        assert picture.name in page
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert len(list(out.glob("*.png"))) == 7


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--visitors", "0"], 2),
        (["--robots", "99"], 2),
        (["--hours", "nan"], 2),
        (["--hours", "0.1"], 2),
        (["--seed", "x"], 2),
    ],
)
def test_wrong_options_are_refused_at_once(tmp_path: Path, options: list[str], code: int) -> None:
    done = simulate(tmp_path, *options, "--out", str(tmp_path / "out"))
    assert done.returncode == code
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    done = simulate(tmp_path, "--out", str(file / "day"))
    assert done.returncode == 1
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def simulate(data_dir: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "simulate", "--data-dir", str(data_dir), *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        timeout=200,
        check=False,
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(15, 600), st.integers())
def test_arrivals_are_as_many_as_asked_for_and_in_order(
    count: int, minutes: float, seed: int
) -> None:
    times = arrivals(count, minutes, Random(seed))
    assert len(times) == count
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= minutes


def test_most_come_in_the_morning_and_nobody_at_closing() -> None:
    times = arrivals(5000, 480, Random(1))
    hours = Counter(int(at // 60) for at in times)
    assert hours[1] > 1.5 * hours[3]
    assert hours[0] + hours[1] > hours[4] + hours[5]
    assert hours[7] < hours[6] / 2


def test_nobody_asks_what_measures_the_engine(content: Path) -> None:
    """Questions come from templates and names: none is of the sets that score a release."""
    measured = set()
    for path in (ROOT / "data" / "questions").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            measured.add(json.loads(line)["text"].strip().lower())
    asked = {q.lower() for v in crowd(400, 7, snapshot(content)) for q in v.questions}
    assert len(asked) > 100
    assert not asked & measured


def test_a_person_is_the_same_for_the_same_seed_and_no_counter_is_overrun(content: Path) -> None:
    catalogue = snapshot(content)
    assert crowd(60, 5, catalogue) == crowd(60, 5, catalogue)
    assert crowd(60, 5, catalogue) != crowd(60, 6, catalogue)
    # 8 hours: at 12 minutes each no more than 40, at 7 no more than 68 can be served.
    busy = Counter(visitor.counter for visitor in crowd(100, 5, catalogue))
    assert 0 < busy["1"] <= 46
    assert busy["2"] > busy["1"]


def snapshot(content: Path) -> Any:
    from assistant.catalogue.snapshot import snapshot_from_folder

    target = content / "catalogue-for-a-day.json"
    snapshot_from_folder(ROOT / "data" / "procedures", target)
    return Snapshot.model_validate_json(target.read_bytes()).procedures


def crowd(count: int, seed: int, catalogue: Any) -> list[Any]:
    return visitors_of(count, 480, seed, catalogue, COUNTERS)


def test_serving_takes_a_bounded_time() -> None:
    rng = Random(2)
    seconds = [service_seconds(12, rng) for _ in range(2000)]
    assert min(seconds) >= 90
    assert max(seconds) <= 45 * 60
    assert 0.75 * 12 * 60 < sum(seconds) / len(seconds) < 0.85 * 12 * 60


def test_each_robot_has_a_post_of_its_own() -> None:
    lobby_map = load_map(ROOT / "data" / "centre" / "map.yaml")
    places = [
        {"id": "home", "pose": {"x": 0.0, "y": -4.0, "theta": -1.57}},
        {"id": "dock", "pose": {"x": -8.9, "y": -4.6, "theta": 0.0}},
    ]
    made = posts_for(5, lobby_map, places, "home", "dock")
    assert [place["id"] for place in made][:3] == ["home-2", "dock-2", "home-3"]
    spots = sorted((p["pose"]["x"], p["pose"]["y"]) for p in [*places, *made])
    assert len(set(spots)) == 10
    for (ax, ay), (bx, by) in pairwise(spots):
        assert abs(ax - bx) + abs(ay - by) >= 0.9
    with pytest.raises(LetanError, match="simulation_no_room"):
        posts_for(400, lobby_map, places, "home", "dock")


async def test_no_time_passes_while_something_real_is_waited_for() -> None:
    clock = DayClock(datetime.fromisoformat("2026-11-23T07:30:00+07:00"))
    seen: list[tuple[float, float]] = []

    async def ask(read: Callable[[], int]) -> None:
        await clock.sleep(1.0)
        async with clock.standing_still():
            before = clock.monotonic()
            await asyncio.to_thread(read)
            seen.append((before, clock.monotonic()))

    tasks = [asyncio.create_task(ask(lambda: sum(range(300_000)))) for _ in range(3)]
    await clock.advance(5.0)
    assert all(task.done() for task in tasks)
    assert seen == [(1.0, 1.0)] * 3
    assert clock.now() - datetime.fromisoformat("2026-11-23T07:30:05+07:00") == timedelta(0)
