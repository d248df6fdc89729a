"""A message in the light of the conversation: follow-ups, corrections, things taken up again.

The classifier reads one message by itself. Here its reading is set right by what is open, what was
open before, and what the words around the question say.
"""

from __future__ import annotations

from dataclasses import replace

from dialogues.apart import paper_of_another, twin_named
from dialogues.authorities import competent_authority, foreign_matter
from dialogues.beside import beside
from dialogues.doubts import (
    about,
    doubtful_errand,
    doubtful_event,
    waits_for_result,
    way_to_place,
    whole_event,
)
from dialogues.elsewhere import belongs_elsewhere, opens_elsewhere
from dialogues.framing import Framing, goes_on
from dialogues.leaning import (
    ABOUT_PROCEDURES,
    OUTSIDE,
    SURE,
    SURELY_OUTSIDE,
    leans,
    named_outright,
)
from dialogues.memory import Memory
from dialogues.naming import LIKELY, called_by_name, familiar, named_within, shorter_name
from dialogues.neighbours import KINDRED, alike
from dialogues.plain_words import (
    asked_plainly,
    asked_surely,
    asks_about_paper,
    for_another,
    only_courtesy,
    opens_another,
    speaks_of_voice,
    tells_purpose,
    wants_staff,
)
from dialogues.release import Release
from dialogues.returning import named_before, taken_back, taken_up
from dialogues.substance import content, familiarity, vocabulary
from dialogues.told_plainly import death_told, somebody_elses_dossier
from dialogues.two_ways import told_way
from dialogues.understanding import Understanding
from dialogues.wording import tokens

NOT_OURS, GUESSED, _FEW_WORDS = 0.5, 0.15, 4
"""Probability of being out of scope from which a few words are refused, that of a procedure from
which it is offered, and how many words are few."""


