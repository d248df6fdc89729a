"""The same utterance once more, with the recogniser of another language."""

import asyncio

import structlog

from assistant.errors import Language, LetanError
from assistant.voice.service import Voice
from speech.client import Recognition
from speech.engines import SAMPLE_RATE, Transcript
from speech.errors import SpeechError

log = structlog.get_logger(__name__)

_BLOCK = 2 * SAMPLE_RATE // 5
SECONDS = 8.0
"""Whoever speaks is not kept waiting any longer; the service goes on starting."""

PLAIN = {"en": 0.6, "vi": 0.85}
"""Confidence from which an utterance is plainly of that language. Measured with Whisper: English
0.62 to 0.96, people's Vietnamese taken for English 0.00 to 0.004; with VietASR: people's Vietnamese
0.93 to 1.0, English taken for Vietnamese 0.44 to 0.71."""
LEAST_WORDS = 2


async def heard_in(voice: Voice, pcm: bytes, language: Language) -> Transcript | None:
    """What another recogniser makes of s16le mono 16 kHz; None when it cannot be asked."""
    try:
        async with (
            asyncio.timeout(SECONDS),
            voice.recogniser(language) as uri,
            Recognition(uri, language, seconds=SECONDS) as recognition,
        ):
            for at in range(0, len(pcm), _BLOCK):
                await recognition.feed(pcm[at : at + _BLOCK])
            await recognition.end()
            async for event in recognition.hypotheses():
                if isinstance(event, Transcript):
                    return event
    except (SpeechError, LetanError) as error:
        log.info("no second hearing", language=language, code=error.code)
    except TimeoutError:
        log.info("no second hearing", language=language, reason="time-out")
    return None


def is_plain(transcript: Transcript | None, language: Language) -> bool:
    """Whether it is a sentence of that language without doubt."""
    return (
        transcript is not None
        and transcript.language in ("", language)
        and len(transcript.text.split()) >= LEAST_WORDS
        and (transcript.confidence or 0.0) >= PLAIN[language]
    )
