"""`./letan say`: starts the service it needs and ends it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.voice.service import Voice
from assistant.voice.transcription import only_warnings
from speech.regions import Region

VoiceName = Literal["vi", "vi-vn-x-central", "vi-vn-x-south", "en"]
_REGIONS: Mapping[VoiceName, Region] = {
    "vi": "north",
    "vi-vn-x-central": "central",
    "vi-vn-x-south": "south",
}


async def say(
    settings: Settings,
    text: str,
    out: Path,
    *,
    language: Language | None = None,
    voice: VoiceName | None = None,
    rate: float = 1.0,
) -> int:
    """Writes a WAV file. ``voice`` is of ``language``; else that of the settings is taken.

    Raises LetanError `text_too_long`, `speech_empty`, `file_unwritable`.
    """
    spoken: Language = language or ("en" if voice == "en" else "vi")
    only_warnings(settings)
    speech = Voice(settings, roles=("synthesiser",))
    try:
        await speech.start()
        region = _REGIONS.get(voice) if voice is not None else None
        wav = await speech.synthesise(text, spoken, rate, region)
    finally:
        await speech.close()
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
