"""Build, impact, judgement, publication and the way back, through the staff's door.

Engine and trainer are programs that answer on command; tests/e2e does it with the real ones.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk_fixtures import Desk, until, write_release
from test_only_staff_with_the_right_gets_further import API, WORD, account, code_of

from assistant.releases.tables import DifferenceRow
from assistant.settings import Settings
from assistant.staff.rights import Role

BASE = f"{API}/releases"
_TRAINER = """#!/bin/sh
case "$*" in *dialogues.train*) exec "{trainer}" "$@" ;; esac
exec "{engine}" "$@"
"""
_TRAINS = """#!/bin/sh
while [ "$1" != --release ]; do shift; done
mkdir -p "$2/training" && echo model > "$2/model.tar.gz" && echo '{}' > "$2/life_events.json"
[ -e "$FAULT_FOLDER/fail-training" ] && echo '{"error": "asked to"}' && exit 1
[ -e "$FAULT_FOLDER/train.go" ] && cat "$FAULT_FOLDER/train.go"
echo '{"step": "done", "fraction": 1.0}'
"""


@pytest.fixture
def fault(fault: Path, settings: Settings, tmp_path: Path) -> Path:
    """The engine that fails on command, and a trainer beside it."""
    trainer = tmp_path / "trainer"
    trainer.write_text(_TRAINS)
    both = tmp_path / "python"
    both.write_text(_TRAINER.format(trainer=trainer, engine=settings.engine_python))
    for program in (trainer, both):
        program.chmod(0o755)
    settings.engine_python = both
    return fault


async def staff(desk: Desk, name: str, role: Role) -> dict[str, str]:
    desk.http.app = desk.app  # type: ignore[attr-defined]
    return await account(desk.http, name, role)


async def built(desk: Desk, header: dict[str, str]) -> dict[str, Any]:
    """Build a release and wait for its end."""
    answer = await desk.http.post(BASE, headers=header)
    assert answer.status_code == 202, answer.text
    url = f"{BASE}/{answer.json()['id']}"

    async def over() -> bool:
        state = (await desk.http.get(url, headers=header)).json()["state"]
        return state not in ("building",)

    await until(over, 60)
    found: dict[str, Any] = (await desk.http.get(url, headers=header)).json()
    return found


async def say(desk: Desk, text: str) -> None:
    conversation = await desk.open()
    assert (await desk.say(conversation, text)).status_code == 200


async def test_what_people_asked_is_compared_and_nothing_is_published_by_itself(
    desk: Desk,
) -> None:
    await say(desk, "lệ phí khai sinh bao nhiêu")
    publisher = await staff(desk, "hoa", "publisher")
    release = await built(desk, publisher)
    assert (release["state"], release["who"], release["progress"]) == ("built", "hoa", 1.0)
    assert release["compared_with"] == "first"
    assert release["differences"] == []  # this engine answers with the question itself
    asked = [entry["conversation"] for entry in desk.asked() if "khai sinh" in entry["text"]]
    assert len([name for name in asked if name.startswith("preview-")]) == 2
    listed = (await desk.http.get(BASE, headers=publisher)).json()
    assert {each["id"]: each["state"] for each in listed}["first"] == "live"
    answer = await desk.http.post(
        f"{BASE}/{release['id']}/publish", json={"password": WORD}, headers=publisher
    )
    assert answer.json()["state"] == "live"
    assert desk.app.state.engine.release == release["id"]
    back = await desk.http.post(f"{BASE}/rollback", headers=publisher)
    assert (back.json()["id"], desk.app.state.engine.release) == ("first", "first")


async def test_risky_differences_are_judged_first_and_a_worse_one_stops_it(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    release = (await built(desk, publisher))["id"]
    fee = {"procedures": ["1.001193"], "outcome": "answered", "facts": {}}
    async with desk.app.state.database.session() as session:
        for text, risky in (("lệ phí", True), ("xin chào", False)):
            session.add(
                DifferenceRow(
                    release=release,
                    text=text,
                    source="asked",
                    times=3,
                    before={**fee, "text": "8.000 đồng"},
                    after={**fee, "text": "9.000 đồng"},
                    risky=risky,
                )
            )
    url = f"{BASE}/{release}"
    answer = await desk.http.post(f"{url}/publish", headers=publisher)
    assert code_of(answer) == (409, "release_unjudged")
    found = (await desk.http.get(url, headers=publisher)).json()["differences"]
    assert [each["risky"] for each in found] == [True, False]
    judged = {"difference": found[0]["id"], "verdict": "worse"}
    assert (await desk.http.post(f"{url}/judge", json=judged, headers=publisher)).status_code == 204
    answer = await desk.http.post(f"{url}/publish", headers=publisher)
    assert code_of(answer) == (409, "release_worse")
    assert desk.app.state.engine.release == "first"
    judged["verdict"] = "better"
    await desk.http.post(f"{url}/judge", json=judged, headers=publisher)
    assert (await desk.http.post(f"{url}/publish", headers=publisher)).status_code == 200
    wrong = {"difference": found[0]["id"], "verdict": "better"}
    answer = await desk.http.post(f"{BASE}/first/judge", json=wrong, headers=publisher)
    assert code_of(answer) == (404, "difference_unknown")


async def test_publishing_needs_the_right_and_the_password(desk: Desk) -> None:
    editor = await staff(desk, "lan", "editor")
    url = f"{BASE}/first/publish"
    assert code_of(await desk.http.post(url, headers=editor)) == (403, "right_missing")
    publisher = await staff(desk, "hoa", "publisher")
    answer = await desk.http.post(url, json={"password": "wrong"}, headers=publisher)
    assert code_of(answer) == (403, "password_wrong")


async def test_a_release_that_does_not_start_leaves_the_old_one_serving(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    releases = desk.app.state.releases
    write_release(releases.folder("broken"), "broken")
    await releases.register("broken", 0)
    (releases.folder("broken") / "model.tar.gz").write_bytes(b"tampered")
    answer = await desk.http.post(f"{BASE}/broken/publish", headers=publisher)
    assert code_of(answer) == (503, "release_damaged")
    published = await releases.published()
    assert (published.id, desk.app.state.engine.release) == ("first", "first")
    await say(desk, "còn đó không")


async def test_a_training_that_fails_says_why_and_changes_nothing(desk: Desk) -> None:
    editor = await staff(desk, "lan", "editor")
    (desk.fault / "fail-training").touch()
    release = await built(desk, editor)
    assert release["state"] == "failed"
    assert "asked to" in release["problem"]
    await say(desk, "còn đó không")


async def test_one_build_at_a_time_and_a_stop_leaves_a_failed_one(desk: Desk) -> None:
    import os

    editor = await staff(desk, "lan", "editor")
    os.mkfifo(desk.fault / "train.go")
    release = (await desk.http.post(BASE, headers=editor)).json()["id"]
    assert code_of(await desk.http.post(BASE, headers=editor)) == (409, "release_building")
    await desk.app.state.workshop.close()
    url = f"{BASE}/{release}"
    found = (await desk.http.get(url, headers=editor)).json()
    assert found["state"] == "failed"
    assert found["problem"]
    assert not desk.app.state.releases.folder(release).exists()


async def test_turns_go_on_while_releases_change(desk: Desk) -> None:
    publisher = await staff(desk, "hoa", "publisher")
    release = (await built(desk, publisher))["id"]
    conversation = await desk.open()
    answers: list[httpx.Response] = []
    done = asyncio.Event()

    async def keep_asking() -> None:
        number = 0
        while not done.is_set():
            number += 1
            answers.append(await desk.say(conversation, f"câu {number}"))

    asking = asyncio.create_task(keep_asking())
    for each in (release, "first", release):
        answer = await desk.http.post(f"{BASE}/{each}/publish", headers=publisher)
        assert answer.status_code == 200, answer.text
    done.set()
    await asking
    assert len(answers) > 3
    assert {answer.status_code for answer in answers} == {200}
    assert json.loads(answers[-1].text)["parts"]
