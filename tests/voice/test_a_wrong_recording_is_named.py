"""`./letan transcribe` says which file cannot be used, why, and what to do; the others go on."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import Speaker

from assistant.settings import Settings
from assistant.voice.transcription import transcribe
from speech.audio import write_wav
from speech.errors import AudioError
from speech.recordings import read_recording


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"plain text, no audio", b"ID3\x03" + bytes(200), b"fLaC", b"OggS" + bytes(99)],
)
async def test_the_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "đoạn ghi.wav"
    path.write_bytes(content)
    assert await transcribe(Settings(data_dir=tmp_path), [path], as_json=True) == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["file"] == str(path)
    assert told["error"]["code"].startswith("audio_")
    assert err.count(path.name) >= 2  # in Vietnamese and in English


@pytest.mark.parametrize("name", ["missing.wav", "."])
async def test_a_path_that_is_no_file_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert await transcribe(Settings(data_dir=tmp_path), [tmp_path / name], as_json=True) == 1
    told = json.loads(capsys.readouterr().out)["error"]["vi"]
    assert told.count(str(tmp_path)) == 1
    assert "đường dẫn" in told


async def test_of_several_files_each_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken_recipe: Speaker
) -> None:
    good, bad, quiet = (tmp_path / name for name in ("good.wav", "bad.wav", "quiet.wav"))
    good.write_bytes(write_wav(spoken_recipe("marriage registration"), 16_000))
    bad.write_bytes(b"no audio")
    quiet.write_bytes(write_wav(bytes(32_000), 16_000))
    settings = Settings(data_dir=tmp_path)
    assert await transcribe(settings, [good, bad, quiet], as_json=True) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["file"] for row in rows] == [str(good), str(bad), str(quiet)]
    assert "đăng ký kết hôn" in rows[0]["text"]
    assert rows[0]["rtf"] > 0
    assert rows[1]["error"]["code"] == "audio_not_wav"
    assert (rows[2]["text"], rows[2]["reason"]) == ("", "silence")


def _tone() -> bytes:
    t = np.arange(44_100) / 44_100
    return (10_000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("suffix", "codec"), [("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame")]
)
def test_what_phones_and_editors_write_is_read(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    rate = 48_000 if codec == "libopus" else 44_100
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(_tone(), "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = 44_100
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1024
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    clip = read_recording(path)
    assert clip.seconds == pytest.approx(1.0, abs=0.1)
    samples = np.frombuffer(clip.pcm, "<i2")[4000:12_000]
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 16_000 / len(samples) == pytest.approx(440, abs=4)


def test_a_playlist_is_no_audio_and_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n")
    with pytest.raises(AudioError, match="audio_not_wav"):
        read_recording(path)
