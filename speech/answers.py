"""Which of the expected answers a short utterance was.

While a question is open, few things are likely to be said: yes, no, one of the choices. They are
short, and a recogniser is sure of nothing that is. Each wording of each answer is compared with the
whole utterance, on the posteriors; wordings of one answer are no rivals of each other, the other
answers and whatever else is said at a desk are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speech.lattice import Frames
from speech.lattice_language import words_of
from speech.lattice_phrases import Match, PhraseIndex
from speech.patterns import written_out

MOST_WORDINGS = 6_000
ODDS = (-0.74, 0.36, -0.06, 0.39, 0.22, -1.59, 1.2, -1.12)
"""Of `log_odds`: constant, evidence for the wording, for each of its words, how much better it is
than another answer, than what else is said at a desk, words that it leaves unexplained, confidence
of the words as heard, number of its words."""
CLEARLY = 2.5
"""So much better than any other answer it has to be: a "no" is never taken for a "yes" that
sounds alike."""
AT_MOST = 0.5
"""Probability of an answer that is not clearly the best."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An expected answer that may have been given."""

    name: str
    text: str
    confidence: float
    """Probability, 0..1."""


class Answers:
    """The answers to a question, ready to be compared; built once for a set of answers."""

    def __init__(self, vocabulary: Sequence[str], patterns: Mapping[str, Sequence[str]]) -> None:
        said: dict[str, set[str]] = {}
        for name, some in patterns.items():
            for pattern in some:
                for text, _ in written_out(pattern):
                    said.setdefault(" ".join(words_of(text)), set()).add(name)
                    if len(said) >= MOST_WORDINGS:
                        break
        # A wording of two answers tells nothing.
        self._names = {text: names.pop() for text, names in said.items() if len(names) == 1}
        self._index = PhraseIndex(vocabulary, (), alone=self._names, meanings=self._names)

    def heard(
        self,
        rows: Frames,
        words: Sequence[tuple[int, str]],
        confidence: float,
        desk: Sequence[Match],
    ) -> Answer | None:
        """The likeliest answer; ``words`` as for `PhraseIndex.match`, ``desk``: what else it may
        have been."""
        found = self._index.match(rows, words, MOST_WORDINGS)
        if not found:
            return None
        other = next((one.score for one in desk if one.text not in self._names), 0.0)
        best = found[0].name
        likely = 1 / (1 + math.exp(-log_odds(found[0], other, confidence)))
        if found[0].score - found[0].rival < CLEARLY:
            likely = min(likely, AT_MOST)
        return Answer(self._names[best], best, likely)


def log_odds(match: Match, other: float, confidence: float) -> float:
    """Of an answer having been given.

    A logistic regression on 4,500 utterances of eSpeak NG (three regions, five voices, clean and in
    a hall): short answers, and what is no answer to the question that is open: other answers,
    greetings, requests, pieces of our own replies, babble, English.
    """
    words = match.name.count(" ") + 1
    constant, alone, word, rival, desk, unknown, sure, length = ODDS
    return (
        constant
        + alone * min(match.alone, 20.0)
        + word * match.alone / words
        + rival * min(match.score - match.rival, 8.0)
        + desk * max(-8.0, min(match.score - other, 4.0))
        + unknown * match.unknown
        + sure * confidence
        + length * words
    )
