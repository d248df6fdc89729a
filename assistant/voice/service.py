"""The voice: hears utterances and speaks texts, through two speech services that it watches."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from assistant.errors import Language
from assistant.settings import ROOT, Settings
from assistant.voice.errors import (
    nothing_to_say,
    of_speech,
    speech_unavailable,
    text_too_long,
    voice_busy,
)
from assistant.voice.phrases import phrases_path, write_phrases
from assistant.voice.services import (
    Role,
    ServiceHealth,
    SpeechService,
    remove_folder,
    roles_of,
    socket_folder,
)
from speech.activity import Activities
from speech.audio import write_wav
from speech.client import speak, synthesize
from speech.engines import AudioBlock
from speech.errors import SpeechError
from speech.regions import Region
from speech.spoken_form import spoken

log = structlog.get_logger(__name__)

MOST_CHARACTERS = 2_000
MOST_SESSIONS = 8
"""Utterances at once; one takes about a tenth of a processor."""
START_SECONDS = 30.0
CACHE_BYTES = 16 * 1024 * 1024
RATES = (0.5, 2.0)
_Said = tuple[str, str, float, Region | None]


class Voice:
    """On `app.state.voice`. Utterances and texts are taken as soon as `start` was called; before
    the services are ready (about a second) they wait or are answered with a request to repeat."""

    def __init__(self, settings: Settings, roles: Sequence[Role] | None = None) -> None:
        self._roles = roles_of(settings.speech) if roles is None else tuple(roles)
        self._settings = settings.speech
        self._data_dir = settings.data_dir
        self._phrases = phrases_path(settings.data_dir.resolve())
        self._sentences = ROOT / "data" / "nlu"
        self._folder: Path | None = None
        self._temporary = False
        self._services: dict[str, SpeechService] = {}
        self._sessions = 0
        self.activities = Activities()
        """Voice activity detectors for whoever speaks next."""
        self._cache: OrderedDict[_Said, bytes] = OrderedDict()
        self._cached = 0

    async def start(self) -> None:
        """Starts both services and waits until they answer.

        Raises LetanError `speech_unavailable` with the remedy when one lacks something; whatever
        works goes on working, and what died is started again.
        """
        if not self._services:
            folder, self._temporary = await asyncio.to_thread(socket_folder, self._data_dir)
            self._folder = folder
            self._services = {
                role: SpeechService.build(role, self._settings, folder, self._phrases)
                for role in self._roles
            }
            # They are there, so that they can be waited for, before the phrases are written.
            if not self._phrases.exists():
                await self.expect(None)
            await asyncio.gather(*(service.start() for service in self._services.values()))
        await self.wait_ready(START_SECONDS)
        fine = ("ready", "resting")
        broken = [health for health in self.health() if health.state not in fine]
        if broken:
            raise speech_unavailable(broken[0].role, broken[0].reason or "it does not answer")

    async def expect(self, release: Path | None) -> None:
        """The recogniser learns what visitors of this release say; it listens meanwhile."""
        try:
            await asyncio.to_thread(write_phrases, self._phrases, self._sentences, release)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("phrases to expect were not written", reason=type(error).__name__)

    async def close(self) -> None:
        """Ends both services; nothing of them is left."""
        services, self._services = self._services, {}
        await asyncio.gather(*(service.close() for service in services.values()))
        if self._folder is not None and self._temporary:
            await asyncio.to_thread(remove_folder, self._folder)

    async def wait_ready(self, seconds: float) -> bool:
        """Whether both services answer within ``seconds``."""
        waits = [service.wait_ready(seconds) for service in self._services.values()]
        return bool(waits) and all(await asyncio.gather(*waits))

    def health(self) -> list[ServiceHealth]:
        return [service.health for service in self._services.values()]

    @property
    def english(self) -> SpeechService | None:
        """The recogniser for English, at rest until ``in_use``; None where none is wanted."""
        return self._services.get("recogniser_en")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Somebody speaks while the block runs. Raises LetanError `voice_busy`."""
        if self._sessions >= MOST_SESSIONS:
            raise voice_busy(MOST_SESSIONS)
        self._sessions += 1
        try:
            yield
        finally:
            self._sessions -= 1

    @asynccontextmanager
    async def recogniser(self, language: Language) -> AsyncIterator[str]:
        """The URI of the service that understands a language, kept awake while the block runs.

        Raises LetanError `speech_unavailable`, and SpeechError when it does not start.
        """
        if language == "en" and self.english is not None:
            async with self.english.in_use() as uri:
                yield uri
        else:
            yield self._service("recogniser").uri

    async def speech(
        self,
        sentence: str,
        language: Language,
        rate: float = 1.0,
        region: Region | None = None,
    ) -> AsyncIterator[AudioBlock]:
        """A sentence in spoken form as audio, block by block, as early as the engine gives it;
        ``region`` chooses among the voices for Vietnamese.

        Raises LetanError `speech_unavailable`, `speech_failed`.
        """
        service = self._service("synthesiser")
        rate = round(min(RATES[1], max(RATES[0], rate)), 2)
        try:
            await service.wait_ready(5.0)
            chosen = region if language == "vi" else None
            blocks = synthesize(service.uri, sentence, language=language, voice=chosen, rate=rate)
            async for block in blocks:
                yield block
        except SpeechError as error:
            raise of_speech(error) from error

    async def synthesise(
        self,
        text: str,
        language: Language = "vi",
        rate: float = 1.0,
        region: Region | None = None,
    ) -> bytes:
        """A WAV file (mono, 16 bit) of the text in its spoken form; ``rate`` 0.5..2; ``region``
        chooses among the voices for Vietnamese.

        Raises LetanError `text_too_long`, `speech_empty`, `speech_unavailable`, `speech_failed`.
        """
        if len(text) > MOST_CHARACTERS:
            raise text_too_long(len(text), MOST_CHARACTERS)
        service = self._service("synthesiser")
        said = await asyncio.to_thread(spoken, text, language)
        if not any(map(str.isalnum, said)):
            raise nothing_to_say()
        chosen = region if language == "vi" else None
        key = (said, language, round(min(RATES[1], max(RATES[0], rate)), 2), chosen)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        try:
            await service.wait_ready(5.0)
            speech = await speak(service.uri, said, language=language, voice=chosen, rate=key[2])
        except SpeechError as error:
            raise of_speech(error) from error
        wav = write_wav(speech.pcm, speech.rate)
        self._remember(key, wav)
        return wav

    def _remember(self, key: _Said, wav: bytes) -> None:
        if len(wav) > CACHE_BYTES // 4 or key in self._cache:
            return
        self._cache[key] = wav
        self._cached += len(wav)
        while self._cached > CACHE_BYTES:
            _, oldest = self._cache.popitem(last=False)
            self._cached -= len(oldest)

    def _service(self, role: str) -> SpeechService:
        service = self._services.get(role)
        if service is None:
            raise speech_unavailable(role, "it has not been started")
        return service
