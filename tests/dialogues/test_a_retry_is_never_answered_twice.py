"""A message may be sent again after a crash, a lost answer or a lost connection."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from running_engine import CONTEXT, Engine, wait_a_little


def user_events(database: Path, conversation: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT data FROM events WHERE sender_id = ? AND type_name = 'user'", (conversation,)
        )
        return [data for (data,) in rows]


def test_the_same_message_id_gives_the_same_reply(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, text="đăng ký khai sinh cần giấy tờ gì", message_id="m1")
    first = engine.turn(conversation, text="lệ phí bao nhiêu", message_id="m2")
    assert engine.turn(conversation, text="lệ phí bao nhiêu", message_id="m2") == first
    following = engine.turn(conversation, payload="repeat", message_id="m3")
    assert following["topic"] == first["topic"]


def test_a_killed_engine_forgets_no_answer_and_answers_the_same_message_once(
    trained: Path, tmp_path: Path
) -> None:
    database = tmp_path / "trackers.db"
    engine = Engine(trained, tmp_path, f"sqlite:///{database}", "--unverified")
    try:
        engine.wait_ready()
        kept = {"payload": "procedure:1.001193", "message_id": "a"}
        reply = engine.turn("kiosk-kept", **kept)
        conversation = "kiosk-killed"
        opened = engine.turn(conversation, payload="procedure:1.001193", message_id="a")
        answered = engine.turn(conversation, payload="aspect:fee", message_id="b")
        body = {"conversation": conversation, "context": CONTEXT, "payload": "checklist:start"}
        burst = [
            threading.Thread(
                target=_send_and_ignore, args=(engine, {**body, "message_id": f"c{number}"})
            )
            for number in range(8)
        ]
        for thread in burst:
            thread.start()
        while len(user_events(database, conversation)) < 3:  # the middle of the burst
            wait_a_little()
        engine.kill()
        for thread in burst:
            thread.join()
        stored = len(user_events(database, conversation))

        engine.restart()
        assert engine.turn("kiosk-kept", **kept) == reply
        assert len(user_events(database, "kiosk-kept")) == 1
        again = engine.turn(conversation, payload="checklist:start", message_id="c-new")
        assert again["topic"] == opened["topic"] == answered["topic"]
        assert engine.turn(conversation, payload="checklist:start", message_id="c-new") == again
        assert len(user_events(database, conversation)) == stored + 1
    finally:
        engine.close()


def _send_and_ignore(engine: Engine, body: dict) -> None:
    try:
        engine.call("POST", "/turn", body)
    except (OSError, ValueError, EOFError):
        return  # the engine was killed while answering: what this test is about
    except Exception as error:
        assert type(error).__name__ in {"RemoteDisconnected", "IncompleteRead", "BadStatusLine"}