def settled(
    said: str, frame: Framing, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """The understanding, with its intent and procedures as the conversation makes them."""
    text = found.repaired or said
    found = called_by_name(frame.rest, shorter_name(text, found), release)
    if for_another(said) and "eligibility" not in found.aspects:
        found = replace(found, aspects=(*found.aspects, "eligibility"))
    alone = memory.topic is None and found.intent == "ask_aspect"
    first = frame.returns and memory.topic is None and not memory.history
    unsure = not found.procedures or found.procedures[0].confidence < SURE
    if (not found.procedures and (alone or first)) or (unsure and opens_another(said)):
        found = named_within(text, found, memory, release)
    surely = (*asked_surely(text), *asked_surely(said))
    found = replace(found, aspects=tuple(dict.fromkeys((*found.aspects, *surely))))
    if not speaks_of_voice(said, found.intent):
        found = replace(found, intent="nlu_fallback", confidence=0.0)
    plain = beside(said, found, memory, release) or _plainly(said, found, memory, release)
    if plain is not None:
        return plain
    if somebody_elses_dossier(said) and found.intent in _ABOUT_DOSSIERS:
        return replace(found, intent="out_of_scope", out_of_scope=True, procedures=(), aspects=())
    found = way_to_place(said, waits_for_result(text, found))
    found = doubtful_errand(said, text, found, memory, release)
    found = death_told(text, whole_event(text, found, release), memory.topic, release)
    found = doubtful_event(said, text, found, memory, release)
    if wants_staff(said) and found.intent in _YIELDS_TO_STAFF and not found.aspects:
        return replace(found, intent="talk_to_staff", procedures=(), out_of_scope=False)
    if frame.returns or goes_on(said):
        again = taken_up(said, text, found, memory, release)
        if again is not None:
            return again
    if found.neighbour:
        kept = tuple(memory.aspects) if frame.corrects or opens_another(said) else ()
        return replace(found, aspects=found.aspects or kept)
    if frame.corrects or (frame.instead and memory.topic is not None):
        return taken_back(text, found, memory, release)
    way = told_way(text, [c.code for c in found.procedures[:3]], memory.topic, release.procedures)
    other = paper_of_another(said, found, release.procedure(memory.topic), release)
    if way is not None and found.intent in ABOUT_PROCEDURES and not other:
        return about(found, way, "ask_procedure")
    bare = found.intent == "ask_aspect" and not found.procedures
    theirs = found.outside >= NOT_OURS and foreign_matter(said) is not None
    theirs = theirs or (bare and _speaks_of_something_else(text, found, memory, release))
    if bare and (theirs or opens_elsewhere(frame.rest, release.procedure(memory.topic))):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    return _in_view_of_topic(said, text, found, memory, release)


def _speaks_of_something_else(
    text: str, found: Understanding, memory: Memory, release: Release
) -> bool:
    """ "Theo cậu ra tòa tôi có thắng không": likelier nobody's matter than a question about what is
    open, of which it says nothing."""
    strange = content(text) - vocabulary(release.procedure(memory.topic))
    fewest = _FEW_WORDS - (2 if found.outside >= OUTSIDE_SAID else 1)
    return found.outside >= max(OUTSIDE, found.confidence) and len(strange) >= fewest


def _plainly(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """What plain words settle: a courtesy, or a paper of the open procedure that is asked about."""
    courtesy = only_courtesy(said, found, memory)
    if courtesy is not None:
        return replace(found, intent=courtesy, procedures=(), out_of_scope=False)
    if memory.topic is not None and tells_purpose(said) and not found.aspects:
        return replace(
            found,
            intent="ask_aspect",
            procedures=(),
            ambiguous=False,
            out_of_scope=False,
            foreign=False,
        )
    if asks_about_paper(said, release.procedure(memory.topic)):
        # yes or no to a paper is no question of who may
        others = (aspect for aspect in found.aspects if aspect != "eligibility")
        aspects = tuple(dict.fromkeys(("documents", *others)))
        return replace(
            found, intent="ask_aspect", procedures=(), aspects=aspects, out_of_scope=False
        )
    return None


def _in_view_of_topic(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    at_desk = found.intent in _AT_THE_DESK
    bare = found.intent == "ask_aspect" and not found.procedures
    open_one = bool(found.procedures) and found.procedures[0].code == memory.topic
    if memory.history and (bare or (at_desk and (found.ambiguous or open_one))):
        before = named_before(text, memory, release)
        if before is not None:
            return about(found, before, found.intent if at_desk else "ask_procedure")
    if _nothing_named(text, found):
        return replace(found, intent="ask_aspect", out_of_scope=False, procedures=())
    if found.intent == "ask_aspect" and found.outside >= SURELY_OUTSIDE:
        # "giá xăng hôm nay bao nhiêu" names nothing and is nobody's here
        return replace(found, intent="out_of_scope", out_of_scope=True, procedures=())
    found = _not_refused(text, found, memory, release)
    if belongs_elsewhere(said, text, found, release):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    if _of_others(said, found):
        return replace(found, intent="out_of_scope", out_of_scope=True)
    twin = twin_named(said, found, release.procedure(memory.topic), release)
    if twin is not None:
        return about(found, twin, "ask_procedure")
    if leans(said, text, found, memory, release):
        aspects = found.aspects or asked_plainly(text) or asked_plainly(said)
        return replace(
            found,
            intent="ask_aspect",
            procedures=(),
            ambiguous=False,
            aspects=aspects,
            out_of_scope=False,
        )
    return _asked_of_another(said, familiar(text, found, memory, release), memory, release)


_AT_THE_DESK = frozenset({"find_counter", "lead_me", "take_ticket"})


def _not_refused(
    text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """A few words by all of which a procedure is called are no matter of somebody else, however
    little they say: they are answered or asked back. Nor is a likely procedure of the kin of what
    is open ("còn nếu bỏ hẳn không bán nữa")."""
    if found.intent != "out_of_scope" or found.foreign or found.outside >= NOT_OURS:
        return found
    best = found.procedures[0] if found.procedures else None
    topic = release.procedure(memory.topic)
    entry = None if best is None else release.procedure(best.code)
    likely = best is not None and best.confidence >= SURE
    if likely and entry is not None and topic is not None and alike(entry, topic) >= KINDRED:
        return about(found, str(entry["code"]), "ask_procedure")
    words = content(text)
    if best is None or best.confidence < (GUESSED if words else SURE) or len(words) > _FEW_WORDS:
        return found
    if words and familiarity(text, release.procedure(best.code)) < 0.99:
        return found
    return replace(
        found,
        intent="ask_procedure",
        confidence=best.confidence,
        ambiguous=best.confidence < SURE,
        out_of_scope=False,
    )


def _of_others(said: str, found: Understanding) -> bool:
    """Another authority's errand that was taken for the way to somewhere or a dossier of here."""
    place = any(e.get("entity") in {"place", "counter"} for e in found.entities)
    doubtful = found.intent in _DOUBTFUL and not place
    return doubtful and found.confidence < SURE and competent_authority(said) is not None


OUTSIDE_SAID, SENTENCE = 0.9, 6
"""Probability from which a whole sentence of so many words is nobody's matter here, though its
words are words of asking ("hôm nay vàng bao nhiêu một chỉ")."""
_DOUBTFUL = frozenset({"find_place", "find_counter", "dossier_status", "nlu_fallback"})


def _asked_of_another(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding:
    """ "Còn kết hôn thì sao?" after a question about the fee asks for the fee of that one."""
    best = found.procedures[0] if found.procedures else None
    named = found.intent == "ask_procedure" and best is not None and best.confidence >= LIKELY
    if not named or found.aspects or memory.topic is None or not opens_another(said):
        return found
    elsewhere = best is not None and release.canonical(best.code) != memory.topic
    return replace(found, aspects=tuple(memory.aspects)) if elsewhere else found


_ABOUT_DOSSIERS = frozenset({"dossier_status", "check_documents", "ask_procedure", "ask_aspect"})
_YIELDS_TO_STAFF = frozenset(
    {"life_event", "out_of_scope", "ask_procedure", "nlu_fallback", "affirm", "feedback", "repeat",
     "greet", "thank", "centre_info"}
)  # fmt: skip


def _nothing_named(text: str, found: Understanding) -> bool:
    """ "Lệ phí?" with nothing open: which procedure is asked back, nothing is refused."""
    asked = found.aspects and not found.foreign and not content(text)
    surely = OUTSIDE_SAID if len(tokens(text)) >= SENTENCE else SURELY_OUTSIDE
    if named_outright(text, found) or found.outside >= surely:
        return False
    return bool(asked) and found.intent in {"out_of_scope", "nlu_fallback"}
