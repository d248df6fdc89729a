"""The desk itself: courtesy, hours, staff, voice, what it cannot do."""

from __future__ import annotations

from dialogues.actions.checklist import CheckDocuments
from dialogues.actions.live_state import when
from dialogues.actions.places import issue_ticket, lead_to
from dialogues.actions.procedures import (
    answer_or_ask,
    hand_over,
    named_surely,
    offer_procedures,
    understood,
)
from dialogues.actions.staff import where_staff_are
from dialogues.actions.turn import ReplyAction, Turn
from dialogues.asides import was_sent_back, when_quiet
from dialogues.authorities import always_elsewhere, competent_authority, foreign_matter
from dialogues.elsewhere import called_so
from dialogues.payloads import Payload, parse_payload
from dialogues.wording import fold, tokens
from safeguards.emergencies import Cry, advice, near

REFUSALS = 2
"""Refusals in a row after which a person is offered."""
LIKELY = 0.5
"""Confidence from which the entry of another authority's procedure is offered for reading."""


class Refuse(ReplyAction):
    """One polite sentence that says what the desk can do instead."""

    action_name = "action_refuse"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        authority = competent_authority(turn.reading.text)
        turn.outcome, turn.answered, turn.aspects = "out_of_scope", [], []
        if authority is not None:
            turn.memory.unsure = 0
            turn.say(
                _(
                    "Dạ, việc này không thuộc Trung tâm, anh/chị liên hệ {authority} giúp em."
                ).format(authority=turn.text_of(authority))
            )
            if always_elsewhere(turn.reading.text):
                _offer_what_is_known(turn)
            return
        turn.memory.unsure += 1
        if turn.memory.unsure >= REFUSALS:
            turn.say(_("Dạ, việc này em không trả lời được, anh/chị có muốn gặp cán bộ không ạ?"))
            turn.memory.pending = {"kind": "offer", "payload": "staff"}
        elif turn.reading.abusive:
            turn.say(
                _(
                    "Dạ, em xin lỗi nếu làm anh/chị chưa hài lòng, anh/chị cần hỏi thủ tục, lấy số "
                    "hay gặp cán bộ thì em giúp ngay ạ."
                )
            )
        else:
            turn.say(
                _(
                    "Dạ, việc này em không trả lời được, em chỉ giúp được về thủ tục hành chính "
                    "của phường, giấy tờ, lệ phí, lấy số và chỉ đường đến quầy ạ."
                )
            )


def _offer_what_is_known(turn: Turn) -> None:
    """The national catalogue's entry all the same: papers and fee can be read here before going."""
    _ = turn.translate
    likely = turn.reading.understanding.procedures[:1]
    known = (turn.release.procedure(c.code) for c in likely if c.confidence >= LIKELY)
    matter = foreign_matter(turn.reading.text) or ""
    codes = [str(entry["code"]) for entry in known if entry and called_so(entry, matter)]
    if codes:
        prompt = _("Em có thông tin về thủ tục này, anh/chị chọn để xem giấy tờ và lệ phí ạ.")
        turn.say(prompt)
        offer_procedures(turn, codes, prompt)
        turn.outcome, turn.answered = "out_of_scope", []


class Greet(ReplyAction):
    action_name = "action_greet"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        turn.memory.unsure = 0
        turn.say(
            _(
                "Dạ, em chào anh/chị. Em là máy trả lời tự động của {centre}. Anh/chị "
                "cần làm thủ tục gì ạ?"
            ).format(centre=turn.text_of(turn.release.centre["name"]))
        )


class WhoAreYou(ReplyAction):
    action_name = "action_who_are_you"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        turn.say(
            _(
                "Dạ, em là máy trả lời tự động của {centre}, không phải người. Em chỉ "
                "dẫn thủ tục, giấy tờ, lệ phí, "
                "lấy số và đường đến quầy; anh/chị muốn gặp cán bộ thì nói “gặp cán bộ” ạ."
            ).format(centre=turn.text_of(turn.release.centre["name"]))
        )


