"""What the Vietnamese model thinks of every 40 ms: log-probabilities of its text units.

VietASR's library gives a text and nothing else. Its model and vocabulary, however, are exported
symbols of the installed library; they are read from there, never copied to disk, and run with
ONNX Runtime on Kaldi filter banks. That gives posteriors, times and alternatives, takes half as
long as decoding twice, and makes fewer mistakes than the library itself (docs/speech.md).
"""

import ctypes
import importlib
import importlib.util
import math
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.engines import SAMPLE_RATE

Frames = NDArray[np.float32]
"""``[frames, units]``: natural log-probabilities; a row every `FRAME_S`."""

LIBRARY = "libvietasr.so"
MODEL_SYMBOL = "vietasr_asr_model_onnx"
VOCABULARY_SYMBOL = "vietasr_asr_vocab"
BLANK = 0
WORD_START = "▁"
MEL_BINS = 80
FRAME_S = 0.04
CHUNK_FRAMES = 43
"""Filter bank frames (10 ms) of one step; the last 3 are seen again by the next."""
STRIDE_FRAMES = 40
STEP_ROWS = 10
"""Rows that one step of the model gives."""
SHAPES = {
    "chunk": (CHUNK_FRAMES, MEL_BINS),
    "att_cache": (12, 4, 40, 224),
    "cnn_cache": (12, 448, 30),
}
LEAD_S = 0.3
"""Silence before every utterance: without it the first word is lost at sample 0."""
TAIL_S = 0.4
"""Silence after it: the last word is complete."""


class LatticeUnavailableError(Exception):
    """The installed library, ONNX Runtime or the filter banks are not what is expected here."""


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Loaded once in a process (1 to 2 s, about 200 MB)."""

    vocabulary: tuple[str, ...]
    session: Any

    def stream(self) -> "AcousticStream":
        return AcousticStream(self.session)


def load_acoustic_model(threads: int = 1) -> AcousticModel:
    """Reads model and vocabulary out of the installed package.

    Raises LatticeUnavailableError with the reason in English.
    """
    try:
        onnxruntime = importlib.import_module("onnxruntime")
        importlib.import_module("kaldi_native_fbank")
    except (ImportError, OSError) as error:
        raise LatticeUnavailableError(f"{error}") from error
    library = _library()
    units = _symbol(library, VOCABULARY_SYMBOL).decode("utf-8", "replace").splitlines()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A spinning thread would take the other sessions' processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            _symbol(library, MODEL_SYMBOL), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's own classes have no common base
        raise LatticeUnavailableError(f"model: {error}") from error
    _check(session)
    return AcousticModel(tuple(unit.rsplit(" ", 1)[0] for unit in units if unit), session)


class AcousticStream:
    """One utterance: PCM in, rows of log-probabilities out. Not thread-safe."""

    def __init__(self, session: Any) -> None:
        kaldi_native_fbank = importlib.import_module("kaldi_native_fbank")
        options = kaldi_native_fbank.FbankOptions()
        options.frame_opts.dither = 0.0
        options.frame_opts.samp_freq = SAMPLE_RATE
        options.mel_opts.num_bins = MEL_BINS
        self._session = session
        self._bank = kaldi_native_fbank.OnlineFbank(options)
        self._taken = 0
        self._waiting: list[Any] = []
        self._offset = 0
        self._attention = np.zeros((1, *SHAPES["att_cache"]), np.float32)
        self._convolution = np.zeros((1, *SHAPES["cnn_cache"]), np.float32)
        self._feed(np.zeros(round(LEAD_S * SAMPLE_RATE), np.float32))

    def accept(self, pcm: bytes) -> Frames:
        """Takes s16le at 16 kHz of even length; gives the rows that became complete."""
        self._feed(np.frombuffer(pcm, dtype="<i2").astype(np.float32))
        return self._steps()

    def finish(self) -> Frames:
        """The last rows; silence fills the last step."""
        self._feed(np.zeros(round(TAIL_S * SAMPLE_RATE), np.float32))
        missing = (
            CHUNK_FRAMES
            - STRIDE_FRAMES
            + STRIDE_FRAMES
            * math.ceil(max(0, len(self._waiting) - (CHUNK_FRAMES - STRIDE_FRAMES)) / STRIDE_FRAMES)
        )
        missing -= len(self._waiting)
        self._feed(np.zeros((missing * SAMPLE_RATE) // 100, np.float32))
        return self._steps()

    def _feed(self, samples: NDArray[np.float32]) -> None:
        self._bank.accept_waveform(SAMPLE_RATE, samples)
        ready = self._bank.num_frames_ready
        # Copies: what the bank hands out is gone after `pop`.
        self._waiting += [np.array(self._bank.get_frame(at)) for at in range(self._taken, ready)]
        self._bank.pop(ready - self._taken)
        self._taken = ready

    def _steps(self) -> Frames:
        rows: list[Frames] = []
        while len(self._waiting) >= CHUNK_FRAMES:
            rows.append(self._step(np.stack(self._waiting[:CHUNK_FRAMES])))
            del self._waiting[:STRIDE_FRAMES]
        return np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)

    def _step(self, chunk: NDArray[np.float32]) -> Frames:
        output, self._attention, self._convolution = self._session.run(
            None,
            {
                "chunk": chunk[np.newaxis].astype(np.float32),
                "offset": np.array([[self._offset]], np.int64),
                "att_cache": self._attention,
                "cnn_cache": self._convolution,
            },
        )
        self._offset += STEP_ROWS
        frames: Frames = output[0]
        return frames


def _library() -> ctypes.CDLL:
    # The package is not imported: it would print and load the model a second time.
    found = importlib.util.find_spec("vietasr")
    folders = [] if found is None else [Path(p) for p in found.submodule_search_locations or ()]
    for folder in folders:
        native = folder / "_native"
        if (native / LIBRARY).is_file():
            try:
                for needed in sorted(native.glob("libonnxruntime.so*")):
                    ctypes.CDLL(str(needed))
                return ctypes.CDLL(str(native / LIBRARY))
            except OSError as error:
                raise LatticeUnavailableError(f"{LIBRARY}: {error}") from error
    raise LatticeUnavailableError(f"{LIBRARY} is not installed")


def _symbol(library: ctypes.CDLL, name: str) -> bytes:
    try:
        size = ctypes.c_uint.in_dll(library, f"{name}_size").value
        start = ctypes.c_ubyte.in_dll(library, name)
    except ValueError as error:
        raise LatticeUnavailableError(f"{LIBRARY} has no symbol {name}") from error
    if not 1_000 < size < 1_000_000_000:
        raise LatticeUnavailableError(f"{name} has an unlikely size: {size}")
    address = ctypes.addressof(start)
    content = ctypes.string_at(address, size)
    _forget(address, size)
    return content


def _forget(address: int, size: int) -> None:
    """Gives the pages of a symbol back: 70 MB that nobody reads again (they stay on disk)."""
    page = mmap.PAGESIZE
    first = -(-address // page) * page
    whole = (address + size - first) // page * page
    if whole > 0:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        libc.madvise(first, whole, mmap.MADV_DONTNEED)


def _check(session: Any) -> None:
    """Another version of the model would be fed nonsense without an error."""
    inputs = {found.name: tuple(found.shape)[1:] for found in session.get_inputs()}
    for name, shape in SHAPES.items():
        if inputs.get(name) != shape:
            raise LatticeUnavailableError(f"input {name} is {inputs.get(name)}, not {shape}")
