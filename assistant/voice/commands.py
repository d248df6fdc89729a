"""`./letan say`: starts the service it needs and ends it."""

import asyncio
from pathlib import Path

from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice.service import Voice
from assistant.voice.transcription import only_warnings


async def say(
    settings: Settings, text: str, out: Path, *, language: Language = "vi", rate: float = 1.0
) -> int:
    """Writes a WAV file. Raises LetanError `text_too_long`, `speech_empty`, `file_unwritable`."""
    only_warnings(settings)
    voice = Voice(settings, roles=("synthesiser",))
    try:
        await voice.start()
        wav = await voice.synthesise(text, language, rate)
    finally:
        await voice.close()
    await write_recording(out, wav)
    return 0


async def write_recording(out: Path, wav: bytes) -> None:
    """Raises LetanError `file_unwritable`."""
    try:
        await asyncio.to_thread(out.write_bytes, wav)
    except OSError as error:
        raise LetanError(
            "file_unwritable",
            500,
            f"Không ghi được tệp {out}: {error.strerror}. Hãy chọn chỗ khác.",
            f"Cannot write {out}: {error.strerror}. Choose another place.",
        ) from error