class Thank(ReplyAction):
    action_name = "action_thank"

    def answer(self, turn: Turn) -> None:
        turn.say(turn.translate("Dạ, không có gì ạ. Anh/chị cần gì thêm cứ hỏi em."))


class Goodbye(ReplyAction):
    action_name = "action_goodbye"

    def answer(self, turn: Turn) -> None:
        turn.say(turn.translate("Dạ, em chào anh/chị. Hẹn gặp lại ạ."))
        turn.control("end")


class HandOver(ReplyAction):
    action_name = "action_hand_over"

    def answer(self, turn: Turn) -> None:
        if turn.reading.cry is not None:
            _call_for_help(turn, turn.reading.cry)
            return
        hand_over(turn, "asked", _person(turn))


def _person(turn: Turn) -> str:
    told = where_staff_are(turn)
    if turn.language == "vi":
        told = turn.lower_first(told)
    return turn.translate("Dạ, {told}").format(told=told)


def _call_for_help(turn: Turn, cry: Cry) -> None:
    """The number that is needed first, then the others, and a person at once, in the language of
    the cry. What was open stays open."""
    turn.memory.pending = turn.pending_before
    turn.language = cry.language
    hand_over(turn, "emergency", advice(cry, near(turn.context)))


class DossierStatus(ReplyAction):
    action_name = "action_dossier_status"

    def answer(self, turn: Turn) -> None:
        code = named_surely(turn)
        if code is not None:
            turn.memory.open(code)  # what is asked next is asked of it
        if was_sent_back(turn.reading.text):
            self._sent_back(turn)
            return
        turn.say(
            turn.translate(
                "Dạ, em không tra được hồ sơ đã nộp. Anh/chị tra bằng mã hồ sơ trên giấy "
                "tiếp nhận tại Cổng Dịch vụ "
                "công quốc gia, hoặc đưa giấy tiếp nhận cho cán bộ ở quầy đã nhận hồ sơ ạ."
            )
        )

    @staticmethod
    def _sent_back(turn: Turn) -> None:
        _ = turn.translate
        turn.say(
            _(
                "Dạ, em không xem được vì sao hồ sơ bị trả lại. Anh/chị đưa giấy tờ đã nhận lại "
                "cho cán bộ ở quầy đã nộp xem giúp ạ."
            )
        )
        if turn.release.procedure(turn.memory.topic) is not None:
            turn.say(_("Anh/chị có muốn em xem cùng còn thiếu giấy nào không ạ?"))
            turn.memory.pending = {"kind": "offer", "payload": "checklist:start"}


class Feedback(ReplyAction):
    action_name = "action_feedback"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        payload = turn.reading.payload
        if payload is not None and payload.value == "down":
            turn.say(_("Dạ, em xin lỗi vì chưa giúp được. Anh/chị muốn gặp cán bộ không ạ?"))
            turn.memory.pending = {"kind": "offer", "payload": "staff"}
            return
        turn.say(
            _(
                "Dạ, em cảm ơn anh/chị đã góp ý. Ý kiến về cán bộ hay hồ sơ, anh/chị gửi "
                "tại quầy hướng dẫn ạ."
            )
        )


