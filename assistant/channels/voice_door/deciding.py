"""What becomes of an utterance: an answer, a question back, the menu, or nothing at all.

Sure words or a sure meaning are answered. Neither: the desk asks whether the likeliest was meant,
or whether to go on in another language; a second failure in a row brings the menu and a person.
Noise, babble and other languages are answered by nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from assistant.catalogue.published import Procedure
from assistant.catalogue.view import PublishedCatalogue
from assistant.channels.voice_door.foresight import Understands
from assistant.conversation.schemas import nothing_understood
from assistant.engine.client import TurnReply
from assistant.errors import Language, LetanError
from assistant.voice import confirmation
from assistant.voice.confirmation import PLAUSIBLE, Guess, Question
from assistant.voice.ear import Utterance
from assistant.voice.second_hearing import heard_in, is_plain
from assistant.voice.service import Voice
from assistant.voice.wording import decent, say

_SECOND_HEARINGS = 3
"""In vain, one after another; then nobody here speaks the other language."""
MOST_USUAL = 3
_LEAST_SECOND_HEARING_S = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """Ask the desk."""

    heard: str
    """As it is shown."""
    text: str
    """What is answered: the words themselves, or what a "yes" stands for."""
    language: Language
    confidence: float | None


@dataclass(frozen=True, slots=True)
class AskBack:
    """Ask the visitor."""

    text: str
    reply: TurnReply
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Say nothing."""

    reason: Literal["noise", "other_language"]


Decision = Answer | AskBack | Unclear


class Decider:
    """The doubts of one connection."""

    def __init__(
        self, engine: Understands, voice: Voice, catalogue: Callable[[], PublishedCatalogue | None]
    ) -> None:
        self._engine = engine
        self._voice = voice
        self._catalogue = catalogue
        self._open: Question | None = None
        self._failures = 0
        self._in_vain = 0

    @property
    def waits_for_yes(self) -> bool:
        """Whether a single word is an answer now."""
        return self._open is not None

    def answered(self) -> None:
        """A touch or a sure sentence: what was doubtful is over."""
        self._open, self._failures = None, 0

    async def decide(self, heard: Utterance, language: Language, *, hold: bool) -> Decision:
        """``hold``: somebody pressed the button, so that it was meant for us.

        Raises LetanError of the engine.
        """
        text, confidence = decent(heard.transcript.text), heard.transcript.confidence
        question, self._open = self._open, None
        if question is not None:
            answered = await self._to_question(question, heard, text, language)
            if answered is not None:
                return answered
        if text and (confidence is None or confidence >= confirmation.SURE_WORDS):
            self.answered()
            return Answer(text, text, language, confidence)
        parsed = await self._engine.parse(text) if text else {}
        plausible = bool(text) and (confidence or 0.0) >= PLAUSIBLE
        if plausible and confirmation.sure_of(parsed):
            self.answered()
            return Answer(text, text, language, confidence)
        other = await self._other_language(heard, language)
        if other is not None:
            return other
        guesses = self._guesses(parsed, language) if plausible else []
        if guesses:
            self._open = confirmation.did_you_mean(guesses, parsed.get("aspects") or [], language)
            return self._ask(text, self._open, confidence, parsed)
        return self._not_understood(text, confidence, language, counts=plausible or hold)

    async def _to_question(
        self, question: Question, heard: Utterance, text: str, language: Language
    ) -> Decision | None:
        said, sure = confirmation.agrees(text), heard.transcript.confidence
        if said is None and question.language != language:
            again = await heard_in(self._voice, heard.pcm, question.language)
            if again is not None:
                text, sure, said = again.text, again.confidence, confirmation.agrees(again.text)
        if said:
            self.answered()
            return Answer(text, question.meant, question.language, sure)
        if said is False:
            self._failures += 1
            if self._failures > 1:
                return self._menu(text, sure, language)
            sentence = say(language, "Dạ, vậy anh/chị nói lại giúp em câu hỏi ạ.")
            return AskBack(
                text,
                _reply(language, [{"type": "text", "text": sentence}], nothing_understood("deny")),
                sure,
            )
        return None

    async def _other_language(self, heard: Utterance, language: Language) -> Decision | None:
        if heard.speech_s < _LEAST_SECOND_HEARING_S or self._in_vain >= _SECOND_HEARINGS:
            return None
        if self._voice.english is None:
            return None
        other: Language = "en" if language == "vi" else "vi"
        again = await heard_in(self._voice, heard.pcm, other)
        if again is None or not is_plain(again, other):
            self._in_vain += 1
            foreign = again is not None and again.language not in ("", "vi", "en")
            unclear = (heard.transcript.confidence or 0.0) < PLAUSIBLE
            return Unclear("other_language") if foreign and unclear else None
        self._in_vain = 0
        assert again is not None
        words = decent(again.text)
        self._open = confirmation.other_language(words, other)
        understood = nothing_understood("change_language")
        return AskBack(words, _reply(other, self._open.parts, understood), again.confidence)

    def _guesses(self, parsed: dict[str, Any], language: Language) -> list[Guess]:
        found = [
            one
            for one in parsed.get("procedures") or []
            if one["confidence"] >= confirmation.ASKED_ABOUT
        ]
        if not found:
            return []
        return [
            guess
            for one in parsed["procedures"]
            if (guess := self._guess(str(one["code"]), language))
        ]

    def _guess(self, code: str, language: Language) -> Guess | None:
        catalogue = self._catalogue()
        try:
            found = catalogue.get(code) if catalogue is not None else None
        except LetanError:
            return None
        return Guess(found.code, _name(found, language)) if found is not None else None

    def _not_understood(
        self, text: str, confidence: float | None, language: Language, *, counts: bool
    ) -> Decision:
        """Babble of the hall is no failure; a sentence, or whoever pressed the button, is."""
        self._failures += counts
        if self._failures < 2 or not counts:
            return Unclear("noise")
        return self._menu(text, confidence, language)

    def _menu(self, text: str, confidence: float | None, language: Language) -> Decision:
        self._failures = 0
        catalogue = self._catalogue()
        most = catalogue.search()[:MOST_USUAL] if catalogue is not None else []
        usual = [Guess(one.code, _name(one, language)) for one in most]
        parts = confirmation.menu(usual, language)
        return AskBack(text, _reply(language, parts, nothing_understood()), confidence)

    def _ask(
        self, text: str, question: Question, confidence: float | None, parsed: dict[str, Any]
    ) -> Decision:
        understood = nothing_understood() | {
            "procedures": parsed.get("procedures") or [],
            "aspects": parsed.get("aspects") or [],
        }
        return AskBack(text, _reply(question.language, question.parts, understood), confidence)


def _name(procedure: Procedure, language: Language) -> str:
    return (procedure.name.en if language == "en" else None) or procedure.name.vi


def _reply(
    language: Language, parts: list[dict[str, Any]], understood: dict[str, Any]
) -> TurnReply:
    return TurnReply(language, "clarified", understood, parts, None)
