"""The endpointing state machine: its clock is the audio, so every run is the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.endpointing import (
    FRAME_S,
    Audio,
    Endpointer,
    EndpointSettings,
    SpeechStarted,
    TurnDetector,
    TurnEnded,
    TurnRejected,
)

LOUD, QUIET = -20.0, -50.0
FRAMES = st.lists(st.tuples(st.floats(0, 1), st.floats(-100, 0)), min_size=0, max_size=700)


def frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


def run(endpointer: Endpointer, *stretches: tuple[float, float, float]) -> list[object]:
    """Stretches of (seconds, probability, level)."""
    found = []
    for seconds, probability, level in stretches:
        for _ in range(frames(seconds)):
            event = endpointer.frame_in(probability, level)
            if event is not None:
                found.append(event)
    return found


def test_a_sentence_is_one_turn() -> None:
    found = run(Endpointer(), (1.0, 0.1, QUIET), (2.0, 0.9, LOUD), (1.0, 0.1, QUIET))
    assert isinstance(found[0], SpeechStarted)
    assert found[0].frame == frames(1.0)
    assert isinstance(found[1], TurnEnded)
    assert found[1].reason == "silence"
    assert abs(found[1].silence_s - 0.64) < FRAME_S
    assert len(found) == 2


def test_a_pause_for_breath_does_not_end_it() -> None:
    endpointer = Endpointer()
    found = run(endpointer, (1.0, 0.9, LOUD), (0.5, 0.1, QUIET), (1.0, 0.9, LOUD))
    assert [type(event) for event in found] == [SpeechStarted]
    assert endpointer.speaking


def test_whoever_pauses_long_is_waited_for_longer() -> None:
    endpointer = Endpointer()
    speech = (0.8, 0.9, LOUD)
    found = run(endpointer, speech, *((pause, 0.1, QUIET) for pause in (0.5,)), speech)
    found += run(endpointer, (0.75, 0.1, QUIET), speech, (1.1, 0.1, QUIET), speech)
    assert [type(event) for event in found] == [SpeechStarted]
    found = run(endpointer, (2.0, 0.1, QUIET))
    assert isinstance(found[0], TurnEnded)
    assert abs(found[0].silence_s - EndpointSettings().slowest_s) < 2 * FRAME_S
    quick = Endpointer()
    run(quick, speech, (0.3, 0.1, QUIET), speech)
    found = run(quick, (2.0, 0.1, QUIET))
    assert isinstance(found[0], TurnEnded)
    assert abs(found[0].silence_s - 0.64) < 2 * FRAME_S


def test_nobody_speaks() -> None:
    assert run(Endpointer(), (7.0, 0.1, -90.0)) == [TurnRejected("silence")]
    assert run(Endpointer(), (7.0, 0.1, LOUD)) == [TurnRejected("noise")]


def test_a_click_is_no_sentence() -> None:
    found = run(Endpointer(), (0.5, 0.0, -90.0), (0.1, 0.9, LOUD), (1.0, 0.0, -90.0))
    assert found[-1] == TurnRejected("too_short")


def test_a_television_is_cut_off() -> None:
    found = run(Endpointer(), (30.0, 0.9, LOUD))
    assert isinstance(found[-1], TurnEnded)
    assert found[-1].reason == "cap"


def test_voices_far_off_do_not_start_a_turn() -> None:
    found = run(Endpointer(), (5.0, 0.9, -62.0), (2.0, 0.1, -62.0))
    assert found == [TurnRejected("silence")]
    murmur = (2.0, 0.1, -40.0), (3.9, 0.9, -38.0), (0.5, 0.1, -40.0)
    assert run(Endpointer(), *murmur) == [TurnRejected("noise")]


def test_voices_behind_a_visitor_do_not_keep_the_turn_open() -> None:
    found = run(Endpointer(), (2.0, 0.9, -15.0), (1.0, 0.9, -45.0))
    assert isinstance(found[-1], TurnEnded)
    assert found[-1].reason == "silence"


def test_press_to_talk_waits_for_the_finger() -> None:
    endpointer = Endpointer(EndpointSettings(until_stop=True))
    found = run(endpointer, (1.0, 0.9, LOUD), (5.0, 0.0, -90.0), (1.0, 0.9, LOUD))
    assert [type(event) for event in found] == [SpeechStarted]
    ended = endpointer.stop()
    assert isinstance(ended, TurnEnded)
    assert ended.reason == "stop"
    assert endpointer.stop() is None


@settings(max_examples=200, deadline=None)
@given(FRAMES, st.booleans())
def test_any_audio_gives_one_start_and_one_end(
    audio: list[tuple[float, float]], until_stop: bool
) -> None:
    endpointer = Endpointer(EndpointSettings(until_stop=until_stop))
    found = [e for frame in audio if (e := endpointer.frame_in(*frame)) is not None]
    last = endpointer.stop()
    found += [last] if last is not None else []
    assert endpointer.done
    assert isinstance(found[-1], TurnEnded | TurnRejected)
    assert len(found) <= 2
    assert len(found) == 1 or isinstance(found[0], SpeechStarted)
    assert endpointer.frame <= frames(15.0 + 6.0) + 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_how_the_audio_is_cut_up_changes_nothing(sizes: list[int]) -> None:
    class Scripted:
        """Speech between 1 and 2 s, by position."""

        def __init__(self) -> None:
            self.at = 0

        def probability(self, pcm_512: bytes) -> float:
            self.at += 1
            return 0.9 if 31 < self.at < 63 else 0.0

        def reset(self) -> None:
            self.at = 0

    pcm = b"\x10\x00" * (31 * 512) + b"\x00\x10" * (32 * 512) + b"\x10\x00" * 30_000

    def pieces(cuts: list[int]) -> tuple[bytes, list[object]]:
        detector, at, audio, events = TurnDetector(Scripted()), 0, b"", []
        for size in [*cuts, 70_000]:
            for event in detector.feed(pcm[2 * at : 2 * (at + size)]):
                if isinstance(event, Audio):
                    audio += event.pcm
                else:
                    events.append(event)
            at += size
        return audio, events

    assert pieces(sizes) == pieces([])
    audio, events = pieces(sizes)
    assert [type(event) for event in events] == [SpeechStarted, TurnEnded]
    assert len(audio) / 32_000 < 0.6 + 1.0 + 0.7
