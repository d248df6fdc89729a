"""A program that decodes one voice note of a stranger: `python -m speech.note_decoder SECONDS`.

The file comes on standard input, s16le mono 16 kHz goes out. A process of its own, with little
memory and time: what breaks a decoder written in C breaks nothing else, and nothing is on a disk.
Exit codes: 0; 3 for audio that cannot be used, its code (`audio_broken` …) on standard error.
"""

import asyncio
import os
import resource
import sys
from pathlib import Path

from speech.audio import Clip
from speech.errors import AudioError

_MEMORY_BYTES = 2 * 1024**3
_UNUSABLE = 3
_MOST_MESSAGE = 40


async def decode(data: bytes, most_seconds: int, seconds: float) -> Clip:
    """Decodes a note in a process of its own, within ``seconds``.

    Raises AudioError `audio_not_wav` (no audio), `audio_too_large` (longer than ``most_seconds``),
    `audio_broken`, `audio_empty`.
    """
    root = str(Path(__file__).parent.parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "speech.note_decoder", str(most_seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=root,
        env={"PYTHONPATH": root, "PATH": os.defpath, "OMP_NUM_THREADS": "1"}
        | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            pcm, told = await process.communicate(data)
    except TimeoutError as error:
        raise _unusable("audio_broken", "time-out") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return Clip(pcm)
    code = told.decode("ascii", "replace").strip()[-_MOST_MESSAGE:]
    known = process.returncode == _UNUSABLE and code.startswith("audio_")
    raise _unusable(code if known else "audio_broken", f"exit {process.returncode}")


def _unusable(code: str, log: str) -> AudioError:
    return AudioError(
        code,
        "Đoạn ghi âm này không nghe được. Hãy ghi lại.",
        "This voice note cannot be heard. Record it again.",
        log,
    )


def _main() -> int:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from speech.recordings import read_note

    try:
        clip = read_note(sys.stdin.buffer.read(), int(sys.argv[1]))
    except AudioError as error:
        sys.stderr.write(error.code)
        return _UNUSABLE
    sys.stdout.buffer.write(clip.pcm)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_main())
