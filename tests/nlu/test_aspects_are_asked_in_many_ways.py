"""What is asked about a procedure: nothing missed, nothing added."""

import pytest

from nlu.aspects import AspectFinder
from nlu.lexicon import Lexicon
from nlu.text import Normaliser


@pytest.fixture(scope="module")
def finder(lists: dict) -> AspectFinder:
    return AspectFinder(lists["aspects"])


ASKED = [
    ("hồ sơ bao gồm những loại giấy nào", {"documents"}),
    ("có phải mang theo giấy khai sinh không", {"documents"}),
    ("phải photo mấy bản căn cước", {"documents"}),
    ("sao y 5 bản thì hết bao nhiêu", {"fee"}),
    ("có thu phí không ạ", {"fee"}),
    ("mất tầm mấy tuần thì có sổ", {"time"}),
    ("hôm nay nộp thì mai lấy được chưa", {"time"}),
    ("hồ sơ này nộp cho ai hả cháu", {"place"}),
    ("khai báo thì lên công an hay ra ủy ban", {"place"}),
    ("muon xin xac nhan doc than thi di dau", {"place"}),
    ("có nộp trực tuyến được không em", {"online"}),
    ("sửa mái tôn có cần xin phép không", {"eligibility"}),
    ("me toi di lam thay duoc khong", {"eligibility"}),
    ("phải đủ bao nhiêu tuổi mới được nhận", {"eligibility"}),
    ("quy trình giải quyết thế nào", {"steps"}),
    ("làm xong thì được cấp cái gì", {"result"}),
    ("cái này quy định ở luật nào", {"legal_basis"}),
    ("đơn theo mẫu nào, tải ở đâu", {"form"}),
    ("xin tờ đơn ở đâu vậy", {"form"}),
    ("bà cụ mù chữ làm giấy ủy quyền ở phường có được không", {"eligibility"}),
    ("lý do như thế có được ủy ban giải quyết không", {"eligibility"}),
    ("bạn đến ở chơi một tháng thì có phải đăng ký gì không", {"eligibility"}),
    ("ông bảy lăm tuổi đã được hưởng tiền già chưa", {"eligibility"}),
    ("tính phí kiểu nào", {"fee"}),
    ("khai ở ủy ban này hay ở bệnh viện", {"place"}),
    ("nộp bằng điện thoại có được không", {"online"}),
    ("khai sinh: giấy tờ, lệ phí, bao lâu?", {"documents", "fee", "time"}),
    ("ai được hưởng, cần những gì", {"eligibility", "documents"}),
    ("cần gì nộp đâu bao lâu", {"documents", "place", "time"}),
    ("Do I have to bring my passport?", {"documents"}),
    ("Do both of us have to be present?", {"eligibility"}),
    ("Can my wife submit the papers for me?", {"eligibility"}),
    ("where can I get the form", {"form"}),
    ("có cần bế em bé lên cùng không", {"eligibility"}),
    ("ai đi lấy giấy này được, phải đem gì", {"eligibility", "documents"}),
    ("một mình tôi ra ký cũng được chứ", {"eligibility"}),
    ("do all three of us have to be present", {"eligibility"}),
    ("do the parents have to come in person", {"eligibility"}),
    ("do i have to come in person", {"online"}),
    ("phiếu này có cần dán ảnh không", {"documents"}),
    ("có bắt buộc phải có kết luận giám định không", {"documents"}),
    ("có cần sổ hộ khẩu không hay căn cước là đủ", {"documents"}),
    ("phải mấy lâu mới có", {"time"}),
    ("does my husband have to show up in person", {"eligibility"}),
    ("do we have to come in person", {"online"}),
    ("có phải về tận quê làm không", {"place"}),
    ("nộp là có kết quả liền hả", {"time"}),
    ("sang tên thì giá cũng vậy hả", {"fee"}),
    ("tách thửa có phải thuê vẽ sơ đồ không", {"documents"}),
    ("gửi đơn gì vậy cháu", {"documents"}),
    ("làm qua mấy khâu", {"steps"}),
    ("what do I need and what does it cost", {"documents", "fee"}),
    ("ông nội tôi là thương binh, cháu nội có được cộng điểm hay hưởng gì không", {"eligibility"}),
    ("làm cái chứng thực di chúc này bao giờ thì bác được cầm về", {"time"}),
    ("sang tên sổ hồng từ mẹ qua con thì đóng thuế với phí cỡ bao nhiêu", {"fee"}),
    ("vợ chồng em lệch nhau hai mươi tuổi vẫn đăng ký kết hôn bình thường chứ", {"eligibility"}),
    ("tách sổ cho hai đứa con, giấy tờ những gì và tốn cỡ nào", {"documents", "fee"}),
    ("quy định về tạm vắng nằm trong luật nào", {"legal_basis"}),
    ("thủ tục nhận con nuôi đi qua những bước gì", {"steps"}),
    ("o tro may ngay co phai khai tam tru k", {"eligibility"}),
    ("sao y cái bằng tốt nghiệp lấy nhiêu 1 tờ shop", {"fee"}),
    ("mần giấy tờ xe máy sang tên bà con ra mô", {"place"}),
    ("giấy ni có mất tiền chi không", {"fee"}),
    ("gia hạn tạm trú khỏi ra phường được hông", {"online"}),
    ("hồ sơ đất đai bên mình giải quyết mất mấy tuần hả em", {"time"}),
    ("đăng ký tạm vắng lâu không, cầm theo gì", {"time", "documents"}),
    ("Which documents will you want for a notarised rental contract", {"documents"}),
    ("Is there a charge to register a death", {"fee"}),
    ("Can the whole thing be done over the web", {"online"}),
    ("What paperwork is involved and how many days does it usually take", {"documents", "time"}),
    ("Could I have the declaration form please", {"form"}),
    ("What will I receive once the adoption is approved", {"result"}),
    ("Is it here or at the police that I register my tenant", {"place"}),
    ("i am 16, can i get an id card by myself", {"eligibility"}),
    ("is two weeks enough to get it", {"time"}),
    ("nhà tôi có hai sổ hộ nghèo thì được miễn bảo hiểm y tế không", {"eligibility"}),
    ("con chưa có khai sinh đi học lớp một được không cô", {"eligibility"}),
    ("chụp hình mấy tấm, cỡ nào", {"documents"}),
    ("ai ký giấy này", {"place"}),
    ("bao giờ thì người ta trả sổ cho nhà tôi", {"time"}),
    ("có phải trả thêm tiền gì khi nộp trễ không", {"fee"}),
    ("khai sinh trễ hạn có sao không", {"eligibility"}),
    ("thẻ bảo hiểm của bé chừng nào gửi về", {"time"}),
    ("không rành mạng thì nhờ ai nộp online giúp", {"online"}),
    ("mẹ nằm liệt giường không ra phường được thì làm thế nào để ký", {"eligibility"}),
    ("cha không có mặt thì mẹ làm một mình được không", {"eligibility"}),
    ("đăng ký ở nhà trai hay nhà gái", {"place"}),
    ("ở phường mình luôn hả em hay phải đi đâu", {"place"}),
    ("ngốn bao nhiêu tiền với mấy hôm thì lấy", {"fee", "time"}),
    ("tờ khai tải trên mạng được không hay xin ở phường", {"form", "online"}),
    ("làm như thế nào, từng bước", {"steps"}),
    ("hồ sơ", {"documents"}),
    ("lệ phí", {"fee"}),
    ("cần giấy tờ gì", {"documents"}),
    ("giấy tờ?", {"documents"}),
    ("ở đâu?", {"place"}),
    ("nhiêu tiền vậy", {"fee"}),
    ("được không", {"eligibility"}),
]


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_exactly_what_is_asked_is_found(
    finder: AspectFinder, lexicon: Lexicon, text: str, expected: set[str]
) -> None:
    assert set(finder(lexicon.read(text).message)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hỗ trợ chi phí học tập cho con",
        "trợ cấp mai táng phí",
        "nhà ở đầu hẻm muốn mở quán",
        "cấp sổ đỏ lần đầu",
        "đóng cửa mấy tháng rồi",
        "lập trường mẫu giáo",
        "giấy đủ điều kiện an toàn thực phẩm",
        "bán hàng online",
        "bố em không có lương hưu",
        "ghi sai họ chưa sửa",
    ],
)
def test_names_and_stories_ask_nothing(finder: AspectFinder, lexicon: Lexicon, text: str) -> None:
    assert finder(lexicon.read(text).message) == []


def test_what_one_aspect_claims_no_other_sees() -> None:
    table = {"form": {"vi": ["mau o dau"]}, "place": {"vi": ["o dau"]}}
    finder = AspectFinder(table)
    read = Normaliser({}, {})
    assert finder(read("mẫu ở đâu")) == ["form"]
    assert finder(read("mẫu ở đâu, nộp ở đâu")) == ["place", "form"]
