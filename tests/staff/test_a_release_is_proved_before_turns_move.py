"""A new engine answers recorded questions first; publishing waits for its time; nothing is half
published."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from desk_fixtures import Desk, until, write_release
from test_a_release_is_judged_before_it_is_published import BASE, built, fault, say, staff
from test_only_staff_with_the_right_gets_further import WORD, code_of

from assistant.errors import LetanError
from assistant.releases.build_site import take_lock
from assistant.releases.plans import LATEST, Plans
from assistant.releases.tables import BuildRow
from assistant.settings import Settings

__all__ = ["fault"]  # the fixture with a trainer

PROBE = {"text": "lệ phí khai sinh", "topic": None}


async def registered(desk: Desk, name: str, answer: list[str] | None = None) -> None:
    """A release whose report tells one answer; this engine says the question itself."""
    releases = desk.app.state.releases
    write_release(releases.folder(name), name)
    if answer is not None:
        report = {"rows": [], "probes": [{**PROBE, "answer": answer}]}
        (releases.folder(name) / "evaluation.json").write_text(json.dumps(report))
    await releases.register(name, 0)


async def test_one_that_answers_as_its_report_says_takes_over(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "good", ["", PROBE["text"]])
    answer = await desk.http.post(
        f"{BASE}/good/publish", json={"password": WORD}, headers=publisher
    )
    assert answer.status_code == 200, answer.text
    asked = [entry for entry in desk.asked() if entry["text"] == PROBE["text"]]
    assert [entry["conversation"][:8] for entry in asked] == ["preview-"]
    forgotten = (desk.fault / "forgotten").read_text().split()
    assert asked[0]["conversation"] in forgotten


async def test_one_that_answers_otherwise_is_not_published_and_says_where(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "other", ["1.001193", "8.000 đồng"])
    answer = await desk.http.post(f"{BASE}/other/publish", headers=publisher)
    assert code_of(answer) == (409, "release_answers_otherwise")
    assert PROBE["text"] in answer.json()["detail"]
    assert (await desk.app.state.releases.published()).id == "first"
    assert desk.app.state.engine.release == "first"
    await say(desk, "còn đó không")


async def test_what_cannot_be_written_down_is_not_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "second")

    async def full(*_: object) -> None:
        raise LetanError("database_busy", 503, "Ổ đĩa đầy.", "The disk is full.")

    monkeypatch.setattr(desk.app.state.releases, "publish", full)
    answer = await desk.http.post(f"{BASE}/second/publish", headers=publisher)
    assert code_of(answer) == (503, "database_busy")
    assert desk.app.state.engine.release == "first"
    await say(desk, "còn đó không")


async def test_a_spare_engine_takes_over_and_another_one_is_kept(
    desk: Desk, settings: Settings
) -> None:
    engine = desk.app.state.engine
    engine._keeps_spare = True
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "second")
    url = f"{BASE}/second/publish"
    assert (await desk.http.post(url, headers=publisher)).status_code == 200
    await until(lambda: engine._spare is not None and engine._spare.child.state == "ready")
    spare = engine._spare.child.pid
    assert (await desk.http.post(f"{BASE}/rollback", headers=publisher)).status_code == 200
    assert ((await engine.health())["pid"], engine.release) == (spare, "first")
    await say(desk, "còn đó không")
    await until(lambda: engine._spare is not None and engine._spare.child.pid != spare)
    (desk.fault / "refuse-to-start").touch()
    answer = await desk.http.post(url, headers=publisher)
    assert code_of(answer) == (503, "release_not_starting")
    await say(desk, "còn đó không")


async def test_it_is_published_when_its_time_has_come(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "second")
    at = datetime.now(UTC) + timedelta(hours=2)
    body = {"password": WORD, "at": at.isoformat()}
    url = f"{BASE}/second/publish"
    answer = await desk.http.post(url, json=body, headers=publisher)
    assert (answer.status_code, answer.json()["plan"]["state"]) == (200, "planned")
    again = await desk.http.post(f"{BASE}/first/publish", json=body, headers=publisher)
    assert code_of(again) == (409, "release_planned")
    state = desk.app.state
    late = Plans(state.database, state.releases, state.workshop, lambda: at + timedelta(seconds=1))
    other = Plans(state.database, state.releases, state.workshop, lambda: at + timedelta(seconds=1))
    await late.publish_due(state.publish)
    assert state.engine.release == "second"
    await asyncio.gather(other.publish_due(state.publish), late.publish_due(state.publish))
    found = (await desk.http.get(f"{BASE}/second", headers=publisher)).json()
    assert (found["state"], found["plan"]["state"], found["plan"]["who"]) == ("live", "done", "hoa")


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00+07:00", "2199-01-01T00:00:00+07:00"])
async def test_a_time_that_is_none_is_refused(desk: Desk, at: str) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    answer = await desk.http.post(f"{BASE}/first/publish", json={"at": at}, headers=publisher)
    assert code_of(answer) == (422, "plan_time_wrong")


async def test_a_plan_is_cancelled(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    await registered(desk, "second")
    url = f"{BASE}/second/publish"
    at = datetime.now(UTC) + timedelta(hours=2)
    await desk.http.post(url, json={"at": at.isoformat()}, headers=publisher)
    editor = await staff(desk, "lan", "editor")
    assert code_of(await desk.http.delete(url, headers=editor)) == (403, "right_missing")
    assert (await desk.http.delete(url, headers=publisher)).status_code == 204
    assert code_of(await desk.http.delete(url, headers=publisher)) == (404, "plan_unknown")
    state = desk.app.state
    late = Plans(state.database, state.releases, state.workshop, lambda: at)
    await late.publish_due(state.publish)
    assert state.engine.release == "first"


async def test_one_that_fails_or_was_missed_says_why_and_changes_nothing(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    state = desk.app.state
    at = datetime.now(UTC) + timedelta(hours=2)
    await registered(desk, "other", ["1.001193", "8.000 đồng"])
    await registered(desk, "missed")
    for release, now, told in (
        ("other", at, "8.000 đồng"),
        ("missed", at + LATEST + timedelta(seconds=1), "đồng hồ"),
    ):
        body = {"at": at.isoformat()}
        await desk.http.post(f"{BASE}/{release}/publish", json=body, headers=publisher)
        plans = Plans(state.database, state.releases, state.workshop, lambda now=now: now)
        await plans.publish_due(state.publish)
        plan = (await desk.http.get(f"{BASE}/{release}", headers=publisher)).json()["plan"]
        assert plan["state"] == "failed"
        assert told in plan["problem"]
        assert state.engine.release == "first"


async def test_a_clock_that_is_put_back_leaves_the_newest_publication_in_force(
    desk: Desk,
) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    releases = desk.app.state.releases
    async with desk.app.state.database.session() as session:
        from assistant.releases import repository

        tomorrow = datetime.now(UTC) + timedelta(days=400)
        await repository.set_published(session, "first", tomorrow)
    await registered(desk, "second")
    await desk.http.post(f"{BASE}/second/publish", headers=publisher)
    assert (await releases.published()).id == "second"
    assert (await releases.earlier()).id == "first"


async def test_what_a_kill_left_is_removed_but_not_what_another_process_builds(
    desk: Desk, settings: Settings
) -> None:
    state = desk.app.state
    folder = state.releases.folder("20260101-000000-dead")
    folder.mkdir(parents=True)
    (folder / "catalogue.json").write_text("{}")
    row = BuildRow(
        release=folder.name,
        state="building",
        step="training",
        fraction=0.4,
        who="lan",
        started_at=datetime.now(UTC),
    )
    async with state.database.session() as session:
        session.add(row)
    lock = take_lock(settings.data_dir)
    assert lock is not None
    await state.workshop.start()
    assert folder.exists()
    editor = await staff(desk, "lan", "editor")
    answer = await desk.http.post(BASE, headers=editor)
    assert code_of(answer) == (409, "release_building")
    lock.close()
    await state.workshop.start()
    assert not folder.exists()
    found = (await desk.http.get(f"{BASE}/{folder.name}", headers=editor)).json()
    assert found["state"] == "failed"
    assert found["problem"]


async def test_two_releases_are_compared(desk: Desk) -> None:
    viewer = await staff(desk, "xem", "viewer")
    releases = desk.app.state.releases
    for name, fee in (("a", "8.000"), ("b", "9.000")):
        folder = releases.folder(name)
        write_release(folder, name)
        entry = {"code": "1.1", "name": {"vi": "Khai sinh", "en": "Birth"}, "fees": fee}
        catalogue = {"procedures": [entry], "generated_at": "2026-01-01T00:00:00+00:00"}
        (folder / "catalogue.json").write_text(json.dumps(catalogue))
        (folder / "manifest.json").unlink()
        from assistant.engine.manifest import write_manifest

        write_manifest(folder, name)
        await releases.register(name, 1)
    found = await desk.http.get(f"{BASE}/b/compare", params={"other": "a"}, headers=viewer)
    assert found.json() == {
        "procedures": [
            {"code": "1.1", "name": "Khai sinh", "change": "changed", "fields": ["fees"]}
        ],
        "answers": [],
    }
    unknown = await desk.http.get(f"{BASE}/b/compare", params={"other": "zz"}, headers=viewer)
    assert code_of(unknown) == (404, "release_unknown")


async def test_a_disk_that_is_full_is_told_before_and_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await staff(desk, "lan", "editor")
    (desk.fault / "train.go").write_text('{"error": "No space left on device"}\n')
    release = await built(desk, editor)
    assert (release["state"], "gần đầy" in release["problem"]) == ("failed", True)
    assert not desk.app.state.releases.folder(release["id"]).exists()
    from assistant.releases import build_site

    monkeypatch.setattr(build_site, "_LEAST", 2**62)
    answer = await desk.http.post(BASE, headers=editor)
    assert code_of(answer) == (507, "disk_full")
    await say(desk, "còn đó không")
