"""First words to a citizen, the menu, and answers to what is no question."""

from collections.abc import Sequence

from assistant.channels.zalo.choices import Choice, Composed, Offer, buttons, with_numbers
from assistant.channels.zalo.messages import Button, Outgoing, OutgoingText
from assistant.channels.zalo.places import far, nearest
from assistant.channels.zalo.splitting import shortened, split
from assistant.channels.zalo.surroundings import Surroundings
from assistant.channels.zalo.wording import say
from assistant.errors import Language
from assistant.zalo_settings import ReceptionPoint

_BUTTON = 40

_ANSWERS = {
    "image": "Dạ, em chưa xem được hình ạ. Anh/chị viết hoặc nói câu hỏi giúp em. "
    "Anh/chị đừng gửi ảnh giấy tờ tùy thân qua đây; giấy tờ thì mang đến quầy ạ.",
    "gif": "Dạ, em chưa xem được hình động ạ. Anh/chị cần hỏi thủ tục gì, cứ viết giúp em ạ.",
    "video": "Dạ, em chưa xem được video ạ. Anh/chị viết hoặc nói câu hỏi giúp em ạ.",
    "file": "Dạ, em chưa mở được tệp, và chưa nhận hồ sơ qua Zalo ạ. Anh/chị viết câu hỏi giúp em; "
    "hồ sơ thì nộp tại quầy ạ.",
    "link": "Dạ, em không mở đường dẫn ạ. Anh/chị viết câu hỏi giúp em ạ.",
    "sticker": "Dạ, em cảm ơn anh/chị ạ. Anh/chị cần hỏi thủ tục gì, cứ viết hoặc nói với em ạ.",
    "card": "Dạ, em không dùng và không lưu danh thiếp ạ. Anh/chị cần hỏi thủ tục gì, "
    "cứ viết hoặc nói với em ạ.",
    "submit_info": "Dạ, em cảm ơn anh/chị. Em trả lời được mà không cần những thông tin này, "
    "và em không lưu lại ạ.",
    "audio": "Dạ, em không lấy được đoạn ghi âm này ạ. Anh/chị ghi lại giúp em, "
    "hoặc viết câu hỏi ạ.",
    "note_too_long": "Dạ, đoạn ghi âm này dài quá ạ. Anh/chị nói gọn trong khoảng một phút "
    "giúp em, hoặc viết câu hỏi ạ.",
    "note_not_audio": "Dạ, tệp này không phải đoạn ghi âm, em không nghe được ạ. "
    "Anh/chị ghi âm lại giúp em, hoặc viết câu hỏi ạ.",
    "note_silent": "Dạ, em không nghe thấy tiếng nói trong đoạn ghi âm ạ. "
    "Anh/chị giữ nút micro rồi nói lại giúp em, hoặc viết câu hỏi ạ.",
    "note_unclear": "Dạ, em nghe chưa rõ ạ. Anh/chị nói lại ở chỗ yên tĩnh hơn giúp em, "
    "hoặc viết câu hỏi ạ.",
    "note_unheard": "Dạ, máy nghe đang trục trặc nên em chưa nghe được đoạn ghi âm ạ. "
    "Anh/chị viết câu hỏi giúp em ạ.",
    "again": "Dạ, vậy anh/chị nói lại hoặc viết lại câu hỏi giúp em ạ.",
    "stale": "Dạ, nút này là của câu hỏi trước ạ. Anh/chị trả lời câu hỏi mới nhất, "
    "hoặc viết điều cần hỏi giúp em ạ.",
    "unanswered": "Dạ, em xin lỗi, máy đang gặp trục trặc nên em chưa trả lời được câu vừa rồi. "
    "Anh/chị hỏi lại giúp em sau ít phút ạ.",
    "too_long": "Dạ, tin nhắn này dài quá ạ. Anh/chị rút ngắn câu hỏi giúp em "
    "(tối đa 2.000 ký tự), hoặc gửi thành nhiều câu ạ.",
    "empty": "Dạ, em chưa thấy câu hỏi ạ. Anh/chị viết hoặc nói điều cần hỏi giúp em ạ.",
}
"""By the kind of event, and of what goes wrong with one."""


