"""Every stage of a spoken turn has its time, and no word of the visitor is kept."""

import dataclasses
from collections.abc import Iterator

import pytest

from assistant.metrics import Metrics
from assistant.voice.timings import INTERVALS, KEPT_TURNS, Stage, VoiceTimings, VoiceTurn


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()


def whole_turn(timings: VoiceTimings, clock: Clock) -> VoiceTurn:
    turn = timings.begin("vi")
    stages: tuple[Stage, ...] = (
        "vad_on", "first_partial", "final", "understood", "first_audio", "playback_end",
    )  # fmt: skip
    for stage in stages:
        clock.at += 0.5
        if stage == "final":
            turn.mark("speech_end", ago=0.4)
        turn.mark(stage)
    turn.end("answered")
    return timings.recent()[0]


def test_what_a_visitor_waits_begins_with_the_end_of_speech(clock: Clock) -> None:
    found = whole_turn(VoiceTimings(now=clock), clock)
    seconds = {name: found.seconds(name) for name in INTERVALS}
    assert seconds == {
        "first_words": 0.5,
        "recognised": pytest.approx(0.4),
        "understood": 0.5,
        "synthesised": 0.5,
        "answered": pytest.approx(1.4),
        "spoken": 0.5,
        "interrupted": None,
    }


def test_only_the_first_mark_and_the_first_end_count(clock: Clock) -> None:
    timings = VoiceTimings(now=clock)
    turn = timings.begin("en")
    turn.mark("vad_on")
    clock.at += 1
    turn.mark("vad_on")
    turn.end("rejected_noise")
    turn.mark("final")
    turn.end("answered")
    (found,) = timings.recent()
    assert found.stages == (("vad_on", 0.0),)
    assert found.outcome == "rejected_noise"


def test_the_last_turns_are_kept_newest_first(clock: Clock) -> None:
    timings = VoiceTimings(now=clock)
    for number in range(KEPT_TURNS + 5):
        timings.begin("vi").end(f"rejected_{number}")
    kept = [turn.outcome for turn in timings.recent()]
    assert kept == [f"rejected_{number}" for number in range(KEPT_TURNS + 4, 4, -1)]


def test_who_says_nothing_has_had_no_turn(clock: Clock) -> None:
    timings = VoiceTimings(now=clock)
    timings.begin("vi").end("cancelled")
    assert timings.recent() == ()


def test_prometheus_sees_them(clock: Clock) -> None:
    metrics = Metrics()
    whole_turn(VoiceTimings(metrics, now=clock), clock)
    sample = metrics.registry.get_sample_value
    assert sample("letan_voice_seconds_sum", {"interval": "answered"}) == pytest.approx(1.4)
    assert sample("letan_voice_seconds_count", {"interval": "interrupted"}) is None
    assert sample("letan_voice_turns_total", {"outcome": "answered"}) == 1


def test_a_record_has_no_place_for_words() -> None:
    assert {field.name for field in dataclasses.fields(VoiceTurn)} == {
        "at", "language", "outcome", "stages",
    }  # fmt: skip
