"""What Chromium takes for its microphone: a WAV file of sentences and pauses."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 48_000
Samples = NDArray[np.int16]


def espeak(recipe: dict[str, object]) -> Samples:
    """The recipe's sentence, without the silence around it."""
    names = {"-v": "voice", "-s": "rate", "-p": "pitch", "-g": "gap"}
    options = [str(word) for flag, name in names.items() for word in (flag, recipe[name])]
    argv = ["espeak-ng", *options, "--stdin", "--stdout"]
    done = subprocess.run(argv, input=str(recipe["text"]).encode(), capture_output=True, check=True)
    sound = np.frombuffer(done.stdout[done.stdout.index(b"data") + 8 :], np.int16)
    return soxr.resample(sound, 22_050, RATE)


def recording(path: Path, *pieces: object) -> Path:
    """Sentences and, as numbers, seconds of a quiet room; played once from the first opening."""
    noise = np.random.default_rng(1)
    parts = [
        noise.integers(-8, 9, int(piece * RATE)).astype(np.int16)
        if isinstance(piece, int | float)
        else piece
        for piece in pieces
    ]
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(np.concatenate(parts).tobytes())
    return path
