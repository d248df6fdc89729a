"""The tracker store: the same promises on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from running_engine import ROOT, Engine, of_type
from throwaway_postgres import cluster

from dialogues.tracker_store import ConversationStore, StorageError


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(ROOT / "dialogues" / "domain")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'trackers.db'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
def store(url: str, domain: Domain) -> Iterator[ConversationStore]:
    opened = ConversationStore(url, domain)
    yield opened
    with opened.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM events"))
    opened.close()


def a_turn(text: str, topic: str, at: float | None = None) -> list:
    events = [UserUttered(text, {"name": "choose"}), ActionExecuted("action_choose")]
    events.append(SlotSet("topic", topic))
    for event in events:
        event.timestamp = at or time.time()
    return events


def test_what_was_appended_comes_back_in_order(store: ConversationStore) -> None:
    store.append("a", a_turn("một", "1"))
    store.append("b", a_turn("khác", "9"))
    store.append("a", a_turn("hai", "2"))
    tracker = store.load("a")
    assert tracker is not None
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == ["một", "hai"]
    assert tracker.get_slot("topic") == "2"
    assert store.load("nobody") is None


def test_old_events_still_set_slots_when_few_are_kept(store: ConversationStore) -> None:
    store.append("a", [SlotSet("language", "en")])
    for number in range(30):
        store.append("a", a_turn(str(number), str(number)))
    tracker = store.load("a", keep=5)
    assert tracker is not None
    assert len(tracker.events) == 5
    assert tracker.get_slot("language") == "en"
    assert tracker.get_slot("topic") == "29"


def test_forgetting_one_leaves_the_others(store: ConversationStore) -> None:
    store.append("a", a_turn("một", "1"))
    store.append("b", a_turn("hai", "2"))
    assert store.forget("a") == 3
    assert store.forget("a") == 0
    assert store.load("a") is None
    assert store.load("b") is not None


def test_only_idle_conversations_of_the_channel_are_swept(store: ConversationStore) -> None:
    old = time.time() - 3600
    store.append("kiosk-old", a_turn("một", "1", old))
    store.append("kiosk-live", a_turn("một", "1", old))
    store.append("kiosk-live", a_turn("hai", "2"))
    store.append("kiosk_%", a_turn("một", "1", old))
    store.append("zalo-old", a_turn("một", "1", old))
    assert store.forget_idle(30, "kiosk-") == ["kiosk-old"]
    assert sorted(store.forget_idle(30)) == ["kiosk_%", "zalo-old"]
    assert store.load("kiosk-live") is not None


def test_two_engines_may_open_and_write_at_once(url: str, domain: Domain) -> None:
    errors: list[BaseException] = []

    def write(name: str) -> None:
        try:
            opened = ConversationStore(url, domain)
            for number in range(20):
                opened.append(name, a_turn(str(number), str(number)))
            opened.close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    opened = ConversationStore(url, domain)
    for number in range(4):
        tracker = opened.load(f"w{number}")
        assert tracker is not None
        assert len(tracker.events) == 60
        opened.forget(f"w{number}")
    opened.close()


def test_the_query_uses_the_index(store: ConversationStore) -> None:
    indexes = {index["name"] for index in sa.inspect(store.engine).get_indexes("events")}
    assert "ix_events_sender_id_id" in indexes


def test_a_store_that_is_down_says_so(domain: Domain, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        ConversationStore(f"postgresql://letan@/postgres?host={tmp_path}", domain)
    with pytest.raises(StorageError):
        ConversationStore("sqlite:////nowhere/at/all/trackers.db", domain)


def test_a_broken_store_gives_no_answer_and_the_engine_goes_on(
    trained: Path, tmp_path: Path
) -> None:
    with cluster() as url:
        engine = Engine(trained, tmp_path, url, "--unverified")
        engine.wait_ready()
        first = engine.turn("rest-1", payload="procedure:1.001193", message_id="a")
        assert of_type(first, "procedure")
        store = sa.create_engine(url)
        with store.begin() as connection:
            connection.execute(sa.text("ALTER TABLE events RENAME TO gone"))
        body = {"conversation": "rest-1", "message_id": "b", "payload": "aspect:fee"}
        status, problem = engine.call("POST", "/turn", body)
        assert (status, problem["error"]["code"]) == (503, "storage")
        assert engine.call("GET", "/health")[1]["status"] == "ready"
        with store.begin() as connection:
            connection.execute(sa.text("ALTER TABLE gone RENAME TO events"))
        store.dispose()
        again = engine.turn("rest-1", payload="aspect:fee", message_id="b")
        assert again["topic"] == "1.001193"
        assert engine.call("DELETE", "/conversations/rest-1")[1]["erased_events"] > 0
        assert engine.turn("rest-1", payload="repeat", message_id="c")["topic"] is None
        engine.close()


def test_numbers_of_visitors_are_not_stored(engine: Engine, trained: Path, tmp_path: Path) -> None:
    database = tmp_path / "trackers.db"
    own = Engine(trained, tmp_path, f"sqlite:///{database}", "--unverified")
    own.wait_ready()
    own.turn("kiosk-1", text="số căn cước 079099000123, gọi 0900 000 123, a.b@c.vn")
    own.close()
    content = database.read_bytes()
    for secret in (b"079099000123", b"0900 000 123", b"a.b@c.vn"):
        assert secret not in content


def test_the_engine_sweeps_and_ends_with_its_parent(engine: Engine) -> None:
    assert engine.process.poll() is None
    assert engine.call("DELETE", "/conversations/never-seen") == (
        200,
        {"conversation": "never-seen", "erased_events": 0},
    )
