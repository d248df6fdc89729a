"""Speaking over the reply stops it; the robot's own voice, a cough and babble do not."""

import numpy as np
import pytest
import soxr
from fastapi.testclient import TestClient
from voice_client import SILENCE, Client, Speaker, conversation, espeak

from assistant.voice.barge_in import PEOPLE, SECOND_LOOK_S, Overheard, Overhearing, verdict
from assistant.voice.end_of_turn import BARE_S, COMPLETE_S, OPEN_S, USUAL_S, patience
from speech.echo import ECHO, EchoDetector


def as_microphone(pcm: bytes, rate: int, gain: float) -> bytes:
    """What a microphone makes of a loudspeaker: another rate, fainter, with a room's echo."""
    sound = soxr.resample(np.frombuffer(pcm, "<i2").astype(np.float32), rate, 16_000) * gain
    late = np.zeros_like(sound)
    for delay, part in ((480, 0.4), (1120, 0.3), (2400, 0.2)):
        late[delay:] += part * sound[:-delay]
    noise = np.random.default_rng(5).normal(0, 20, len(sound))
    return np.clip(sound + late + noise, -32768, 32767).astype("<i2").tobytes()


def test_a_question_over_the_reply_stops_it_and_is_answered(
    app: TestClient, spoken_recipe: Speaker, long_reply: str
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start()
        client.stream(spoken_recipe("marriage registration"))
        client.until("audio")
        client.events.clear()
        client.stream(spoken_recipe("birth registration"))
        final = client.until("final")
        assert "khai sinh" in final["text"]
        kinds = client.kinds()
        assert kinds.index("speech_started") < kinds.index("interrupted") < kinds.index("partial")
        assert kinds.index("speech_started") < kinds.index("volume") < kinds.index("interrupted")
        first = client.events[kinds.index("partial")]
        assert len(first["text"].split()) >= 2
        assert "resumed" not in kinds
        client.until("reply")
        client.until("audio")


@pytest.mark.parametrize("gain", [0.5, 0.316, 0.1])
def test_the_own_voice_interrupts_nothing(
    app: TestClient, spoken_recipe: Speaker, long_reply: str, gain: float
) -> None:
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start()
        client.stream(spoken_recipe("marriage registration"))
        client.until("audio_end", last=True)
        client.events.clear()
        rate = 22_050
        own = b"".join(client.audio[number] for number in sorted(client.audio))
        client.stream(as_microphone(own[: 2 * rate * 12], rate, gain) + SILENCE)
        rejected = client.until("rejected", "final")
        assert (rejected["type"], rejected["reason"]) == ("rejected", "echo")
        assert not {"interrupted", "partial", "reply"} & set(client.kinds())
        client.stream(spoken_recipe("birth registration"))
        assert "khai sinh" in client.until("final")["text"]


def test_a_voice_needs_time_and_words_to_interrupt() -> None:
    said = "Anh chị nộp hồ sơ ở quầy số ba"
    assert verdict(Overheard("thế còn", 0.2, 0.3), said) == "wait"
    assert verdict(Overheard("thế", 0.9, 0.3), said) == "wait"
    assert verdict(Overheard("thế còn", 0.31, 0.3), said) == "visitor"
    assert verdict(Overheard("thế còn", 0.9, ECHO), said) == "echo"
    assert verdict(Overheard("nộp hồ sơ ở quầy", 0.9, 0.3), said) == "echo"
    assert verdict(Overheard("quầy số ba ở đâu", 0.9, 0.3), said) == "visitor"
    assert verdict(Overheard(f"{said} thì mất bao lâu hả em", 0.9, 0.3), said) == "visitor"


def test_a_second_that_is_less_like_us_interrupts_nothing() -> None:
    said = "Anh chị nộp hồ sơ ở quầy số ba"

    def looks(*likenesses: tuple[float, float]) -> list[str]:
        overhearing = Overhearing()
        return [
            overhearing.judge(Overheard("thế còn lệ phí", at, likeness), said)
            for at, likeness in likenesses
        ]

    assert looks((0.4, 0.3)) == ["visitor"], "whoever sounds like somebody else"
    assert looks((1.2, 0.7), (1.6, 0.58), (1.8, 0.7)) == ["echo", "wait", "echo"]
    assert looks((0.4, 0.61), (0.8, 0.61)) == ["wait", "visitor"]
    assert looks((1.0, 0.7), (1.4, 0.55), (1.5, 0.55), (1.8, 0.56)) == [
        *("echo", "wait", "wait", "visitor")
    ], "a visitor who speaks over our own voice"
    assert looks((1.0, 0.7), (1.4, 0.4)) == ["echo", "visitor"]
    assert looks((2.0, 0.7), (0.4, 0.58)) == ["echo", "visitor"], "the next voice is another one"
    assert SECOND_LOOK_S <= 0.4, "hypotheses come every 0.4 s"


def test_silence_around_a_few_words_makes_nobody_like_us() -> None:
    """Where a voice begins and ends, any two are alike: only the words between are compared."""
    said = espeak("Dạ, thủ tục đăng ký kết hôn cần ba loại giấy tờ. Lệ phí được miễn", "vi", 160)
    slow = espeak("Đăng ký kết hôn", "vi+f2", 109)
    sound = soxr.resample(np.frombuffer(slow, "<i2").astype(np.float32), 18_400, 16_000)
    visitor = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
    detector = EchoDetector()
    detector.said(said + bytes(64_000), 16_000)
    assert detector.share(SILENCE[:16_000] + visitor + SILENCE, PEOPLE) == 0.0
    own = as_microphone(said, 16_000, 0.3)
    assert detector.share(SILENCE + own + SILENCE) > 0.9
    assert detector.share(b"") == detector.share(SILENCE) == 0.0


def test_the_own_voice_is_told_from_another_at_any_delay() -> None:
    said = espeak("Thời hạn giải quyết là ba ngày làm việc kể từ ngày nhận đủ hồ sơ", "vi", 160)
    other = espeak("Con tôi sinh ở nhà thì có cần giấy chứng sinh không", "vi+f3", 130)
    detector = EchoDetector()
    assert detector.likeness(said[-32_000:]) == 0.0
    detector.said(bytes(64_000) + said + bytes(64_000), 16_000)
    assert detector.share(as_microphone(said, 16_000, 0.2)) > 0.9
    assert detector.share(other) == 0.0
    assert detector.share(bytes(64_000)) == 0.0
    assert detector.likeness(bytes(32_000)) < 0.1
    detector.forget()
    assert detector.share(said) == 0.0


@pytest.mark.parametrize(
    ("text", "language", "seconds"),
    [
        ("đăng ký khai sinh cần giấy tờ gì", "vi", COMPLETE_S),
        ("lệ phí bao nhiêu", "vi", COMPLETE_S),
        ("tôi muốn đăng ký kết hôn", "vi", USUAL_S),
        ("tôi muốn hỏi là", "vi", OPEN_S),
        ("nếu sinh ở nhà thì", "vi", OPEN_S),
        ("số của tôi là không ba tám", "vi", OPEN_S),
        ("đúng rồi", "vi", USUAL_S),
        ("khai sinh", "vi", BARE_S),
        ("", "vi", USUAL_S),
        ("how much does it cost", "en", COMPLETE_S),
        ("i would like to register a", "en", OPEN_S),
        ("my code is one zero zero", "en", OPEN_S),
    ],
)
def test_a_pause_ends_a_whole_question_sooner_than_a_begun_one(
    text: str, language: str, seconds: float
) -> None:
    assert patience(text, "en" if language == "en" else "vi") == seconds
