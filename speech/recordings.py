"""Recordings of any usual kind as audio: WAV by our own reader, the others by FFmpeg (PyAV)."""

from pathlib import Path

from speech.audio import MAX_FILE_BYTES, Clip, read_wav
from speech.engines import SAMPLE_RATE
from speech.errors import AudioError

SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".mp4", ".webm", ".mka", ".aiff"}
)
"""Names of files that hold audio; what is read is told by their first bytes."""
_HEAD_BYTES = 12
_MAGIC = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"FORM", "aiff"),
)
_MAX_SECONDS = MAX_FILE_BYTES // (2 * SAMPLE_RATE)


def read_recording(path: Path) -> Clip:
    """Decodes a file. Raises AudioError (`audio_unreadable`, `audio_broken` …).

    The kind is fixed by us: FFmpeg's guess could also be a playlist that names addresses.
    """
    kind = _kind(path)
    return read_wav(path) if kind is None else _decode(path, kind)


def _kind(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None  # the reader of WAV tells why
    for at, magic, kind in _MAGIC:
        if head[at:].startswith(magic):
            return kind
    return None


def _decode(path: Path, kind: str) -> Clip:
    try:
        import av
    except ImportError:
        return read_wav(path)  # tells how to convert it
    blocks: list[bytes] = []
    samples = 0
    try:
        with path.open("rb") as file, av.open(file, "r", format=kind) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            stream = container.streams.audio[0]
            for frame in container.decode(stream):
                for part in resampler.resample(frame):
                    blocks.append(bytes(part.planes[0])[: 2 * part.samples])
                    samples += part.samples
                if samples > _MAX_SECONDS * SAMPLE_RATE:
                    raise AudioError(
                        "audio_too_large",
                        f"Tệp {path.name} quá dài (tối đa {_MAX_SECONDS // 60} phút).",
                        f"{path.name} is too long (at most {_MAX_SECONDS // 60} minutes).",
                    )
            rest = resampler.resample(None)
            blocks.extend(bytes(part.planes[0])[: 2 * part.samples] for part in rest)
    except (av.FFmpegError, IndexError, OSError, ValueError) as error:
        raise AudioError(
            "audio_broken",
            f"Không giải mã được tệp {path.name} ({kind}). Hãy xuất lại tệp hoặc đổi sang WAV.",
            f"{path.name} ({kind}) cannot be decoded. Export it again, or convert it to WAV.",
            str(error)[:200],
        ) from error
    if not samples:
        raise AudioError(
            "audio_empty",
            f"Tệp {path.name} không có mẫu âm thanh nào.",
            f"{path.name} holds no samples.",
        )
    return Clip(b"".join(blocks))
