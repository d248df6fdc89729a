"""Which papers does the visitor have, which are missing: one question at a time, or all that a
sentence names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogues.actions.answers import answer_procedure
from dialogues.actions.conditions import learn
from dialogues.actions.paper_question import ask_for_paper
from dialogues.actions.procedures import answer_or_ask, clarify, named_surely
from dialogues.actions.turn import ReplyAction, Turn
from dialogues.papers import named_documents, speaks_of_having
from dialogues.plain_words import has_and_lacks
from dialogues.release import Entry
from dialogues.sections import document_items
from dialogues.wording import tokens

NAMED = 0.5
"""Confidence from which a message names the procedure whose papers are to be gone through."""
_MISSING = frozenset({"thieu", "missing", "lacking"})
"""Asked again after the last paper, the same list is told again."""
_HAVE = {"yes": True, "no": False, "unsure": None}


class CheckDocuments(ReplyAction):
    action_name = "action_check_documents"

    def answer(self, turn: Turn) -> None:
        payload = turn.reading.payload
        memory = turn.memory
        if payload is not None and payload.kind == "have":
            if memory.checklist is None or memory.checklist.get("current") is None:
                clarify(turn)
                return
            memory.checklist["have"][memory.checklist["current"]] = _HAVE[str(payload.value)]
            self._go_on(turn)
            return
        if payload is None and not self._names_papers_of_topic(turn):
            if memory.topic is None and turn.reading.understanding.ambiguous:
                answer_or_ask(turn)
                return
            code = named_surely(turn)
            if code is not None and code != memory.topic:
                memory.open(code)
        entry = turn.release.procedure(memory.topic)
        if entry is None:
            clarify(turn)
            return
        cases = memory.cases
        learn(turn, entry)
        counts = has_and_lacks(turn.reading.text)
        if memory.cases != cases and not counts and not self._names_papers_had(turn, entry):
            # "con tôi sinh tại nhà": a circumstance was told, no paper was counted
            answer_procedure(turn, str(entry["code"]), ["documents"])
            return
        self._start(turn)

    @staticmethod
    def _names_papers_had(turn: Turn, entry: Entry) -> bool:
        return any(
            named_documents(turn.reading.text, document_items(turn.card(entry)) or ()).values()
        )

    @staticmethod
    def _names_papers_of_topic(turn: Turn) -> bool:
        """A paper of the open procedure is often the name of another one ("giấy chứng sinh")."""
        entry = turn.release.procedure(turn.memory.topic)
        if entry is None:
            return False
        items = document_items(turn.card(entry)) or ()
        return bool(named_documents(turn.reading.text, items))

    @staticmethod
    def _tells_of_papers(turn: Turn) -> bool:
        """ "Kiểm tra giấy tờ đăng ký kết hôn" names the procedure, no form that would be had."""
        best = turn.reading.understanding.procedures[:1]
        names_procedure = bool(best) and best[0].confidence >= NAMED
        return not names_procedure or speaks_of_having(turn.reading.text)

    def _start(self, turn: Turn) -> None:
        memory = turn.memory
        entry = turn.release.procedures[str(memory.topic)]
        items = document_items(turn.card(entry))
        if items is None:
            answer_procedure(turn, str(memory.topic), ["documents"])
            return
        running = memory.checklist or {}
        goes_on = running.get("current") or _MISSING & set(tokens(turn.reading.text))
        same = running.get("code") == memory.topic and goes_on
        have = dict(running.get("have") or {}) if same else {}
        if turn.reading.payload is None and self._tells_of_papers(turn):
            have |= named_documents(turn.reading.text, items)
        memory.checklist = {
            "code": memory.topic,
            "have": have,
            "current": None,
        }
        memory.unsure = 0
        self._go_on(turn)

    @classmethod
    def _go_on(cls, turn: Turn) -> None:
        """Ask for the next paper, or say what is missing."""
        memory = turn.memory
        state: dict[str, Any] = memory.checklist or {}
        memory.open(state["code"])
        entry = turn.release.procedures[state["code"]]
        items = document_items(turn.card(entry)) or []
        have: Mapping[str, bool | None] = state["have"]
        following = next((item for item in items if item["id"] not in have), None)
        state["current"] = following["id"] if following else None
        if following is None:
            cls._finish(turn, items, have)
        else:
            cls._ask(turn, items, have, following)
        turn.parts.append(
            {
                "type": "checklist",
                "of": "documents",
                "code": state["code"],
                "items": [
                    {k: item[k] for k in ("id", "title", "note")} | {"have": have.get(item["id"])}
                    for item in items
                ],
                "current": state["current"],
                "missing": [item["id"] for item in items if have.get(item["id"]) is not True]
                if following is None
                else [item["id"] for item in items if have.get(item["id"], True) is False],
                "done": following is None,
            }
        )
        turn.answered = [(state["code"], 1.0)]
        turn.aspects = list(turn.reading.understanding.aspects) or ["documents"]

    @staticmethod
    def _ask(
        turn: Turn,
        items: Sequence[Mapping[str, Any]],
        have: Mapping[str, bool | None],
        following: Mapping[str, Any],
    ) -> None:
        _ = turn.translate
        sentences = []
        named = turn.reading.payload is None and have
        if named:
            owned = [i["title"] for i in items if have.get(i["id"]) is True]
            lacking = [i["title"] for i in items if i["id"] in have and have[i["id"]] is False]
            if owned:
                sentences.append(_("Dạ, anh/chị đã có: {list}.").format(list="; ".join(owned)))
            if lacking:
                sentences.append(_("Còn thiếu: {list}.").format(list="; ".join(lacking)))
        open_items = [i for i in items if i["id"] not in have]
        if named and len(open_items) > 1:
            sentences.append(_("Còn {n} giấy cần kiểm tra.").format(n=len(open_items)))
        ask_for_paper(turn, following, " ".join(sentences))

    @staticmethod
    def _finish(
        turn: Turn, items: Sequence[Mapping[str, Any]], have: Mapping[str, bool | None]
    ) -> None:
        _ = turn.translate
        missing = [item for item in items if have.get(item["id"]) is False]
        unsure = [item for item in items if have.get(item["id"]) is None]
        if not items:
            turn.say(_("Dạ, thủ tục này không cần giấy tờ nào."))
        elif not missing and not unsure:
            turn.say(_("Dạ, theo lời anh/chị thì đã đủ giấy tờ; cán bộ sẽ xem lại tại quầy."))
        sentences = []
        if missing:
            listed = "; ".join(
                f"{item['title']} ({item['note']})" if item.get("note") else str(item["title"])
                for item in missing
            )
            sentences.append(_("Dạ, anh/chị còn thiếu: {list}.").format(list=listed))
        if unsure:
            listed = "; ".join(str(item["title"]) for item in unsure)
            sentences.append(_("Chưa chắc có: {list}, xin hỏi lại tại quầy.").format(list=listed))
        if sentences:
            turn.say(" ".join(sentences))
        entry = turn.release.procedures[str(turn.memory.topic)]
        if not entry.get("verified") or entry.get("needs_review"):
            turn.say(_("Thông tin này chưa được kiểm chứng, xin hỏi lại tại quầy."))
        counter = turn.release.counter_for(entry)
        if counter is not None and not missing and turn.context.get("can_move"):
            turn.say(
                _("Anh/chị có muốn em dẫn đến {place} không ạ?").format(
                    place=turn.text_of(counter["name"])
                )
            )
            turn.memory.pending = {"kind": "offer", "payload": f"lead:{counter['place']}"}


def ask_again(turn: Turn) -> None:
    """The running checklist once more, in the language that is now spoken."""
    if turn.memory.checklist is not None:
        CheckDocuments._go_on(turn)
