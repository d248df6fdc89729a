"""One client of the synthesiser service: text in, audio out, sentence by sentence."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Info, TtsProgram, TtsVoice
from wyoming.tts import Synthesize

from speech.engines import AudioBlock, CancelToken, SpeechSynthesizer
from speech.errors import SpeechError
from speech.regions import REGIONS, in_words_of, region_of, voice_of
from speech.service_info import OWN, made_by, with_capabilities
from speech.spoken_form import sentences
from speech.wire import protocol_error
from speech.worker import Worker

Send = Callable[[Event], Awaitable[None]]

SENTENCE_PAUSE_S = 0.12


class SynthesisClient:
    """State of one connection."""

    def __init__(
        self, worker: Worker[SpeechSynthesizer], send: Send, voices: dict[str, str]
    ) -> None:
        self._worker = worker
        self._send = send
        self._voices = voices
        self._cancel = CancelToken()

    async def handle(self, event: Event) -> None:
        """Raises SpeechError, which the server sends as an error event."""
        if Synthesize.is_type(event.type):
            await self._speak(event)

    async def close(self) -> None:
        """The client is gone: what is being spoken ends at once."""
        self._cancel.cancel()

    async def failed(self, event: Event) -> None:
        """Clients that know no error events wait for the end of the audio: they get it."""
        await self.close()
        self._cancel = CancelToken()
        await self._send(AudioStop().event())

    async def _speak(self, event: Event) -> None:
        text = event.data.get("text")
        if not isinstance(text, str) or not isinstance(event.data.get("voice") or {}, dict):
            raise protocol_error("'text' must be a string and 'voice' an object")
        engine = await self._worker.engine()
        most = engine.capabilities.max_characters
        if len(text) > most:
            raise SpeechError(
                "text_too_long",
                f"Văn bản dài {len(text)} ký tự; tối đa {most}.",
                f"The text has {len(text)} characters; at most {most}.",
            )
        voice, language = self._voice(engine, event.data.get("voice") or {})
        rate = _rate((event.data.get("context") or {}).get("rate", 1.0), engine)
        began, sample_rate, sent = time.perf_counter(), 0, 0
        region = region_of(voice) if language == "vi" else ""
        for sentence in sentences(text, language):
            said = in_words_of(region, sentence)
            speech = engine.synthesize(said, voice=voice, rate=rate, cancel=self._cancel)
            async for block in self._blocks(speech):
                if not sample_rate:
                    sample_rate = block.rate
                    await self._send(AudioStart(sample_rate, 2, 1).event())
                await self._send(AudioChunk(block.rate, 2, 1, block.pcm).event())
                sent += len(block.pcm)
            if sample_rate and not self._cancel.cancelled:
                pause = bytes(2 * int(SENTENCE_PAUSE_S * sample_rate))
                await self._send(AudioChunk(sample_rate, 2, 1, pause).event())
        if not sample_rate:
            await self._send(AudioStart(22_050, 2, 1).event())
        stop = AudioStop().event()
        stop.data.update(
            engine=engine.name,
            voice=voice,
            audio_s=round(sent / 2 / (sample_rate or 22_050), 3),
            synthesis_ms=round(1000 * (time.perf_counter() - began), 1),
        )
        await self._send(stop)

    async def _blocks(self, speech: Iterator[AudioBlock]) -> AsyncIterator[AudioBlock]:
        try:
            while True:
                block = await self._worker.call(next, speech, None)
                if block is None:
                    return
                yield block
        except SpeechError:
            self._cancel.cancel()
            raise

    def _voice(self, engine: SpeechSynthesizer, wanted: dict[str, str]) -> tuple[str, str]:
        """Name and language of the voice to use. Raises SpeechError for an unknown one."""
        names = {voice.name: voice.language for voice in engine.voices}
        vietnamese = [name for name, spoken in names.items() if spoken == "vi"]
        regional = {str(region): voice_of(region, vietnamese) for region in REGIONS}
        name, language = wanted.get("name"), wanted.get("language")
        name = regional.get(str(name), name)
        if name:
            base = str(name).split("+")[0]
            if base in names:
                return str(name), names[base]
        else:
            primary = str(language or "vi").replace("_", "-").split("-")[0].lower()
            preferred = self._voices.get(primary)
            preferred = regional.get(str(preferred), preferred) if primary == "vi" else preferred
            if preferred and preferred.split("+")[0] in names:
                return preferred, primary
            for voice, spoken in names.items():
                if spoken == primary:
                    return voice, primary
        raise SpeechError(
            "voice_unknown",
            f"Không có giọng đọc '{name or language!s:.40}'. "
            f"Các giọng: {', '.join(list(names)[:12])}.",
            f"There is no voice '{name or language!s:.40}'. Voices: {', '.join(list(names)[:12])}.",
        )


def _rate(value: object, engine: SpeechSynthesizer) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise protocol_error("'rate' must be a number")
    slowest, fastest = engine.capabilities.rates
    if not slowest <= value <= fastest:
        raise protocol_error(f"'rate' must be between {slowest} and {fastest}")
    return float(value)


async def info(worker: Worker[SpeechSynthesizer]) -> Event:
    """What this service can do, for Wyoming's ``describe``."""
    problem = await worker.problem()
    if problem is not None:
        return Info(tts=[TtsProgram(worker.name, OWN, False, problem.en, None, voices=[])]).event()
    engine = await worker.engine()
    voices = [
        TtsVoice(
            name=voice.name,
            attribution=made_by(engine.name),
            installed=True,
            description=voice.description,
            version=engine.version,
            languages=[voice.language],
        )
        for voice in engine.voices
    ]
    description = f"{engine.name} {engine.version}, served by Lễ Tân"
    program = TtsProgram(engine.name, OWN, True, description, engine.version, voices=voices)
    return with_capabilities(Info(tts=[program]), "tts", engine.capabilities.as_data())