class CentreInfo(ReplyAction):
    action_name = "action_centre_info"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        folded = f" {fold(turn.reading.text)} "
        centre = turn.release.centre
        sentences = {
            "hours": self._hours(turn),
            "address": _("Địa chỉ: {address}.").format(address=turn.text_of(centre.get("address"))),
            "phone": self._phone(turn),
        }
        asked = [
            key
            for key, words in {
                "address": (" dia chi", " o dau", "address", " located", " duong nao"),
                "phone": (
                    " dien thoai",
                    " so may",
                    "hotline",
                    "phone",
                    " lien he",
                    " goi ",
                    "contact",
                    "email",
                    "zalo",
                ),
                "hours": (
                    " gio",
                    " thu ",
                    "hours",
                    " open",
                    " close",
                    " mo cua",
                    " lam viec",
                    " nghi",
                    " chu nhat",
                    "sat",
                ),
            }.items()
            if any(word in folded for word in words)
        ] or ["hours", "address", "phone"]
        told = " ".join(sentences[key] for key in asked if sentences[key])
        if turn.language == "vi":
            told = turn.lower_first(told)
        turn.say(_("Dạ, {told}").format(told=told))
        if when_quiet(turn.reading.text):
            turn.say(_("Giờ nào vắng thì em chưa có dữ liệu ạ."))

    @staticmethod
    def _hours(turn: Turn) -> str:
        _ = turn.translate
        live = turn.context.get("centre") or {}
        found = []
        if live.get("open_now") is True:
            closes = when(turn, live.get("closes_at"))
            found.append(
                _("Trung tâm đang mở cửa, đến {time}.").format(time=closes)
                if closes
                else _("Trung tâm đang mở cửa.")
            )
        elif live.get("open_now") is False:
            opens = when(turn, live.get("opens_at"))
            reason = turn.text_of(live.get("reason"))
            closed = (
                _("Trung tâm đang đóng cửa ({reason}).").format(reason=reason)
                if reason
                else _("Trung tâm đang đóng cửa.")
            )
            found.append(closed)
            if opens:
                found.append(_("Mở lại lúc {time}.").format(time=opens))
        hours = turn.text_of(live.get("hours"))
        if hours:
            found.append(_("Giờ làm việc: {hours}.").format(hours=hours.rstrip(".")))
        return " ".join(found) or _("Giờ làm việc hôm nay em chưa có dữ liệu, xin hỏi cán bộ ạ.")

    @staticmethod
    def _phone(turn: Turn) -> str:
        _ = turn.translate
        centre = turn.release.centre
        found = []
        if centre.get("phone"):
            found.append(_("Điện thoại: {phone}.").format(phone=centre["phone"]))
        if centre.get("hotline"):
            found.append(_("Đường dây nóng: {phone}.").format(phone=centre["hotline"]))
        if centre.get("email"):
            found.append(_("Thư điện tử: {email}.").format(email=centre["email"]))
        return " ".join(found)


class Affirm(ReplyAction):
    """Yes to what was just offered."""

    action_name = "action_affirm"

    def answer(self, turn: Turn) -> None:
        _ = turn.translate
        pending = turn.pending_before or {}
        if pending.get("kind") == "offer":
            offered = parse_payload(pending["payload"], turn.release, turn.memory)
            if offered is not None:
                self._do(turn, offered)
                return
        if understood(turn) and len(tokens(turn.reading.text)) > 2:
            answer_or_ask(turn)
            return
        place = turn.memory.place
        if turn.reading.fixed and place is not None and turn.context.get("can_move"):
            lead_to(turn, place)  # "đi tiếp" on the way
            return
        choices = pending.get("choices") or ()
        if any(not str(c["payload"]).startswith("case:") for c in choices):
            turn.say(_("Dạ, anh/chị chọn một trong các việc này giúp em ạ."))
            turn.offer(_("Anh/chị chọn giúp em ạ"), pending["choices"])
            turn.outcome = "clarified"
            return
        turn.say(_("Dạ vâng. Anh/chị cần gì thêm ạ?"))

    @staticmethod
    def _do(turn: Turn, offered: Payload) -> None:
        if offered.kind == "lead" and offered.value:
            lead_to(turn, offered.value)
        elif offered.kind == "ticket" and offered.value:
            issue_ticket(turn, turn.release.counters[offered.value])
        elif offered.kind == "checklist":
            CheckDocuments(turn.release).answer(turn)
        else:
            hand_over(turn, "asked", _person(turn))
