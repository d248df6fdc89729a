"""`./letan evaluate --audio DIR`: how well recordings are heard, found and understood.

Each recording takes the way of the voice door: its ear, its phrases, its confidence, and, where
it names a procedure, the understanding of a release. How to read the report: docs/evaluation.md.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from assistant import logging
from assistant.errors import Language, LetanError
from assistant.releases.audio_files import AudioSet, Recording, read_audio_set
from assistant.releases.audio_report import AudioReport, Heard, audio_view
from assistant.releases.audio_scoring import comparable, letter_edits, nearest, word_edits
from assistant.releases.evaluation import (
    TO_STDOUT,
    check_files,
    progress_of,
    release_folder,
    tell_left_out,
    write_report,
)
from assistant.releases.evaluation_desk import Played, serving, unseen
from assistant.releases.evaluation_files import Problem
from assistant.settings import Settings
from assistant.voice.confirmation import PLAUSIBLE
from assistant.voice.service import Voice
from assistant.voice.transcription import Transcription, engine_of, hear_clip, hearing, read_clip

Understand = Callable[[str], Awaitable[str | None]]
"""Text → code of the procedure that the engine takes it for."""


def check_audio(folder: Path, json_out: Path | None, language: Language) -> bool:
    """Whether a release is needed; raises what `run_audio_evaluation` does for wrong files."""
    check_files(None, None, json_out)
    return any(recording.accept for recording in read_audio_set(folder, language).recordings)


async def run_audio_evaluation(
    settings: Settings,
    folder: Path,
    json_out: Path | None,
    release: str | None,
    language: Language = "vi",
) -> int:
    """Measures a folder; 0, or 1 when recordings had to be left out.

    ``language`` is that of recordings which name none. Nothing of an evaluation is kept.
    Raises LetanError `audio_set_bad`, `report_unwritable`, `speech_unavailable`, `release_…`,
    `engine_unavailable`.
    """
    logging.configure(settings.model_copy(update={"log_level": "warning"}))
    await asyncio.to_thread(check_files, None, None, json_out)
    found = await asyncio.to_thread(read_audio_set, folder, language)
    name: str | None = None
    async with AsyncExitStack() as stack:
        understand: Understand | None = None
        path: Path | None = None
        if any(recording.accept for recording in found.recordings):
            name, path = await release_folder(settings, release)
            engine, settings = await stack.enter_async_context(serving(settings, path))

            async def understand(text: str) -> str | None:
                named = (await engine.parse(text)).get("procedures") or []
                return str(named[0]["code"]) if named else None

        with progress_of(folder.name) as played:
            report = await evaluate_audio(
                settings, found, folder.name, name, path, understand=understand, played=played
            )
    width = None if sys.stdout.isatty() else 150
    Console(stderr=json_out == TO_STDOUT, width=width).print(audio_view(report))
    tell_left_out(report.left_out)
    await asyncio.to_thread(write_report, report.as_dict(), json_out)
    return 1 if report.left_out else 0


async def evaluate_audio(
    settings: Settings,
    found: AudioSet,
    name: str,
    release: str | None = None,
    folder: Path | None = None,
    *,
    understand: Understand | None = None,
    played: Played = unseen,
) -> AudioReport:
    """Hear every recording as the voice door does; ``folder``: of the release whose words are
    expected. Raises LetanError `speech_unavailable`, `engine_unavailable`."""
    report = AudioReport(name, {}, len(found.known), release, left_out=list(found.left_out))
    spoken = {recording.language for recording in found.recordings}
    report.engines.update({one: engine_of(settings, one) for one in sorted(spoken)})
    async with AsyncExitStack() as stack:
        voice: Voice | None = None
        for number, recording in enumerate(found.recordings, start=1):
            if voice is None:
                voice = await stack.enter_async_context(hearing(settings, spoken, folder))
            try:
                clip = await read_clip(recording.path)
                heard = await hear_clip(voice, clip, recording.language)
            except LetanError as error:
                if error.code == "speech_unavailable":
                    raise
                problem = Problem(recording.id, "file", error.code, error.en, recording.id)
                report.left_out.append(problem)
            else:
                report.rows.append(await _judged(recording, heard, found.known, understand))
            played(number, len(found.recordings))
    return report


async def _judged(
    recording: Recording,
    heard: Transcription,
    known: tuple[str, ...],
    understand: Understand | None,
) -> Heard:
    text = heard.text
    answers = sum(
        bool(turn.text) and (turn.confidence is None or turn.confidence >= PLAUSIBLE)
        for turn in heard.turns
    )
    if not recording.speech:
        return Heard(recording, text, heard.confidence, answers, heard.audio_s, heard.decode_ms)
    said = comparable(recording.text, recording.language)
    got = comparable(text, recording.language)
    # Among fewer than two sentences there is nothing to find.
    near = nearest(text, known) if len(known) > 1 else None
    asked = understand is not None and recording.accept and text
    return Heard(
        recording,
        text,
        heard.confidence,
        answers,
        heard.audio_s,
        heard.decode_ms,
        word_edits(said, got),
        letter_edits(said, got),
        near,
        near == recording.text if len(known) > 1 and recording.text in known else None,
        await understand(text) if asked and understand is not None else None,
    )
