"""The closed loop: eSpeak NG speaks, the detector cuts, VietASR writes.

The artificial voice is hard to understand, so what is asserted is that the right sentence of a
list is the nearest one, and that the recipes others build on still hold.
"""

import json
import unicodedata
from pathlib import Path

import pytest
from conftest import Speaker
from rapidfuzz.distance import Levenshtein

from speech.audio import Clip
from speech.engines import SpeechRecognizer, load_recogniser
from speech.turns import turns

RECIPES = json.loads((Path(__file__).parent / "recipes.json").read_text(encoding="utf-8"))[
    "recipes"
]
SENTENCES = [
    "Đăng ký khai sinh cần giấy tờ gì",
    "Tôi muốn đăng ký kết hôn với người nước ngoài",
    "Lệ phí chứng thực bản sao là bao nhiêu",
    "Nhà vệ sinh ở đâu",
    "Mấy giờ thì trung tâm đóng cửa",
    "Tôi muốn gặp cán bộ hộ tịch",
    "Cấp lại thẻ căn cước công dân mất bao lâu",
    "Xin giấy xác nhận tình trạng hôn nhân",
    "Đăng ký tạm trú cho sinh viên",
    "Thành lập hộ kinh doanh cần những gì",
    "Tôi bị mất sổ hộ khẩu thì làm sao",
    "Sang tên quyền sử dụng đất ở quầy nào",
    "Trợ cấp xã hội cho người cao tuổi",
    "Đăng ký khai tử cho bố tôi",
    "Hôm nay thứ bảy có làm việc không",
    "Dẫn tôi đến quầy số ba",
    "Lấy số thứ tự ở đâu",
    "Hồ sơ của tôi đã xong chưa",
    "Thay đổi họ tên trong giấy khai sinh",
    "Xin phép xây dựng nhà ở riêng lẻ",
]


@pytest.fixture(scope="module")
def recogniser() -> SpeechRecognizer:
    return load_recogniser("viet_asr", {})


def hear(recogniser: SpeechRecognizer, clip: Clip) -> str:
    padded = Clip(bytes(16_000) + clip.pcm + bytes(32_000))
    heard = []
    for turn in turns(padded):
        session = recogniser.session(language="vi")
        session.accept(turn.pcm)
        heard.append(session.finish().text)
    return " ".join(heard)


def folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def test_the_nearest_known_sentence_is_the_one_that_was_spoken(
    recogniser: SpeechRecognizer, espeak: Speaker
) -> None:
    found = 0
    for sentence in SENTENCES:
        heard = folded(hear(recogniser, espeak(sentence, "vi", 120)))
        nearest = max(
            SENTENCES, key=lambda known: Levenshtein.normalized_similarity(heard, folded(known))
        )
        found += nearest == sentence
    assert found >= 0.85 * len(SENTENCES)


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe["text"] for recipe in RECIPES])
def test_recipes_hold(
    recogniser: SpeechRecognizer, espeak: Speaker, recipe: dict[str, object]
) -> None:
    how = {key: recipe[key] for key in ("voice", "rate", "pitch", "gap")}
    heard = hear(recogniser, espeak(str(recipe["text"]), **how))
    assert all(part in heard for part in recipe["contains"]), heard
