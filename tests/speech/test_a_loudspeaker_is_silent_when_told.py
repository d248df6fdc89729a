"""Sentences in their order, silence within a moment, and no loudspeaker is a state, not a fault."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from speech import loudspeaker
from speech.loudspeaker import Loudspeaker
from speech.microphone import DeviceError

DEADLINE = 10.0
RATE = 22_050
SECOND = bytes(2 * RATE)


class PortAudioError(Exception):
    """As sounddevice's."""


class Room:
    """Stands where PortAudio would be: a device that takes a block whenever it is let."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.there = True
        self.lost = False
        self.opened: list[int] = []
        self.heard: queue.Queue[bytes] = queue.Queue()
        self.cut = threading.Event()
        self.flows = threading.Event()
        self.flows.set()
        self.busy = threading.Event()

    def RawOutputStream(self, samplerate: int, **_: Any) -> "Room":  # noqa: N802
        if not self.there:
            raise PortAudioError("Error querying device -1", -9996)
        self.opened.append(samplerate)
        return self

    def start(self) -> None:
        self.cut.clear()

    def write(self, pcm: bytes) -> None:
        self.busy.set()
        assert self.flows.wait(DEADLINE)
        if self.lost:
            self.lost = False
            raise PortAudioError("Host error", -9999)
        self.heard.put(pcm)

    def abort(self, ignore_errors: bool) -> None:
        self.cut.set()

    def close(self, ignore_errors: bool) -> None:
        """Nothing is held."""


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    room = Room()
    monkeypatch.setattr(loudspeaker, "sound", lambda: room)
    return room


@pytest.fixture
def played() -> "queue.Queue[int]":
    return queue.Queue()


@pytest.fixture
def states() -> "queue.Queue[bool]":
    return queue.Queue()


@pytest.fixture
def speaker(
    room: Room, played: "queue.Queue[int]", states: "queue.Queue[bool]"
) -> Iterator[Loudspeaker]:
    speaker = Loudspeaker(played.put, states.put)
    yield speaker
    room.flows.set()
    speaker.close()


def say(speaker: Loudspeaker, number: int, pcm: bytes, rate: int = RATE) -> None:
    speaker.begin(rate)
    for at in range(0, len(pcm), 8000):
        speaker.play(pcm[at : at + 8000])
    speaker.end(number)


def test_sentences_are_played_in_their_order_and_told(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]"
) -> None:
    for number, sound in ((1, b"\x01\x00"), (2, b"\x02\x00")):
        say(speaker, number, sound * 4410)
    say(speaker, 3, b"\x03\x00" * 100, rate=16_000)
    assert [played.get(timeout=DEADLINE) for _ in range(3)] == [1, 2, 3]
    heard = b"".join(room.heard.queue)
    assert heard == b"\x01\x00" * 4410 + b"\x02\x00" * 4410 + b"\x03\x00" * 100
    assert room.opened == [RATE, 16_000]


def test_silence_comes_within_one_block_and_nothing_of_it_counts_as_played(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]"
) -> None:
    room.flows.clear()
    say(speaker, 1, SECOND)
    say(speaker, 2, SECOND)
    assert room.busy.wait(DEADLINE)
    speaker.hush()
    room.flows.set()
    assert room.cut.wait(DEADLINE)
    say(speaker, 3, SECOND[:100])
    assert played.get(timeout=DEADLINE) == 3
    assert played.empty()
    heard = sum(len(block) for block in room.heard.queue)
    assert heard <= 2 * round(loudspeaker.BLOCK_S * RATE) + 100


def test_what_the_device_still_holds_is_cut_when_everything_was_given_to_it(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]"
) -> None:
    say(speaker, 1, SECOND[:8000])
    assert played.get(timeout=DEADLINE) == 1
    assert not room.cut.is_set()
    speaker.hush()
    assert room.cut.wait(DEADLINE)


def test_without_a_loudspeaker_sentences_count_as_played(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]", states: "queue.Queue[bool]"
) -> None:
    room.there = False
    say(speaker, 1, SECOND)
    say(speaker, 2, SECOND)
    assert [played.get(timeout=DEADLINE) for _ in range(2)] == [1, 2]
    assert states.get(timeout=DEADLINE) is False
    assert states.empty()  # told once
    room.there = True
    say(speaker, 3, SECOND)
    assert played.get(timeout=DEADLINE) == 3
    assert states.get(timeout=DEADLINE) is True
    assert room.heard.qsize()


def test_one_that_is_lost_costs_its_sentence(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]"
) -> None:
    room.lost = True
    say(speaker, 1, SECOND)
    say(speaker, 2, SECOND)
    assert [played.get(timeout=DEADLINE) for _ in range(2)] == [1, 2]
    assert b"".join(room.heard.queue) == SECOND
    assert len(room.opened) == 2


def test_a_machine_without_portaudio_is_one_without_a_loudspeaker(
    monkeypatch: pytest.MonkeyPatch,
    speaker: Loudspeaker,
    played: "queue.Queue[int]",
    states: "queue.Queue[bool]",
) -> None:
    def missing() -> None:
        raise DeviceError("absent", "apt-get install libportaudio2")

    monkeypatch.setattr(loudspeaker, "sound", missing)
    say(speaker, 1, SECOND)
    assert played.get(timeout=DEADLINE) == 1
    assert states.get(timeout=DEADLINE) is False


def test_while_portaudio_is_started_anew_nothing_is_written(
    room: Room, speaker: Loudspeaker, played: "queue.Queue[int]"
) -> None:
    """As the watched microphone does when devices have changed."""
    with speaker.silent():
        say(speaker, 1, SECOND[:8000])
        assert room.heard.empty()
        assert played.empty()
    assert played.get(timeout=DEADLINE) == 1
    assert b"".join(room.heard.queue) == SECOND[:8000]
