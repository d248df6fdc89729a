"""Audio at the edge: any sane PCM or WAV becomes 16 kHz mono s16le, anything else a clear error."""

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from speech.engines import SAMPLE_RATE
from speech.errors import AudioError

MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_CHANNELS = 8
MAX_FILE_BYTES = 256 * 1024 * 1024
SILENCE_PEAK = 32
"""A peak below this (of 32,767; about -60 dB) is no sound at all."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_STREAMED = 0x7FFF_0000
"""Programs that cannot seek write a size from here on, or zero, as "until the end"."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Decoded audio: s16le mono at 16 kHz."""

    pcm: bytes

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / SAMPLE_RATE

    @property
    def peak(self) -> int:
        """Largest absolute sample, 0..32768."""
        samples = np.frombuffer(self.pcm, dtype="<i2").astype(np.int32)
        return int(np.abs(samples).max()) if samples.size else 0

    @property
    def silent(self) -> bool:
        return self.peak < SILENCE_PEAK


class StreamConverter:
    """Turns a stream of PCM blocks of one format into 16 kHz mono s16le, block by block.

    Raises AudioError for a format that no microphone has, and for blocks of odd length.
    """

    def __init__(self, rate: int, width: int = 2, channels: int = 1) -> None:
        check_format(rate, width, channels)
        self.format = (rate, width, channels)
        self._channels = channels
        self._resampler = (
            None
            if rate == SAMPLE_RATE
            else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        )

    def convert(self, pcm: bytes, *, last: bool = False) -> bytes:
        """Converts a block; ``last`` also gives what the resampler still holds."""
        if len(pcm) % (2 * self._channels):
            raise AudioError(
                "audio_odd_length",
                f"Đoạn âm thanh dài {len(pcm)} byte, không chia hết cho {2 * self._channels}. "
                "Hãy gửi trọn từng mẫu 16 bit.",
                f"An audio block of {len(pcm)} bytes is no multiple of {2 * self._channels}. "
                "Send whole 16-bit samples.",
            )
        if self._channels == 1 and self._resampler is None:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples, last=last)
        return _to_s16(samples)


def check_format(rate: object, width: object, channels: object) -> None:
    """Refuses what cannot be converted. Raises AudioError naming the value and the remedy."""
    if not isinstance(rate, int) or isinstance(rate, bool) or not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(
            "audio_rate",
            f"Tần số lấy mẫu {rate!s:.20} không dùng được; hãy dùng {MIN_RATE} đến {MAX_RATE} Hz "
            "(tốt nhất là 16000).",
            f"A sample rate of {rate!s:.20} cannot be used; use {MIN_RATE} to {MAX_RATE} Hz "
            "(16000 is best).",
        )
    if width != 2:
        raise AudioError(
            "audio_width",
            f"Mẫu âm thanh rộng {width!s:.20} byte; hãy gửi PCM 16 bit (2 byte).",
            f"Samples of {width!s:.20} bytes; send 16-bit PCM (2 bytes).",
        )
    if (
        not isinstance(channels, int)
        or isinstance(channels, bool)
        or not 1 <= channels <= MAX_CHANNELS
    ):
        raise AudioError(
            "audio_channels",
            f"Số kênh {channels!s:.20} không dùng được; hãy dùng 1 đến {MAX_CHANNELS}.",
            f"{channels!s:.20} channels cannot be used; use 1 to {MAX_CHANNELS}.",
        )


def read_wav(source: Path | bytes) -> Clip:
    """Reads a WAV file (8, 16, 24, 32-bit PCM, 32 or 64-bit float, any sane rate and channels).

    Format: Microsoft RIFF WAVE, as described by IBM and Microsoft (1991) and the extensible form.
    Raises AudioError naming what is wrong with the file.
    """
    data = source if isinstance(source, bytes) else _file_bytes(source)
    if not data:
        raise AudioError("audio_empty", "Tệp âm thanh rỗng.", "The audio file is empty.")
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError(
            "audio_not_wav",
            "Tệp không phải WAV. Hãy chuyển sang WAV, ví dụ: ffmpeg -i TỆP -ar 16000 -ac 1 ra.wav",
            "The file is not a WAV file. Convert it, for example: "
            "ffmpeg -i FILE -ar 16000 -ac 1 out.wav",
        )
    chunks = _chunks(data)
    if "fmt " not in chunks or len(chunks["fmt "]) < 16:
        raise _broken("không có phần mô tả định dạng", "it has no format description")
    if "data" not in chunks:
        raise _broken("không có phần âm thanh", "it has no audio data")
    return Clip(_decode(chunks["fmt "], chunks["data"]))


