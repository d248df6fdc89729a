"""Golden cases of the spoken form, and what holds for any text at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.spoken_form import LONGEST_SENTENCE, sentences, spoken

VIETNAMESE = [
    ("Lệ phí là 8.000 đồng/bản.", "Lệ phí là tám nghìn đồng một bản."),
    ("8.000đ", "tám nghìn đồng"),
    ("8,000 đồng", "tám nghìn đồng"),
    ("100.000 VNĐ", "một trăm nghìn đồng"),
    ("1.234.567 đồng",
     "một triệu hai trăm ba mươi bốn nghìn năm trăm sáu mươi bảy đồng"),
    ("Phí 50k, 1,5 triệu đồng", "Phí năm mươi nghìn, một phẩy năm triệu đồng"),
    ("Từ 10.000 - 20.000 đồng", "Từ mười nghìn đến hai mươi nghìn đồng"),
    ("Miễn phí: 0 đồng", "Miễn phí, không đồng"),
    ("Ngày 15/03/2025", "Ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi lăm"),
    ("hạn 30/4", "hạn ngày ba mươi tháng tư"),
    ("Nghỉ lễ 30/4 và 1/5", "Nghỉ lễ ngày ba mươi tháng tư và ngày một tháng năm"),
    ("từ ngày 2/9 đến 5/9", "từ ngày hai tháng chín đến ngày năm tháng chín"),
    ("2026-09-02", "ngày hai tháng chín năm hai nghìn không trăm hai mươi sáu"),
    ("tháng 4/2025", "tháng tư năm hai nghìn không trăm hai mươi lăm"),
    ("09/2024", "tháng chín năm hai nghìn không trăm hai mươi bốn"),
    ("năm 2026", "năm hai nghìn không trăm hai mươi sáu"),
    ("lúc 7:30", "lúc bảy giờ ba mươi"),
    ("lúc 11:05", "lúc mười một giờ năm"),
    ("lúc 7h sáng", "lúc bảy giờ sáng"),
    ("8 giờ 00", "tám giờ"),
    ("7:30 - 11:30 và 13h30-17h00",
     "bảy giờ ba mươi đến mười một giờ ba mươi và mười ba giờ ba mươi đến mười bảy giờ"),
    ("2-3 ngày làm việc", "hai đến ba ngày làm việc"),
    ("10–15 phút", "mười đến mười lăm phút"),
    ("Thời hạn 03 ngày làm việc", "Thời hạn ba ngày làm việc"),
    ("05 ngày; 10 ngày", "năm ngày. Mười ngày"),
    ("Gọi 0912345678", "Gọi không chín một hai, ba bốn năm, sáu bảy tám"),
    ("024 3825 1234", "không hai bốn, ba tám hai năm, một hai ba bốn"),
    ("(028) 3822 1234", "không hai tám, ba tám hai hai, một hai ba bốn"),
    ("Tổng đài 19001234", "Tổng đài một chín không không, một hai ba bốn"),
    ("1900 1234", "một chín không không, một hai ba bốn"),
    ("gọi 113", "gọi một một ba"),
    ("mã 1.001193", "mã một chấm không không một một chín ba"),
    ("1.001193.000.00.00.H29",
     "một chấm không không một một chín ba chấm không không không chấm không không"
     " chấm không không chấm hát hai chín"),
    ("H29.12.34-251121-0001",
     "hát hai chín chấm một hai chấm ba bốn, hai năm một một hai một, không không không một"),
    ("Nghị định số 23/2015/NĐ-CP",
     "Nghị định số hai mươi ba, hai nghìn không trăm mười lăm, nghị định chính phủ"),
    ("theo 23/2015/NĐ-CP",
     "theo số hai mươi ba, hai nghìn không trăm mười lăm, nghị định chính phủ"),
    ("Thông tư 04/2020/TT-BTP",
     "Thông tư số bốn, hai nghìn không trăm hai mươi, thông tư Bộ Tư pháp"),
    ("Luật số 60/2014/QH13",
     "Luật số sáu mươi, hai nghìn không trăm mười bốn, Quốc hội khóa mười ba"),
    ("Nghị quyết 15/2022/NQ-HĐND",
     "Nghị quyết số mười lăm, hai nghìn không trăm hai mươi hai, nghị quyết Hội đồng nhân dân"),
    ("giảm 10%", "giảm mười phần trăm"),
    ("0,5%", "không phẩy năm phần trăm"),
    ("UBND phường cấp GCN", "ủy ban nhân dân phường cấp giấy chứng nhận"),
    ("CCCD và VNeID", "căn cước công dân và vi en i đi"),
    ("cccd của tôi", "căn cước công dân của tôi"),
    ("HĐND, BHYT, BHXH", "hội đồng nhân dân, bảo hiểm y tế, bảo hiểm xã hội"),
    ("mã QR", "mã kiu a"),
    ("giấy A4", "giấy a bốn"),
    ("mẫu CT01", "mẫu xê tê không một"),
    ("số A012", "số a không một hai"),
    ("quầy số 3", "quầy số ba"),
    ("https://dichvucong.gov.vn/p/home?x=1", "trang dịch vụ công chấm gốp chấm vi en"),
    ("hotro@dichvucong.gov.vn", "hỗ trợ a còng dịch vụ công chấm gốp chấm vi en"),
    ("Xin chào 😀👍 anh/chị ạ!", "Xin chào anh chị ạ!"),
    ("- **Tờ khai** (01 bản)\n- CCCD", "Tờ khai, một bản. Căn cước công dân"),
    ("## Giấy tờ\n1. Đơn", "Giấy tờ. Một, Đơn"),
    ("[Nộp](https://a.vn/b) tại đây", "Nộp tại đây"),
    ("<b>Lưu ý</b> &amp; hướng dẫn", "Lưu ý và hướng dẫn"),
    ("Ảnh 3x4 cm", "Ảnh ba nhân bốn xăng ti mét"),
    ("khóa XIII, quý IV", "khóa mười ba, quý bốn"),
    ("thứ 2 - thứ 6, thứ 4", "thứ hai đến thứ sáu, thứ tư"),
    ("T2-T6", "thứ hai đến thứ sáu"),
    ("số 12/5 đường Lê Lợi, P. 5, Q.1, TP.HCM",
     "số mười hai trên năm đường Lê Lợi, phường năm, quận một, thành phố Hồ Chí Minh"),
    ("1/2 số tiền", "một phần hai số tiền"),
    ("50 m2, 3,5km", "năm mươi mét vuông, ba phẩy năm ki lô mét"),
    ("-5°C", "âm năm độ xê"),
    ("số 001234567890", "số không không một, hai ba bốn, năm sáu bảy, tám chín không"),
    ("phiên bản 3.6.21", "phiên bản ba chấm sáu chấm hai mươi mốt"),
    ("số thứ tự 105", "số thứ tự một trăm linh năm"),
    ("và/hoặc, 24/7", "và hoặc, hai mươi bốn trên bảy"),
    ("① ② ٣", "một hai ba"),
    ("đủ 75 tuổi, 85 tuổi", "đủ bảy mươi lăm tuổi, tám mươi lăm tuổi"),
    ("căn cước/hộ chiếu", "căn cước hoặc hộ chiếu"),
    ("mẫu 1a-1đ", "mẫu một a đến một đê"),
    ("Cấp cứu: gọi ngay 115.", "Cấp cứu, gọi ngay một một năm."),
    ("Cứu hỏa 114, công an 113", "Cứu hỏa một một bốn, công an một một ba"),
    ("theo NĐ 151/2025",
     "theo nghị định số một trăm năm mươi mốt, hai nghìn không trăm hai mươi lăm"),
    ("66.7/2025/NQ-CP",
     "số sáu mươi sáu chấm bảy, hai nghìn không trăm hai mươi lăm, nghị quyết chính phủ"),
    ("500.000 đồng/người/tháng", "năm trăm nghìn đồng một người một tháng"),
    ("mỗi năm 2 lần/năm, xã/tỉnh", "mỗi năm hai lần một năm, xã hoặc tỉnh"),
    ("3 bản chính/bản sao", "ba bản chính hoặc bản sao"),
    ("dưới 15 m2 sàn/người", "dưới mười lăm mét vuông sàn một người"),
    ("QĐ 105/2026/QĐ-UBND",
     "quyết định số một trăm linh năm, hai nghìn không trăm hai mươi sáu,"
     " quyết định Ủy ban nhân dân"),
    ("Quyết định 5230/QĐ-BCA",
     "Quyết định số năm nghìn hai trăm ba mươi, quyết định Bộ Công an"),
    ("17/2014/TTLT-BLĐTBXH-BQP-BTC",
     "số mười bảy, hai nghìn không trăm mười bốn, thông tư liên tịch Bộ Lao động Thương binh"
     " và Xã hội, Bộ Quốc phòng và Bộ Tài chính"),
    ("Nghị định 20/2021", "Nghị định số hai mươi, hai nghìn không trăm hai mươi mốt"),
    ("Mẫu 01B-HSB", "Mẫu không một bê, hát ét bê"),
    ("Mẫu 2b, mẫu 1A/1B", "Mẫu hai bê, mẫu một a hoặc một bê"),
    ("điểm c, d khoản 1", "điểm xê, dê khoản một"),
    ("Phụ lục VIa, phụ lục IC, PL V", "Phụ lục sáu A, phụ lục một xê, phụ lục năm"),
    ("nhà cấp III-IV", "nhà cấp ba đến bốn"),
    ("hạng V, thế kỷ XXI", "hạng năm, thế kỷ hai mươi mốt"),
    ("XỬ PHẠT VI PHẠM", "xử phạt vi phạm"),
    ("nhiễm HIV, giám định ADN", "nhiễm hát i vê, giám định a đê en"),
    ("giấy XYZ", "giấy ích y dét"),
    ("Sở GD&ĐT, VPĐKĐĐ, TNXP",
     "Sở giáo dục và đào tạo, văn phòng đăng ký đất đai, thanh niên xung phong"),
    ("bốn mã 1.014061-1.014062",
     "bốn mã một chấm không một bốn không sáu một đến một chấm không một bốn không sáu hai"),
    ("mã 1.1164xx", "mã một chấm một một sáu bốn ích ích"),
    ("1/5/1975-31/12/1988",
     "ngày một tháng năm năm một nghìn chín trăm bảy mươi lăm đến"
     " ngày ba mươi mốt tháng mười hai năm một nghìn chín trăm tám mươi tám"),
    ("8-9/2026", "tháng tám đến tháng chín năm hai nghìn không trăm hai mươi sáu"),
    ("2/3 số hộ, hơn 1/2 thành viên, hết 2/3 thời hạn",
     "hai phần ba số hộ, hơn một phần hai thành viên, hết hai phần ba thời hạn"),
    ("160.000/320.000 đồng", "một trăm sáu mươi nghìn hoặc ba trăm hai mươi nghìn đồng"),
    ("từ 75+ tuổi", "từ bảy mươi lăm trở lên tuổi"),
    ("điện 35 kV, 60 km/h", "điện ba mươi lăm ki lô vôn, sáu mươi ki lô mét một giờ"),
    ("biển số 59A-123.45", "biển số năm chín a, một hai ba, bốn năm"),
    ("000.00.27.H29-230510-0012",
     "không không không chấm không không chấm hai bảy chấm hát hai chín,"
     " hai ba không năm một không, không không một hai"),
    ("trungtam@minhhoa.example", "trung tâm a còng minh hoa chấm ích xăm pồ"),
    ("abc_12@gmail.com", "a bê xê gạch dưới một hai a còng gờ meo chấm com"),
    ("bản photocopy, Zalo, E-mail", "bản phô tô cóp pi, da lô, i meo"),
    ("Giấy tờ (hóa đơn, vé…) còn hạn", "Giấy tờ, hóa đơn, vé, vân vân, còn hạn"),
    ("Anh/chị chờ em một chút…", "Anh chị chờ em một chút."),
    ("có bốn giấy tờ", "có bốn giấy tờ"),
    ("Cần 4 giấy tờ: Tờ khai; CCCD; Ảnh 3x4; Sổ đỏ.",
     "Cần bốn giấy tờ, thứ nhất, Tờ khai. Thứ hai, căn cước công dân."
     " Thứ ba, Ảnh ba nhân bốn. Thứ tư, Sổ đỏ."),
    ("Cần 5 giấy tờ: Đơn; Ảnh; và 3 mục nữa ghi trên màn hình.",
     "Cần năm giấy tờ, thứ nhất, Đơn. Thứ hai, Ảnh. Và ba mục nữa ghi trên màn hình."),
    ("Cần 2 loại: 1, Đơn; 2, Ảnh.", "Cần hai loại, thứ nhất, Đơn. Thứ hai, Ảnh."),
    ("Các bước: Nộp; Chờ; Nhận.", "Các bước, bước một, Nộp. Bước hai, Chờ. Bước ba, Nhận."),
    ("Thủ tục: cần 4 giấy tờ; lệ phí 8.000đ; sau 3 ngày.",
     "Thủ tục, cần bốn giấy tờ. Lệ phí tám nghìn đồng. Sau ba ngày."),
    ("1. Nộp\n2. Chờ", "Thứ nhất, Nộp. Thứ hai, Chờ"),
    ("Kết quả là: giấy mới; (đơn; ảnh)", "Kết quả là giấy mới. Đơn, ảnh"),
    ("> 60 tuổi, <18 tuổi", "trên sáu mươi tuổi, dưới mười tám tuổi"),
    ("10.000đ – 20.000đ", "mười nghìn đồng đến hai mươi nghìn đồng"),
    ("0909123456/0918765432",
     "không chín không chín, một hai ba, bốn năm sáu,"
     " không chín một tám, bảy sáu năm, bốn ba hai"),
    ("2tr5, USD 50", "hai triệu năm trăm nghìn, năm mươi đô la Mỹ"),
    ("24/24h, 4G/5G", "hai mươi bốn trên hai mươi bốn giờ, bốn gờ hoặc năm gờ"),
    ("10:00 AM, 3:00 PM", "mười giờ sáng, ba giờ chiều"),
    ("5' nữa, 30s", "năm phút nữa, ba mươi giây"),
    ("TP. Huế, KP.3, UBND TP",
     "thành phố Huế, khu phố ba, ủy ban nhân dân thành phố"),
    ("02 (hai) bản", "hai bản"),
    ("hai (02) ảnh", "hai ảnh"),
    ("8.000 đồng (tám nghìn đồng)", "tám nghìn đồng"),
    ("8.000 đồng (chín nghìn đồng)", "tám nghìn đồng, chín nghìn đồng"),
    ("Mục II.1.a, Điều 5.2", "Mục hai chấm một chấm A, Điều năm chấm hai"),
    ("quý I/2026", "quý một năm hai nghìn không trăm hai mươi sáu"),
    ("20-11, 10-15 phút", "ngày hai mươi tháng mười một, mười đến mười lăm phút"),
    ("tỷ lệ 1:2000, lớp 1/2", "tỷ lệ một trên hai nghìn, lớp một trên hai"),
    ("khổ 5m x 20m", "khổ năm mét nhân hai mươi mét"),
    ("biển 30A 12345", "biển ba không a, một hai ba, bốn năm"),
    ("số #5, No. 6", "số số năm, số sáu"),
    ("https://vneid.gov.vn", "vi en i đi chấm gốp chấm vi en"),
    ("giai đoạn 1900-1975", "giai đoạn một nghìn chín trăm đến một nghìn chín trăm bảy mươi lăm"),
    ("phòng 12-3, trang 1/2, bước 1/3", "phòng mười hai, ba, trang một trên hai, bước một trên ba"),
    ("ăn no. 5 người", "ăn no. Năm người"),
]  # fmt: skip
ENGLISH = [
    ("The fee is 8.000 VND a copy.", "The fee is eight thousand dong a copy."),
    ("8,000 dong", "eight thousand dong"),
    ("Each copy: VND 8,000.", "Each copy, eight thousand dong."),
    ("from VND 2,000 to VND 200,000", "from two thousand dong to two hundred thousand dong"),
    ("15/03/2025", "the fifteenth of March twenty twenty five"),
    ("Open 7:30-11:30", "Open seven thirty to eleven thirty"),
    ("at 8:00", "at eight o'clock"),
    ("1.001193", "one point zero zero one one nine three"),
    ("0912345678", "zero nine one two, three four five, six seven eight"),
    ("2-3 working days", "two to three working days"),
    ("Decree 23/2015/NĐ-CP", "Decree number twenty three of twenty fifteen of the Government"),
    ("the 22nd", "the twenty second"),
    ("10% off", "ten percent off"),
    ("UBND and CCCD", "People's Committee and citizen identity card"),
    ("$5", "five dollars"),
    ("105 people", "one hundred and five people"),
    ("ID card/passport", "I D card or passport"),
    ("Fire 114, ambulance 115", "Fire one one four, ambulance one one five"),
    ("call the police on 113", "call the police on one one three"),
    ("Decree 301/2026", "Decree number three hundred and one of twenty twenty six"),
    (
        "66.7/2025/NQ-CP",
        "resolution number sixty six point seven of twenty twenty five of the Government",
    ),
    ("until 11:30 a.m.", "until eleven thirty A M"),
    ("received after 15:00", "received after three P M"),
    ("on 23 November", "on the twenty third of November"),
    ("Decision 5230/QĐ-BCA",
     "Decision number five thousand two hundred and thirty of the Ministry of Public Security"),
    ("Law on Residence 68/2020/QH14",
     "Law on Residence number sixty eight of twenty twenty of the fourteenth National Assembly"),
    ("2,000 dong/page", "two thousand dong per page"),
    ("Form 2b / form 2a", "Form two B or form two A"),
    ("form 1đ, CC01, 04C-HBQP", "form one D, C C zero one, zero four C, H B Q P"),
    ("Annex VIa, class III-IV", "Annex six A, class three to four"),
    ("in Hải Phòng before 2025", "in Hai Phong before twenty twenty five"),
    ("pre-1945, 2026-2030", "pre nineteen forty five, twenty twenty six to twenty thirty"),
    ("after 23:00: before 8:00", "after eleven P M, before eight o'clock"),
    ("aged 75+", "aged seventy five or more"),
    ("HIV, DNA, IDs, AIDS", "H I V, D N A, I D's, Aids"),
    ("PUBLIC NOTICE", "public notice"),
    ("2/3 of the members", "two thirds of the members"),
    ("codes 1.1164xx", "codes one point one one six four X X"),
    ("You need 2 papers: Form; Photo.", "You need two papers, first, Form. Second, Photo."),
    ("no data on the fee; please ask", "no data on the fee. Please ask"),
    ("hotro@gmail.com", "ho tro at G mail dot com"),
    ("open 24/7", "open twenty four seven"),
    ("VND 1.5 million, USD 50", "one point five million dong, fifty U S dollars"),
    ("7:30 AM - 5:00 PM, 9am", "seven thirty A M, five P M, nine A M"),
    ("the 1990s", "the nineteen nineties"),
    ("Form 05 may be used", "Form five may be used"),
    ("1 May 2026", "the first of May twenty twenty six"),
]  # fmt: skip

WRITTEN = st.text(
    alphabet="0123456789./,-:;() hHđ%°mkxABCĐTQXVI+=aâng*_#\n@²½٣①–'…$₫VND", max_size=25
)
ANYTHING = st.one_of(WRITTEN, st.text(max_size=40))
LANGUAGES = st.sampled_from(["vi", "en"])


@pytest.mark.parametrize(("written", "said"), VIETNAMESE, ids=[case[0] for case in VIETNAMESE])
def test_vietnamese(written: str, said: str) -> None:
    assert spoken(written, "vi") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH, ids=[case[0] for case in ENGLISH])
def test_english(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@settings(max_examples=400, deadline=None)
@given(ANYTHING, LANGUAGES)
def test_no_digit_is_left_and_nothing_raises(text: str, language: str) -> None:
    assert not any(map(str.isdigit, spoken(text, language)))


@settings(max_examples=400, deadline=None)
@given(ANYTHING, LANGUAGES)
def test_what_is_spoken_stays_as_it_is(text: str, language: str) -> None:
    said = spoken(text, language)
    assert spoken(said, language) == said


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["một hai ba", "Dạ, vâng", "a" * 300, "8.000đ", "."]), max_size=60))
def test_sentences_are_short_and_lose_no_word(parts: list[str]) -> None:
    text = " ".join(parts)
    pieces = sentences(text, "vi")
    assert all(0 < len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(spoken(text, "vi").split())


@pytest.mark.parametrize("text", ["", "   ", "😀", "...", "\x00\x07", "\ud800", "---", "***"])
def test_what_has_no_words_is_not_spoken(text: str) -> None:
    assert sentences(text, "vi") == []


def test_five_thousand_characters_take_no_time_worth_mentioning() -> None:
    text = "Lệ phí 8.000 đồng, ngày 2/9/2026, mã 1.001193; " * 110
    assert spoken(text, "vi").count("tám nghìn đồng") == 110