def introduction(
    language: Language, around: Surroundings, *, short: bool = False
) -> list[OutgoingText]:
    """Who answers here, what it can do, what becomes of what is written, how to reach a person."""
    centre = around.name(language) or say(language, "trung tâm")
    lines = [
        say(
            language,
            "Dạ, em chào anh/chị. Em là máy trả lời tự động của {centre}, không phải người.",
            centre=centre,
        )
    ]
    if not short:
        lines.append(
            say(
                language,
                "Em chỉ dẫn thủ tục, giấy tờ cần có, lệ phí, thời gian và nơi nộp, "
                "bằng chữ hoặc bằng giọng nói, tiếng Việt hoặc tiếng Anh.",
            )
        )
    lines.append(
        say(
            language,
            "Câu hỏi được che thông tin cá nhân rồi mới lưu; ghi âm nghe xong không giữ lại. "
            "Xin đừng gửi số căn cước hay ảnh giấy tờ.",
        )
    )
    lines.append(say(language, "Cần gặp người thật, anh/chị nhắn “gặp cán bộ” ạ."))
    if language == "vi" and not short:
        lines.append("English: just write in English.")
    return [OutgoingText(piece) for piece in split("\n\n".join(lines))]


def menu(language: Language, around: Surroundings, tag: str) -> Composed:
    """What is asked most; a number, a name or a button takes one."""
    return _with_menu([], language, around, tag)


def first_words(language: Language, around: Surroundings, tag: str) -> Composed:
    """The introduction and the menu: to who has not asked anything yet."""
    return _with_menu(introduction(language, around), language, around, tag)


def _with_menu(
    before: Sequence[Outgoing], language: Language, around: Surroundings, tag: str
) -> Composed:
    usual = tuple(around.menu.get(language) or ())
    staff = Choice(say(language, "Gặp cán bộ"), "staff")
    if not usual:
        text = say(language, "Anh/chị cần làm thủ tục gì ạ?")
        offer = Offer(tag, (), (staff,))
        return Composed((*before, OutgoingText(text, buttons(offer, numbered=False))), offer)
    lines = [
        say(language, "Mọi người hay hỏi:"),
        *with_numbers(usual, [None] * len(usual)),
        "",
        say(language, "Anh/chị trả lời bằng số, hoặc cứ hỏi bằng lời của mình ạ."),
    ]
    offer = Offer(tag, usual, (staff,))
    shown = Offer(
        tag, tuple(Choice(shortened(one.title, _BUTTON), one.payload) for one in usual[:4]), ()
    )
    pressed = (*buttons(shown, numbered=True), Button(staff.title, staff.payload))
    return Composed((*before, OutgoingText("\n".join(lines), pressed)), offer)


def answer_to(
    kind: str,
    *,
    language: Language,
    around: Surroundings | None = None,
    first_contact: bool = False,
    tag: str = "0000",
    latitude: float | None = None,
    longitude: float | None = None,
    points: Sequence[ReceptionPoint] = (),
) -> Composed:
    """What is answered to an event that is no turn; ``kind`` as in `events.Event`, or `stale`,
    `unanswered`, `too_long`, `empty`."""
    around = around or Surroundings()
    if kind in ("follow", "chatnow"):
        return first_words(language, around, tag) if first_contact else menu(language, around, tag)
    before = introduction(language, around, short=True) if first_contact else []
    if kind == "location":
        return Composed((*before, _near(language, around, latitude, longitude, points)), None)
    text = say(language, _ANSWERS.get(kind, _ANSWERS["empty"]))
    if kind == "sticker" and first_contact:
        return first_words(language, around, tag)
    return Composed((*before, OutgoingText(text)), None)


def _near(
    language: Language,
    around: Surroundings,
    latitude: float | None,
    longitude: float | None,
    points: Sequence[ReceptionPoint],
) -> OutgoingText:
    found = (
        nearest(latitude, longitude, points)
        if latitude is not None and longitude is not None
        else None
    )
    lines = []
    links: tuple[Button, ...] = ()
    if found is not None:
        point, metres = found
        name = (point.name_en if language == "en" else None) or point.name
        lines += [
            say(language, "Dạ, nơi tiếp nhận gần anh/chị nhất là {name}.", name=name),
            say(language, "Địa chỉ: {address}.", address=point.address),
            say(
                language,
                "Cách anh/chị khoảng {far} theo đường chim bay.",
                far=far(metres, language),
            ),
        ]
        where = (
            f"https://www.google.com/maps/search/?api=1&query={point.latitude},{point.longitude}"
        )
        links = (Button(say(language, "Mở bản đồ"), url=where),)
    elif around.address(language):
        name = f"{around.name(language)}, {around.address(language)}"
        lines.append(say(language, "Dạ, anh/chị đến {place} ạ.", place=name))
    if around.hours(language):
        lines.append(say(language, "Giờ làm việc: {hours}.", hours=around.hours(language)))
    state = around.centre_state(language)
    if state:
        lines.append(say(language, "Trung tâm {state}.", state=state))
    lines.append(say(language, "Em không lưu vị trí của anh/chị."))
    return OutgoingText("\n".join(lines), links)