def mix_down(pcm: bytes, channels: int) -> bytes:
    """Interleaved s16le as mono s16le; an incomplete last frame is left out."""
    if channels == 1:
        return pcm
    whole = len(pcm) // (2 * channels) * 2 * channels
    samples = np.frombuffer(pcm[:whole], dtype="<i2").astype(np.float32)
    return _to_s16(samples.reshape(-1, channels).mean(axis=1))


def write_wav(pcm: bytes, rate: int) -> bytes:
    """A WAV file of s16le mono PCM."""
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16),
        *(b"data", len(pcm)),
    )
    return header + pcm


def _file_bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
            raise AudioError(
                "audio_too_large",
                f"Tệp {path.name} quá lớn (tối đa {MAX_FILE_BYTES // 2**20} MB).",
                f"{path.name} is too large (at most {MAX_FILE_BYTES // 2**20} MB).",
            )
        return path.read_bytes()
    except OSError as error:
        raise AudioError(
            "audio_unreadable",
            f"Không đọc được tệp {path}: {error.strerror}. Hãy kiểm tra đường dẫn và quyền đọc.",
            f"Cannot read {path}: {error.strerror}. Check the path and its rights.",
        ) from error


def _chunks(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    reader = io.BytesIO(data)
    reader.seek(12)
    while len(head := reader.read(8)) == 8:
        name, size = head[:4].decode("latin-1"), int.from_bytes(head[4:], "little")
        rest = len(data) - reader.tell()
        if name == "data" and (size >= _STREAMED or (size == 0 and rest > 0)):
            size = rest
        if size > rest:
            raise AudioError(
                "audio_truncated",
                f"Tệp WAV bị cắt cụt: phần '{name}' thiếu {size - rest} byte. Hãy chép lại tệp.",
                f"The WAV file is truncated: its '{name}' part lacks {size - rest} bytes. "
                "Copy the file again.",
            )
        found.setdefault(name, reader.read(size))
        if size % 2:
            reader.read(1)
    return found


def _decode(format_: bytes, data: bytes) -> bytes:
    kind, channels, rate = struct.unpack_from("<HHI", format_)
    align, bits = struct.unpack_from("<HH", format_, 12)
    if kind == _EXTENSIBLE and len(format_) >= 26:
        (kind,) = struct.unpack_from("<H", format_, 24)
    check_format(rate, 2, channels)
    if (kind, bits) not in _SAMPLES or align != channels * bits // 8:
        raise AudioError(
            "audio_encoding",
            f"Kiểu mã hoá WAV (mã {kind}, {bits} bit) chưa được hỗ trợ. Hãy chuyển sang PCM 16 "
            "bit, ví dụ: ffmpeg -i TỆP -c:a pcm_s16le ra.wav",
            f"WAV encoding {kind} with {bits} bits is not supported. Convert to 16-bit PCM, for "
            "example: ffmpeg -i FILE -c:a pcm_s16le out.wav",
        )
    data = data[: len(data) // align * align]
    if not data:
        raise AudioError(
            "audio_empty", "Tệp WAV không có mẫu âm thanh nào.", "The WAV file holds no samples."
        )
    samples = _samples(data, kind, bits).reshape(-1, channels).mean(axis=1, dtype=np.float64)
    if not np.isfinite(samples).all():
        raise _broken("có mẫu không phải là số (NaN)", "it holds samples that are not numbers")
    mono = samples.astype(np.float32)
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    return _to_s16(mono)


_SAMPLES = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}


def _samples(data: bytes, kind: int, bits: int) -> npt.NDArray[np.float32]:
    """Samples on the scale of 16-bit PCM."""
    if kind == _FLOAT:
        floats: npt.NDArray[np.floating] = np.frombuffer(data, dtype=f"<f{bits // 8}")
        scaled = 32767.0 * np.clip(floats.astype(np.float64), -1e3, 1e3)
        return scaled.astype(np.float32)
    if bits == 8:
        return (np.frombuffer(data, dtype="u1").astype(np.float32) - 128.0) * 256.0
    if bits == 24:
        padded = np.zeros((len(data) // 3, 4), dtype="u1")
        padded[:, 1:] = np.frombuffer(data, dtype="u1").reshape(-1, 3)
        return np.frombuffer(padded.tobytes(), dtype="<i4").astype(np.float32) / 65536.0
    scale = {16: 1.0, 32: 65536.0}[bits]
    integers: npt.NDArray[np.signedinteger] = np.frombuffer(data, dtype=f"<i{bits // 8}")
    return integers.astype(np.float32) / np.float32(scale)


def _to_s16(samples: npt.NDArray[np.float32]) -> bytes:
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()


def _broken(vi: str, en: str) -> AudioError:
    return AudioError(
        "audio_broken",
        f"Tệp WAV bị hỏng: {vi}. Hãy xuất lại tệp.",
        f"The WAV file is broken: {en}. Export it again.",
    )
