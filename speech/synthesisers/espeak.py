"""eSpeak NG as a program, one process a sentence: repeatable output, killable at any instant.

The library form crashes when two threads call it; the program takes about 8 ms a sentence.
"""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from speech.engines import AudioBlock, CancelToken, SpeakingCapabilities, Voice
from speech.errors import engine_failed, unavailable

PROGRAM = "espeak-ng"
BASE_WORDS_PER_MINUTE = 160
"""Pace at rate 1.0; the program goes no slower than 80, which is rate 0.5."""
BLOCK = 8192
VOICE_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}(\+[A-Za-z0-9_-]{1,20})?")
VOICES = (
    Voice("vi", "vi", "Tiếng Việt, giọng Bắc"),
    Voice("vi-vn-x-central", "vi", "Tiếng Việt, giọng Trung"),
    Voice("vi-vn-x-south", "vi", "Tiếng Việt, giọng Nam"),
    Voice("en-us", "en", "English, United States"),
    Voice("en-gb", "en", "English, Great Britain"),
)


def load(options: Mapping[str, Any]) -> "Espeak":
    """Finds the program. Raises EngineUnavailableError when it is not installed."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise unavailable("espeak", f"program {PROGRAM}", "apt-get install espeak-ng")
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise unavailable(
            "espeak", f"a working {PROGRAM} ({error})", "apt-get install --reinstall espeak-ng"
        ) from error
    found = re.search(r"\d+(\.\d+)+", answer)
    return Espeak(program, found.group() if found else "unknown")


class Espeak:
    """The engine; stateless apart from the path of its program."""

    name = "espeak"
    voices = VOICES
    capabilities = SpeakingCapabilities(streaming=True)

    def __init__(self, program: str, version: str) -> None:
        self.version = version
        self._program = program

    def synthesize(
        self, text: str, *, voice: str, rate: float, cancel: CancelToken
    ) -> Iterator[AudioBlock]:
        """See `speech.engines.SpeechSynthesizer`; voices may carry a variant, as in ``vi+f2``.

        Raises EngineFailedError when the program fails. The caller holds the deadline: cancelling
        kills the program, and a slow listener must not.
        """
        if not VOICE_NAME.fullmatch(voice):
            raise engine_failed(self.name, "voice name refused")
        words_per_minute = round(BASE_WORDS_PER_MINUTE * min(2.0, max(0.5, rate)))
        # One newline: a text of several lines would be spoken as several clauses.
        spoken = " ".join(text.encode("utf-8", "ignore").decode("utf-8").split())
        arguments = ["-v", voice, "-s", str(words_per_minute), "-b", "1", "--stdin", "--stdout"]
        process = subprocess.Popen(
            [self._program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        cancel.on_cancel(process.kill)
        try:
            yield from _stream(process, spoken)
            code = process.wait()
            if code != 0 and not cancel.cancelled:
                raise engine_failed(self.name, f"{PROGRAM} ended with {code}")
        finally:
            cancel.on_cancel(None)
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None and not pipe.closed:
                    pipe.close()

    def close(self) -> None:
        """Nothing outlives a sentence."""


def _stream(process: "subprocess.Popen[bytes]", text: str) -> Iterator[AudioBlock]:
    assert process.stdin is not None
    assert isinstance(process.stdout, io.BufferedReader)
    try:
        process.stdin.write(text.encode("utf-8") + b"\n")
        process.stdin.close()
    except BrokenPipeError:
        return  # killed, or refused its arguments: the exit code tells
    header = b""
    # The sizes in the header are placeholders (the program cannot seek): all that follows the
    # word "data" and its size is sound.
    while b"data" not in header or len(header) < header.index(b"data") + 8:
        more = process.stdout.read1(BLOCK)
        if not more:
            return
        header += more
    rate = int.from_bytes(header[24:28], "little")
    rest = header[header.index(b"data") + 8 :]
    while True:
        even = len(rest) // 2 * 2
        if even:
            yield AudioBlock(rest[:even], rate)
        more = process.stdout.read1(BLOCK)
        if not more:
            return
        rest = rest[even:] + more
