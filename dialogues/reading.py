"""What a message means here and now: the understanding, read in the light of what was just asked.

A cry for help, a button, the title or number of a choice on offer, a yes or no to an open question:
these are decided by their words and by what is on the table, not by the classifier. Everything else
keeps the classifier's intent, set right by the conversation (`follow_up`). Rules then choose the
action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dialogues.apart import paper_of_another
from dialogues.asides import (
    changes_mind,
    comes_later,
    gives_up_ticket,
    pauses,
    rejects,
    wants_it_short,
)
from dialogues.condition_answers import condition_told
from dialogues.elsewhere import opens_elsewhere
from dialogues.follow_up import settled
from dialogues.framing import Framing, framing, goes_on, wants_reading_out
from dialogues.leaning import spoken_of_before
from dialogues.memory import Memory
from dialogues.offers import answer_to_question, instead_of_chosen, narrowed, offered
from dialogues.papers import says_to_have
from dialogues.payloads import INTENT_OF_PAYLOAD, Payload, parse_payload
from dialogues.plain_words import has_and_lacks, without_papers
from dialogues.release import Release
from dialogues.several import Several
from dialogues.substance import said_of, telling
from dialogues.understanding import Understanding
from dialogues.voices import wanted_voice
from dialogues.wanted_now import everything
from dialogues.wording import tokens
from safeguards.emergencies import Cry, heard
from safeguards.wording import in_other_letters


@dataclass(frozen=True, slots=True)
class Reading:
    intent: str
    confidence: float
    understanding: Understanding
    text: str = ""
    payload: Payload | None = None
    chosen: bool = False
    """The visitor picked one of the choices on offer."""
    cry: Cry | None = None
    """Somebody calls for help."""
    abusive: bool = False
    reads_out: bool = False
    """The papers are to be read one after another, however many."""
    fixed: bool = False
    """The words settled it, not the classifier."""
    also: tuple[Reading, ...] = ()
    """What the same message asks besides, in its order."""
    together: Several | None = None
    """Several procedures are asked about at once."""
    faq: str | None = None
    """Id of the question that is asked, of those that the centre wrote itself."""

    @property
    def settles(self) -> bool:
        """A cry, abuse or an order about the voice goes before whatever is asked."""
        return self.fixed and self.intent != "ask_aspect"


def asked_together(said: str, understanding: Understanding, together: Several) -> Reading:
    """The reading of a question about several procedures at once."""
    found = replace(understanding, intent="ask_procedure", aspects=together.aspects)
    return Reading("ask_procedure", 0.9, found, said, together=together, fixed=True)


def read(
    text: str | None,
    payload: str | None,
    memory: Memory,
    release: Release,
    understanding: Understanding | None,
) -> Reading:
    """Read one message. `understanding` may be missing when `needs_parse` says so."""
    said = text if text is not None else payload or ""
    button = parse_payload(payload, release, memory) if payload is not None else None
    cry = heard(said) if button is None else None
    if cry is not None:
        return Reading("talk_to_staff", 1.0, Understanding(), said, cry=cry, fixed=True)
    if button is None and in_other_letters(said):
        return Reading("out_of_scope", 1.0, Understanding(), said, fixed=True)
    chosen = False
    if button is None:
        button = offered(said, memory, release)
        chosen = button is not None
    phrase = _phrase(said)
    frame = framing(said)
    fixed_phrase = phrase in _FIXED_PHRASES
    if button is None and understanding is not None:
        declines = _FIXED_PHRASES.get(phrase) == "deny" or rejects(said)
        button = None if fixed_phrase else answer_to_question(said, memory, understanding)
        if button is None and frame.corrects:
            button = instead_of_chosen(frame.rest, memory, release, understanding)
            chosen = button is not None
        leaves = _leaves_topic(said, frame, understanding, memory, release)
        counts = _counts_papers(said, memory)
        leaves = (
            leaves or counts or comes_later(said) or (frame.returns and bool(understanding.aspects))
        )
        if button is None and not declines and not leaves:
            button = condition_told(said, memory, release, understanding)
        other = frame.returns or fixed_phrase or understanding.neighbour or counts or declines
        other = other or opens_elsewhere(frame.rest, release.procedure(memory.topic))
        if button is None and not other:
            button = narrowed(frame.rest, memory, release, understanding)
            chosen = button is not None
    if button is not None:
        intent = INTENT_OF_PAYLOAD[button.kind]
        return Reading(intent, 1.0, understanding or Understanding(), said, button, chosen)
    understanding = understanding or Understanding()
    if wanted_voice(said) is not None:
        spoken = replace(understanding, intent="change_language", procedures=(), aspects=())
        return Reading("change_language", 1.0, spoken, said, fixed=True)
    fixed = _worded(said, phrase, memory) or _FIXED_PHRASES.get(phrase)
    if fixed is not None:
        return Reading(
            fixed, 1.0, replace(understanding, procedures=(), aspects=()), said, fixed=True
        )
    return _in_its_place(said, frame, understanding, memory, release)


def _in_its_place(
    said: str, frame: Framing, understanding: Understanding, memory: Memory, release: Release
) -> Reading:
    understanding = everything(said, understanding, memory.topic, release) or understanding
    planned = understanding.intent == "life_event" and understanding.situation and not memory.topic
    if (
        wants_reading_out(said)
        and not planned
        and (release.canonical(memory.topic) or understanding.procedures)
    ):
        aspects = tuple(dict.fromkeys(("documents", *understanding.aspects)))
        reads = replace(understanding, intent="ask_aspect", aspects=aspects)
        found = settled(said, frame, reads, memory, release)
        return Reading(found.intent, 0.9, found, said, reads_out=True, fixed=True)
    if _PARROT.search(_phrase(said)):
        refused = replace(understanding, intent="out_of_scope", out_of_scope=True, procedures=())
        return Reading("out_of_scope", 0.95, refused, said, fixed=True)
    found = settled(said, frame, understanding, memory, release)
    if found.intent in {"slower", "louder"} and _SAID_AGAIN.search(_phrase(said)):
        return Reading("repeat", found.confidence, found, said)
    if is_abuse(said) and not _asks_surely(found):
        found = replace(found, intent="out_of_scope", out_of_scope=True, procedures=())
        return Reading("out_of_scope", 0.95, found, said, abusive=True, fixed=True)
    if found.intent == "check_documents" and _named_as_paper(said, found, memory):
        found = replace(found, procedures=(), ambiguous=False)
    if found.intent in _MISTAKEN_FOR_TOPIC and _counts_papers(said, memory):
        counted = replace(found, procedures=(), aspects=(), ambiguous=False, out_of_scope=False)
        return Reading("check_documents", found.confidence, counted, said)
    if found.intent == "ask_aspect" and memory.topic is not None and comes_later(said):
        return Reading("ask_aspect", 0.9, found, said, fixed=True)
    errand = _waiting_errand(found, memory)
    if errand is not None:
        return Reading(errand, found.confidence, found, said)
    if found.intent in _MISTAKEN_FOR_TOPIC and says_to_have(said, release.procedure(memory.topic)):
        return Reading("check_documents", found.confidence, found, said)
    return Reading(found.intent, found.confidence, found, said)


def _counts_papers(said: str, memory: Memory) -> bool:
    """What is missing is asked while a condition is: papers of what is open were told, none of
    which names a case or another procedure."""
    pending = (memory.pending or {}).get("kind")
    return memory.topic is not None and pending == "condition" and has_and_lacks(said)


def _named_as_paper(said: str, found: Understanding, memory: Memory) -> bool:
    """ "Tôi có hợp đồng thuê nhà rồi, còn thiếu gì": what is had is no procedure to begin, unless
    one is named in the rest of the message."""
    rest = without_papers(said)
    if memory.topic is None or rest is None or not found.procedures:
        return False
    return said_of(found.procedures[0].matched, rest) < 0.5


def _says_its_name(said: str, code: str, release: Release) -> bool:
    entry = release.procedure(code)
    name = telling(str(((entry or {}).get("name") or {}).get("vi") or ""))
    return len(name) > 1 and name <= set(tokens(said))


def _leaves_topic(
    said: str, frame: Framing, understanding: Understanding, memory: Memory, release: Release
) -> bool:
    """ "No, I meant …": another procedure is named, so that nothing answers what was asked."""
    best = understanding.procedures[0] if understanding.procedures else None
    if best is None or best.confidence < 0.6 or release.canonical(best.code) == memory.topic:
        return False
    if spoken_of_before(understanding.repaired or frame.rest, understanding, memory, release):
        return True
    if changes_mind(said) and _says_its_name(frame.rest, best.code, release):
        return True
    if paper_of_another(said, understanding, release.procedure(memory.topic), release):
        return True
    waits = (memory.pending or {}).get("kind") == "condition"
    if understanding.neighbour:
        return frame.corrects or frame.instead or not waits
    return frame.corrects and said_of(best.matched, understanding.repaired or frame.rest) >= 0.5


def _waiting_errand(found: Understanding, memory: Memory) -> str | None:
    """The name of a procedure says for what the ticket, or where the way, that was just asked
    for is."""
    pending = memory.pending or {}
    payloads = [str(choice["payload"]) for choice in pending.get("choices") or ()]
    named = found.intent == "ask_procedure" and not found.aspects and not found.ambiguous
    if pending.get("kind") != "choices" or not payloads or not named or not found.procedures:
        return None
    if found.procedures[0].confidence < 0.6:
        return None
    kinds = {payload.partition(":")[0] for payload in payloads}
    return (
        {"ticket": "take_ticket", "lead": "lead_me"}.get(kinds.pop()) if len(kinds) == 1 else None
    )


def _asks_surely(found: Understanding) -> bool:
    if found.foreign or found.intent not in {"ask_procedure", "ask_aspect", "check_documents"}:
        return False
    best = found.procedures[0].confidence if found.procedures else 0.0
    return best >= 0.6 or (found.intent == "ask_aspect" and bool(found.aspects))


def needs_parse(text: str | None, payload: str | None, memory: Memory, release: Release) -> bool:
    """False for a button, a cry for help and a choice on offer: the classifier has no say in
    them."""
    if payload is not None and parse_payload(payload, release, memory) is not None:
        return False
    said = text if text is not None else payload or ""
    return heard(said) is None and offered(said, memory, release) is None


def _phrase(said: str) -> str:
    return " ".join(tokens(said.replace("'", "").replace("’", "")))


def _phrases(intent: str, *said: str) -> dict[str, str]:
    return dict.fromkeys(said, intent)


_FIXED_PHRASES = {
    # what declines an offer; none of it ends a conversation
    **_phrases(
        "deny",
        "thoi", "thoi a", "thoi em", "thoi khong", "thoi khoi", "thoi khong can", "khong can",
        "khong can nua", "khong can dau", "khoi", "khoi can", "thoi duoc roi", "thoi bo di",
        "khong cam on", "da khong cam on", "thoi cam on", "thoi khong can dau", "khong can cam on",
        "never mind", "nevermind", "no thanks", "no thank you", "not now", "forget it",
    ),
    # what asks to hear the answer again
    **_phrases(
        "repeat",
        "khong hieu", "chua hieu", "toi khong hieu", "toi chua hieu", "em khong hieu",
        "hong hieu", "bac khong hieu", "chi khong hieu", "anh khong hieu", "khong hieu gi ca",
        "chua nghe ro", "khong nghe ro", "gi co", "gi a", "ha", "a gi", "noi gi", "noi gi the",
        "i dont understand", "i do not understand", "i didnt understand", "dont understand",
        "i didnt get that", "i dont get it", "pardon", "sorry what", "what", "come again",
        "what did you say", "say again", "say that again",
    ),
    # "go on" to a machine that asked or leads something
    **_phrases("affirm", "di tiep", "di tiep di", "tiep", "tiep di", "tiep tuc", "tiep tuc di",
               "di nao", "di thoi", "go on", "continue", "carry on", "lets go"),
}  # fmt: skip

_TICKET = re.compile(
    r"(?:(?:da|em|anh|chi|toi|bac|chau|minh|con|tui|co|chu|vay|the|thi|cho|xin|lam on|giup"
    r"|can|muon|vang|ok|oke|roi|duoc roi|cam on|thoi)\s)*"
    r"(?:xin|cho|lay|boc|bam|in|rut|phat|cap)(?:\s(?:em|anh|chi|toi|bac|chau|minh|con|tui"
    r"|giup|gium|cho|xin"
    r"|lay|voi|mot|hai|ba|may|[1-3]))*\s(?:(?:cai|to|tam)\s)?"
    r"(?:so|phieu|so thu tu|phieu so|so phieu|ve so|stt)"
    r"(?:\s(?:thu tu|nhe|nha|voi|di|a|em|luon|luon voi|cai|giup|gium|toi|coi|nghen|chi|anh))*"
)


def _worded(said: str, phrase: str, memory: Memory) -> str | None:
    """An intent that the whole wording settles, whatever the classifier made of it."""
    if _TICKET.fullmatch(phrase):
        return "take_ticket"
    if rejects(said) or pauses(said) or gives_up_ticket(said):
        return "deny"
    if wants_it_short(said) and memory.topic is not None:
        return "ask_aspect"
    if _SILENCE.fullmatch(phrase):
        return "stop"
    running = (memory.checklist or {}).get("current")
    if running and len(phrase.split()) <= 4 and goes_on(phrase):
        return "check_documents"
    return None


_SILENCE = re.compile(
    r"(?:thoi |ok |de |may |robot |con robot )*"
    r"(?:(?:im|cam)(?: (?:mom|mieng|hong|lang|di|lai))+|shut up|be quiet|nin di)"
    r"(?: (?:di|lai|ngay|nghe|met|qua|nhuc|dau|oi|on|on ao|dien|please|now|coi))*"
)
_PARROT = re.compile(
    r"\b(?:(?:noi|lap|nhac|doc)(?: lai)? theo (?:toi|em|anh|chi|minh|tao|tui|bac)"
    r"|(?:repeat|say) (?:it )?after me)\b"
)
_SAID_AGAIN = re.compile(
    r"\b(?:(?:doc|noi|nhac)(?: cham)? lai (?:tu dau|lan|cau|doan|coi|cho|giup|gium|di)"
    r"|doc lai|tu dau"
    r"|lan nua|nghe (?:chua|khong|hong|ko) (?:ro|kip)|khong kip|hong kip|nghe kip|again|repeat)\b"
)
_MISTAKEN_FOR_TOPIC = frozenset({"ask_procedure", "ask_aspect", "life_event", "affirm", "choose"})

_ABUSE = re.compile(
    r"\b(?:địt|đụ má|đụ mẹ|đụ mạ|đéo|đĩ mẹ|con đĩ|lồn|cặc|buồi|vãi lồn|vãi cặc|đm|đcm|dcm|đmm"
    r"|dmm|đkm|dkm"
    r"|vcl|vkl|clgt|cmm|clm|đậu má|mẹ mày|mẹ kiếp|bố mày|tổ sư|tiên sư|khốn nạn|mất dạy|chó chết"
    r"|óc chó|óc lợn|ngu (?:như|vãi|thế|quá|vậy|xuẩn|ngốc|si)|đồ (?:ngu|chó|điên|khùng|dở hơi|hâm"
    r"|ăn hại|vô dụng|khốn|rác|máy móc)|thằng (?:ngu|chó|điên|khùng)|con (?:điên|khùng)"
    r"|cút(?: đi| mẹ)?"
    r"|câm (?:mồm|miệng|họng)|vô dụng|ăn hại|lũ (?:chó|ngu|vô dụng)|im mồm|biến đi|dit me"
    r"|deo (?:can|hieu|biet|me)"
    r"|do ngu|ngu nhu|oc cho|cam mom|vo dung|khon nan|mat day|cho chet"
    r"|fuck\w*|shit|bullshit|bitch|bastard|asshole|idiots?|morons?|stupid|dumb|shut up|useless|crap"
    r"|piece of (?:junk|trash|garbage)|screw you|go to hell|damn you)\b",
    re.IGNORECASE,
)


def is_abuse(said: str) -> bool:
    """Swearing and insults, by their words."""
    return bool(_ABUSE.search(said))
