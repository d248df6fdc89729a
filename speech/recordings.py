"""Recordings of any usual kind as audio: WAV by our own reader, the others by FFmpeg (PyAV)."""

import io
from pathlib import Path
from typing import BinaryIO

from speech.audio import MAX_FILE_BYTES, Clip, read_wav
from speech.engines import SAMPLE_RATE
from speech.errors import AudioError

SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".mp4", ".webm", ".mka", ".aiff"}
    | {".aac", ".amr"}
)
"""Names of files that hold audio; what is read is told by their first bytes."""
_HEAD_BYTES = 12
_MAGIC = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"#!AMR", "amr"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"FORM", "aiff"),
)
_ID3_HEADER = 10
_MAX_SECONDS = MAX_FILE_BYTES // (2 * SAMPLE_RATE)
_MOST_BAD_PACKETS = 50


def read_recording(path: Path) -> Clip:
    """Decodes a file. Raises AudioError (`audio_unreadable`, `audio_broken` …).

    The kind is fixed by us: FFmpeg's guess could also be a playlist that names addresses.
    """
    try:
        with path.open("rb") as file:
            kind = _kind(file)
            if kind is not None:
                return _decode(file, kind, path.name, _MAX_SECONDS)
    except OSError:
        pass  # the reader of WAV tells why
    return read_wav(path)


def read_note(data: bytes, most_seconds: int) -> Clip:
    """Decodes a voice note of whatever kind its content is.

    Raises AudioError: `audio_not_wav` for what is no audio at all, `audio_too_large` for more than
    ``most_seconds``, `audio_broken`, `audio_empty`.
    """
    file = io.BytesIO(data)
    kind = _kind(file)
    if kind is not None:
        return _decode(file, kind, "note", most_seconds)
    clip = read_wav(data)
    if clip.seconds > most_seconds:
        raise _too_long("note", most_seconds)
    return clip


def _kind(file: BinaryIO) -> str | None:
    """By the first bytes; the file is at its beginning again."""
    found: str | None
    head = file.read(_HEAD_BYTES)
    if head.startswith(b"ID3") and len(head) >= _ID3_HEADER:  # a tag, then MP3 or AAC
        a, b, c, d = head[6:_ID3_HEADER]
        file.seek(_ID3_HEADER + (a << 21 | b << 14 | c << 7 | d))
        found = _frames(file.read(2)) or "mp3"
    else:
        kinds = (kind for at, magic, kind in _MAGIC if head[at:].startswith(magic))
        found = next(kinds, None) or _frames(head)
    file.seek(0)
    return found


def _frames(head: bytes) -> str | None:
    """MPEG audio without a container: eleven bits set, then the layer; 0 is AAC in ADTS."""
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0x06:
        return "mp3"
    return "aac" if head[1] & 0xF0 == 0xF0 else None


def _decode(file: BinaryIO, kind: str, name: str, most_seconds: int) -> Clip:
    try:
        import av
    except ImportError:
        return read_wav(file.read())  # tells how to convert it
    blocks: list[bytes] = []
    samples = bad = 0
    try:
        with av.open(file, "r", format=kind) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            for packet in container.demux(container.streams.audio[0]):
                try:
                    frames = packet.decode()
                except av.FFmpegError:  # one that was damaged on the way is left out
                    bad += 1
                    if bad > _MOST_BAD_PACKETS:
                        raise
                    continue
                for part in (part for frame in frames for part in resampler.resample(frame)):
                    blocks.append(bytes(part.planes[0])[: 2 * part.samples])
                    samples += part.samples
                if samples > most_seconds * SAMPLE_RATE:
                    raise _too_long(name, most_seconds)
            rest = resampler.resample(None)
            blocks.extend(bytes(part.planes[0])[: 2 * part.samples] for part in rest)
    except (av.FFmpegError, IndexError, OSError, ValueError) as error:
        if samples < SAMPLE_RATE:  # of one that was cut off, what is there is heard
            raise _broken(name, kind, error) from error
    if not samples:
        raise AudioError(
            "audio_empty",
            f"Tệp {name} không có mẫu âm thanh nào.",
            f"{name} holds no samples.",
        )
    return Clip(b"".join(blocks))


def _too_long(name: str, most_seconds: int) -> AudioError:
    return AudioError(
        "audio_too_large",
        f"Tệp {name} quá dài (tối đa {most_seconds // 60} phút).",
        f"{name} is too long (at most {most_seconds // 60} minutes).",
    )


def _broken(name: str, kind: str, error: Exception) -> AudioError:
    return AudioError(
        "audio_broken",
        f"Không giải mã được tệp {name} ({kind}). Hãy xuất lại tệp hoặc đổi sang WAV.",
        f"{name} ({kind}) cannot be decoded. Export it again, or convert it to WAV.",
        str(error)[:200],
    )
