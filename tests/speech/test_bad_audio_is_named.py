"""Every kind of WAV a person may bring: it works, or the error says what is wrong with it."""

import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.audio import Clip, StreamConverter, mix_down, read_wav, write_wav
from speech.errors import AudioError


def wav(
    samples: bytes, *, kind: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16,
    size: int | None = None,
) -> bytes:  # fmt: skip
    align = channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * align, align, bits)
    data = struct.pack("<I", len(samples) if size is None else size) + samples
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone(rate: int = 16_000, seconds: float = 0.5) -> np.ndarray:
    return 0.5 * np.sin(2 * math.pi * 440 * np.arange(int(rate * seconds)) / rate)


def code(source: bytes | Path) -> str:
    with pytest.raises(AudioError) as caught:
        read_wav(source)
    assert caught.value.vi
    assert caught.value.en
    return caught.value.code


S16 = (tone() * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(
    "data",
    [
        wav(S16),
        wav(S16, size=0x7FFF_F024 - 36),
        wav(S16, size=0xFFFF_FFFF),
        wav(S16, size=0),
        wav((tone() * 127 + 128).astype("u1").tobytes(), bits=8),
        wav((tone() * 2**31).astype("<i4").tobytes(), bits=32),
        wav(np.stack([(tone() * 2**31).astype("<i4")]).view("u1").reshape(-1, 4)[:, 1:].tobytes(),
            bits=24),
        wav(tone().astype("<f4").tobytes(), kind=3, bits=32),
        wav(tone().astype("<f8").tobytes(), kind=3, bits=64),
        wav(np.repeat((tone() * 32767).astype("<i2"), 2).tobytes(), channels=2),
        wav((tone(8000) * 32767).astype("<i2").tobytes(), rate=8000),
        wav((tone(44_100) * 32767).astype("<i2").tobytes(), rate=44_100),
        wav((tone(48_000) * 32767).astype("<i2").tobytes(), rate=48_000),
    ],
)  # fmt: skip
def test_every_usual_kind_is_the_same_tone(data: bytes) -> None:
    clip = read_wav(data)
    assert clip.seconds == pytest.approx(0.5, abs=0.002)
    heard = np.frombuffer(clip.pcm, "<i2").astype(float)[1000:-1000]
    wanted = np.frombuffer(S16, "<i2").astype(float)[1000:-1000][: len(heard)]
    heard = heard[: len(wanted)]
    assert np.corrcoef(heard, wanted)[0, 1] > 0.99


def test_broken_files_are_named(tmp_path: Path) -> None:
    assert code(b"") == "audio_empty"
    assert code(b"ID3\x03 an mp3 file, really") == "audio_not_wav"
    assert code(wav(S16)[:1000]) == "audio_truncated"
    assert code(wav(b"")) == "audio_empty"
    assert code(wav(S16, kind=7, bits=8)) == "audio_encoding"
    assert code(wav(S16, rate=0)) == "audio_rate"
    assert code(wav(S16, channels=0)) == "audio_channels"
    assert code(wav(np.full(800, np.nan, "<f4").tobytes(), kind=3, bits=32)) == "audio_broken"
    assert code(b"RIFF\x00\x00\x00\x00WAVE") == "audio_broken"
    assert code(tmp_path / "missing.wav") == "audio_unreadable"
    assert code(tmp_path) == "audio_unreadable"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_damage_never_escapes_as_another_error(junk: bytes, at: int) -> None:
    whole = wav(S16[:400])
    for data in (junk, whole[:at] + junk + whole[at + len(junk) :]):
        try:
            assert isinstance(read_wav(data), Clip)
        except AudioError as error:
            assert error.en


def test_silence_is_known() -> None:
    assert Clip(bytes(32_000)).silent
    assert not read_wav(wav(S16)).silent
    assert Clip(b"").silent


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((0, 2, 1), "audio_rate"),
        ((-1, 2, 1), "audio_rate"),
        ((10**9, 2, 1), "audio_rate"),
        ((16_000, 3, 1), "audio_width"),
        ((16_000, 4, 1), "audio_width"),
        ((16_000, 2, 0), "audio_channels"),
        ((16_000, 2, 99), "audio_channels"),
    ],
)
def test_formats_that_no_microphone_has_are_refused(
    arguments: tuple[int, int, int], wanted: str
) -> None:
    with pytest.raises(AudioError) as caught:
        StreamConverter(*arguments)
    assert caught.value.code == wanted


def test_odd_blocks_are_refused() -> None:
    with pytest.raises(AudioError) as caught:
        StreamConverter(16_000).convert(b"abc")
    assert caught.value.code == "audio_odd_length"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=20), st.sampled_from([8000, 44_100]))
def test_a_stream_converts_like_a_whole(sizes: list[int], rate: int) -> None:
    converter = StreamConverter(rate)
    total = sum(sizes)
    got = b"".join(converter.convert(bytes(2 * size)) for size in sizes)
    got += converter.convert(b"", last=True)
    assert len(got) // 2 == pytest.approx(total * 16_000 / rate, abs=2)


def test_what_is_written_is_read() -> None:
    assert read_wav(write_wav(S16, 16_000)).pcm == S16
    assert mix_down(struct.pack("<4h", 100, 300, -100, -300), 2) == struct.pack("<2h", 200, -200)
