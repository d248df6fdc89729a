"""What becomes of an utterance: an answer, a question back, the menu, or nothing at all.

Sure words, or likely words of a sure meaning, are answered. Neither: the desk asks whether the
likeliest was meant, or whether to go on in another language; a second failure in a row brings the
menu and a person. Noise, babble and other languages are answered by nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.catalogue.published import Procedure
from assistant.catalogue.view import PublishedCatalogue
from assistant.channels.voice_door.foresight import Understands
from assistant.channels.voice_door.other_language import WAITS_S, OtherLanguage
from assistant.conversation.schemas import nothing_understood
from assistant.engine.client import TurnReply
from assistant.errors import Language, LetanError
from assistant.voice import confirmation
from assistant.voice.confirmation import PLAUSIBLE, Guess, Question
from assistant.voice.ear import Utterance
from assistant.voice.second_hearing import heard_in, is_plain
from assistant.voice.service import Voice
from assistant.voice.wording import decent, say
from speech.engines import Transcript

_SECOND_HEARINGS = 3
"""In vain, one after another; then it is the hall that is heard, and only one in `_AGAIN_EVERY`
utterances that nobody pressed a button for is heard again: a foreigner may have come."""
_AGAIN_EVERY = 4
MOST_USUAL = 3
_LEAST_SECOND_HEARING_S = 0.5
_LEAST_ASKED_ABOUT = 3
"""Words; fewer doubtful ones that nobody pressed a button for are the hall's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Ask the desk."""

    heard: str
    """As it is shown."""
    text: str
    """What is answered: the words themselves, or what a "yes" stands for."""
    language: Language
    confidence: float | None
    payload: str | None = None
    """The button of the last reply that was chosen by voice, in place of the text."""


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
        self,
        engine: Understands,
        voice: Voice,
        catalogue: Callable[[], PublishedCatalogue | None],
        other: OtherLanguage | None = None,
    ) -> None:
        self._engine = engine
        self._voice = voice
        self._catalogue = catalogue
        self._other = other or OtherLanguage(voice)
        self.ask_late: Callable[[AskBack], None] | None = None
        """Who asks what turned out to be the question after the turn was decided."""
        self._open: Question | None = None
        self._failures = 0
        self._in_vain = 0

    @property
    def waits_for_yes(self) -> bool:
        """Whether a single word is an answer now."""
        return self._open is not None

    def answered(self) -> None:
        """A touch or a sure sentence: what was doubtful is over."""
        self._open, self._failures, self._in_vain = None, 0, 0

    def forehear(self, heard: Transcript, pcm: bytes, speech_s: float, language: Language) -> None:
        """Words that may be the whole of an utterance are unsure: begin what takes time."""
        unsure = (heard.confidence or 0.0) < confirmation.SURE_WORDS
        if unsure and heard.confidence is not None and self._may_be_foreign(speech_s, hold=False):
            self._other.begin(heard, pcm, _other(language))

    def forget(self) -> None:
        """Somebody speaks again, or has gone: what is still being heard is not wanted any more."""
        self._other.forget()

    async def decide(self, heard: Utterance, language: Language, *, hold: bool) -> Decision:
        """``hold``: somebody pressed the button, so that it was meant for us.

        Raises LetanError of the engine.
        """
        text, confidence = decent(heard.transcript.text), heard.transcript.confidence
        question, self._open = self._open, None
        answered = (
            self._chosen(heard, language)
            if question is None
            else await self._to_question(question, heard, text, language)
        )
        answered = answered or self._asked_again(heard, question, language, hold=hold)
        if answered is not None:
            return answered
        if text and (confidence is None or confidence >= confirmation.SURE_WORDS):
            self.answered()
            return Answer(text, text, language, confidence)
        plausible = bool(text) and (confidence or 0.0) >= PLAUSIBLE
        meanings = await self._meanings(text, heard.transcript.alternatives) if plausible else []
        likely = (confidence or 0.0) >= confirmation.LIKELY_WORDS
        plain = confirmation.agreed(meanings)
        moves = plain and confirmation.moves(meanings[0])
        if likely and plain and not moves:
            self.answered()
            return Answer(text, text, language, confidence)
        ranked = confirmation.ranked(meanings)
        enough = hold or len(text.split()) >= _LEAST_ASKED_ABOUT
        guesses = self._guesses(ranked, language) if enough and not moves else []
        meant = hold or (enough and (confidence or 0.0) >= confirmation.HEARD_BY_CHANCE)
        desk = meant and not guesses and confirmation.of_the_desk(meanings)
        asks = bool(guesses) or desk
        other = await self._other_language(heard, language, keeps_waiting=asks, hold=hold)
        if other is not None:
            return other
        if desk:
            self._open = (
                confirmation.did_you_want(text, meanings[0], language)
                if confirmation.moves(meanings[0])
                else confirmation.did_you_say(text, language)
            )
            return self._ask(text, self._open, confidence, meanings[0])
        if guesses:
            aspects = ranked[0].get("aspects") or []
            self._open = confirmation.did_you_mean(guesses, aspects, language)
            return self._ask(text, self._open, confidence, ranked[0])
        return self._not_understood(text, confidence, language, counts=plausible or hold)

    async def _meanings(self, text: str, alternatives: Sequence[str]) -> list[dict[str, Any]]:
        """Of the doubtful words, and of what they are likeliest to have been instead."""
        others = (decent(other) for other in alternatives)
        texts = [text, *[other for other in others if other and other != text][:1]]
        return list(await asyncio.gather(*(self._engine.parse(one) for one in texts)))

    def _chosen(self, heard: Utterance, language: Language) -> Answer | None:
        """An answer that the last reply expects, as if its button had been touched."""
        offer, found = heard.offer, heard.transcript
        if offer is None or found.answer not in offer.payloads:
            return None
        if found.answer_confidence < confirmation.SURE_ANSWER:
            return None
        self.answered()
        text, sure = found.answer_text, found.answer_confidence
        return Answer(text, text, language, sure, offer.payloads[found.answer])

    def _asked_again(
        self, heard: Utterance, question: Question | None, language: Language, *, hold: bool
    ) -> AskBack | None:
        """It may have been an answer: the question once more, once, with what can be touched."""
        offer, found = heard.offer, heard.transcript
        if offer is None or not offer.prompt or self._failures:
            return None
        chance = confirmation.POSSIBLE_ANSWER if hold else confirmation.ANSWER_BY_CHANCE
        sure = found.confidence or 0.0
        # A word by itself is rarely a new question, and rarely heard right.
        alone = len(found.text.split()) == 1 and sure >= confirmation.SURE_WORDS
        likely = found.answer_confidence >= chance and sure < confirmation.PLAIN_WORDS
        if not (alone or likely):
            return None
        self._failures += 1
        self._open = question
        text = say(language, "Dạ, em chưa nghe rõ. {question}").format(question=offer.prompt)
        parts = [{"type": "text", "text": text}, *offer.parts]
        shown = found.answer_text if likely else decent(found.text)
        return AskBack(shown, _reply(language, parts, nothing_understood()), found.confidence)

    async def _to_question(
        self, question: Question, heard: Utterance, text: str, language: Language
    ) -> Decision | None:
        found, sure = heard.transcript, heard.transcript.confidence
        said = confirmation.answer_of(text, found, expected=heard.offer is not None)
        if said is None and question.language != language:
            again = await heard_in(self._voice, heard.pcm, question.language)
            if again is not None:
                text, sure, said = again.text, again.confidence, confirmation.agrees(again.text)
        if said is None and (chosen := self._chosen(heard, language)) is not None:
            return chosen
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

    async def _other_language(
        self, heard: Utterance, language: Language, *, keeps_waiting: bool, hold: bool
    ) -> Decision | None:
        """``keeps_waiting``: there is something else to be said, which a visitor waits for."""
        if not self._may_be_foreign(heard.speech_s, hold=hold):
            self._in_vain += heard.speech_s >= _LEAST_SECOND_HEARING_S
            return None
        other = _other(language)

        def late(again: Transcript | None) -> None:
            asked = self._asked_to_change(again, other)
            if asked is not None and self.ask_late is not None:
                self.ask_late(asked)

        seconds = WAITS_S if keeps_waiting else None
        again, in_time = await self._other.hear(heard.transcript, heard.pcm, other, seconds, late)
        if not in_time:
            return None
        asked = self._asked_to_change(again, other)
        foreign = again is not None and again.language not in ("", "vi", "en")
        unclear = (heard.transcript.confidence or 0.0) < PLAUSIBLE
        return asked or (Unclear("other_language") if foreign and unclear else None)

    def _may_be_foreign(self, speech_s: float, *, hold: bool) -> bool:
        patient = self._in_vain < _SECOND_HEARINGS or self._in_vain % _AGAIN_EVERY == 0
        return speech_s >= _LEAST_SECOND_HEARING_S and (hold or patient) and self._other.there

    def _asked_to_change(self, again: Transcript | None, other: Language) -> AskBack | None:
        if again is None or not is_plain(again, other):
            self._in_vain += 1
            return None
        self._in_vain = 0
        words = decent(again.text)
        self._open = confirmation.other_language(words, other)
        understood = nothing_understood("change_language")
        return AskBack(words, _reply(other, self._open.parts, understood), again.confidence)

    def _guesses(self, ranked: Sequence[dict[str, Any]], language: Language) -> list[Guess]:
        """The likeliest of each meaning, then what else the first may have been."""
        firsts = [parsed["procedures"][0] for parsed in ranked]
        others = ranked[0]["procedures"][1:] if ranked else []
        codes = dict.fromkeys(str(one["code"]) for one in (*firsts, *others))
        return [guess for code in codes if (guess := self._guess(code, language))]

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


def _other(language: Language) -> Language:
    return "en" if language == "vi" else "vi"


def _name(procedure: Procedure, language: Language) -> str:
    return (procedure.name.en if language == "en" else None) or procedure.name.vi


def _reply(
    language: Language, parts: list[dict[str, Any]], understood: dict[str, Any]
) -> TurnReply:
    return TurnReply(language, "clarified", understood, parts, None)
