"""The words of a cry for help, as regular expressions on lower-case words with single blanks.

Vietnamese with accents unless the words mean nothing else without them.
"""

from typing import Literal

Emergency = Literal["fire", "medical", "police"]
Language = Literal["vi", "en"]

_CALL = r"(?:gọi|kêu|kiu|điện|báo)(?: \w+){0,2}"
_NOW = r"(?:với|ngay|gấp|mau|lẹ|nhanh|đi|liền|khẩn)"
_SOMEBODY = (
    r"(?:người|ông|bà|cụ|bác|cô|chú|anh|chị|em|bé|cháu|con|mẹ|má|bố|ba|cha|chồng|vợ|khách|bạn|ổng"
    r"|bả"
    r"|ảnh|chỉ|thằng|đứa|nó|tôi|tui|mình|ai)"
)
_ILL = (
    r"(?:ngất|xỉu|té xỉu|bất tỉnh|co giật|đột quỵ|đột quị|nhồi máu|lên cơn|khó thở|ngừng thở"
    r"|không thở|hết thở|ngưng thở|tức ngực|đau ngực|đau tim|ngã gục|gục xuống|ngã quỵ|chảy máu|hóc"
    r"|sặc|trúng gió|điện giật|chuyển dạ|vỡ ối|đẻ rơi|ngộ độc|tự tử|nhảy lầu|đuối nước|bất động)"
)
_BRAWL = (
    r"(?:đánh nhau|ẩu đả|đánh lộn|uýnh lộn|oánh lộn|uýnh nhau|oánh nhau|đập nhau|choảng nhau"
    r"|đấm nhau"
    r"|đâm nhau|chém nhau|đâm chém)"
)
_WEAPON = r"(?:dao|súng|mã tấu|kiếm|búa|lựu đạn|bom|xăng)"
_BODY = (
    r"(?:someone|somebody|he|she|man|woman|person|lady|child|baby|kid|girl|boy|guy|people|father"
    r"|mother"
    r"|dad|mom|mum|husband|wife|son|daughter|grandma|grandpa|grandmother|grandfather|friend"
    r"|visitor|i)"
)

CALLS: dict[Language, dict[Emergency, str]] = {
    "vi": {
        "fire": rf"cháy (?:nhà |xe |rồi )?kìa|cháy cháy|cháy (?:to|lớn|dữ) (?:quá|lắm|rồi)"
        rf"|{_CALL} (?:cứu hỏa|cứu hoả|chữa cháy) {_NOW}|gọi (?:ngay )?114|khói (?:kìa|nghi ngút)"
        r"|bốc cháy kìa|chay (?:nha )?kia|chay chay|goi cuu hoa|goi 114|chay lon qua",
        "medical": rf"{_CALL} (?:cấp cứu|cứu thương) {_NOW}|gọi (?:ngay )?115|cấp cứu (?:với|gấp"
        rf"|ngay)"
        r"|gọi (?:giúp |giùm |dùm |hộ )(?:\w+ )?(?:xe )?(?:cấp cứu|cứu thương)|goi (?:xe )?cap cuu"
        r"|cap cuu voi|goi 115",
        "police": rf"{_BRAWL} kìa|{_CALL} (?:cảnh sát|công an) (?:với|ngay|gấp|mau|lẹ)"
        rf"|gọi (?:ngay )?113"
        r"|cướp cướp|bớ (?:làng|người)|danh nhau kia|goi 113|goi cong an (?:ngay|gap|mau)",
    },
    "en": {
        "fire": r"call (?:the )?(?:fire|114)(?: brigade| department| service)?(?: now)?|fire fire"
        r"|(?:building|room|house|hall|kitchen|car|computer|it|place|something) (?:is|s) on fire",
        "medical": r"(?:call|need|get)(?: \w+){0,2} ambulance|call 115|(?:need|get) a (?:doctor"
        r"|medic)"
        r"|call a doctor",
        "police": r"call (?:the )?(?:police|cops|security)(?: now)?|call 113",
    },
}
"""What can mean nothing else."""

HELP: dict[Language, str] = {
    "vi": r"cứu (?:với|tôi|em|cháu|mạng|tui|con|mẹ|bà|ông|bố|chồng|vợ) ?(?:với|đi|mau)?"
    r"|cứu người (?:với"
    r"|ở|đi|mau|kìa|ơi)|cứu cứu|cuu (?:voi|vs|toi voi|em voi|mang|chau voi|nguoi voi)|cứu vs",
    "en": r"help help|(?:some|any)(?:body|one) help(?! me| us| with| my| to)|help (?:him|her)"
    r"|save (?:me|him|her|us)",
}

GOING_ON: dict[Language, dict[Emergency, str]] = {
    "vi": {
        "fire": r"(?:đang|bị|có|bốc|phát|lại) cháy|cháy(?: \w+){0,4} rồi|cháy (?:lớn|to|dữ|nhà"
        r"|lan|ở|trong|phòng|tủ"
        r"|máy"
        r"|xe|bếp)|(?:có|nhiều|đầy|toàn) khói|khói (?:bốc|ra|từ|đen|mù|um|tùm|quá|nhiều)|bốc khói"
        r"|(?:mùi|xì|rò rỉ|rò|hở) (?:khí )?(?:gas|ga)|chập điện|nổ (?:bình )?(?:gas|ga|điện|lớn)"
        r"|kẹt (?:\w+ ){0,2}thang máy|sập (?:trần|nhà|tường)|bén lửa|co khoi boc|dang chay nha"
        r"|ket (?:trong )?thang may",
        "medical": rf"{_SOMEBODY}(?: \w+){{0,3}} {_ILL}|{_ILL} (?:rồi|kìa|ở|tại|ngoài|trong)"
        rf"|(?:có|một) (?:\w+ )?{_SOMEBODY}(?: \w+){{0,3}} (?:bị )?(?:té|ngã|bị thương|bị nạn)"
        rf"|{_SOMEBODY}(?: \w+){{0,2}} (?:bị |mới |vừa )?(?:té|ngã)(?: \w+)? (?:kìa|rồi|cầu thang"
        rf"|lầu)"
        r"|co nguoi (?:\w+ ){0,2}(?:ngat|xiu|nga|te|dot quy|co giat|bat tinh|chay mau|kho tho)"
        r"|(?:bi|len con) (?:dot quy|co giat|dau tim|ngat xiu)",
        "police": rf"(?:đang|có|lại|đòi|ra|xông vào|lao vào)(?: \w+){{0,4}} {_BRAWL}"
        rf"|{_BRAWL} (?:rồi|ngoài|trong|to|dữ|um|ở (?:đây|kia|ngoài|trong|sảnh|quầy|cổng|cửa|sân))"
        rf"|(?:cầm|rút|vung|mang|xách|giơ|dí|có)(?: \w+)? {_WEAPON}(?: kìa)?"
        r"|(?:đang|vừa) bị (?:\w+ )?(?:đánh|hành hung|khống chế|bắt cóc|cướp|giật|đe dọa|rượt)"
        r"|bị (?:hành hung|khống chế|bắt cóc|cướp|giật (?:túi|điện thoại|đồ|dây chuyền))"
        r"|(?:dọa|doạ|đe dọa|đe doạ|đòi) (?:giết|chém|đâm|đốt|nổ)|giết người|(?:có|bắt) (?:cướp"
        r"|trộm)"
        r"|có (?:kẻ|tên|đứa|thằng) (?:\w+ )?(?:cướp|trộm|biến thái)|đặt bom|bắt cóc (?:trẻ|con|bé"
        r"|cháu)"
        r"|(?:có|xảy ra) tai nạn (?:\\w+ )?(?:kìa|ở đây|trước|ngoài)|dang danh (?:nhau|lon)"
        r"|bi (?:bat coc|cuop|danh hoi dong)|co (?:cuop|trom)|danh nhau (?:roi|o)"
        r"|cam (?:con )?dao",
    },
    "en": {
        "fire": r"(?:is|are|s) on fire|there(?:s| is| are) (?:a |some |lots of )?(?:fire|smoke"
        r"|flames)"
        r"|smoke (?:in|from|coming|everywhere)|smell(?:ing|s)? (?:of )?(?:gas|smoke|burning)"
        r"|gas leak"
        r"|(?:caught|catching) fire|stuck in (?:the|a) (?:lift|elevator)|an explosion|exploded",
        "medical": rf"{_BODY}(?: \w+){{0,3}} (?:fainted|fainting|collapsed|unconscious|passed out"
        rf"|bleeding"
        r"|not breathing|(?:cant|cannot|can not) breathe|choking|drowning|dying|seizure|stroke"
        r"|heart attack|chest pain|electrocuted|overdosed?|convulsing|not waking up|not responding"
        r"|fell|fallen|broke (?:his|her|a|my) \w+|in labou?r|going into labou?r|seriously (?:hurt"
        r"|ill))"
        r"|(?:having|had|has) (?:a )?(?:heart attack|stroke|seizure|chest pains?)|water broke"
        r"|(?:is|are|s) (?:badly )?(?:hurt|injured|wounded)"
        r"|(?:its|it is|this is|theres|there is|been) an accident",
        "police": r"(?:people|they|men|guys|women|boys|two \w+)(?: \w+){0,2} fighting|a fight"
        r"|fighting (?:in"
        r"|at|outside|here)|kidnapp?(?:ed|ing|er)|being (?:attacked|robbed|followed|threatened"
        r"|beaten)"
        r"|(?:has|with|got|holding|pulled|carrying) (?:a |an |the )?(?:\w+ )?(?:knife|gun|weapon"
        r"|machete"
        r"|bomb)|(?:was|got|been) (?:just )?(?:stabbed|shot|mugged|robbed|attacked)|stabbing"
        r"|shooting"
        r"|a (?:thief|robber|bomb)|(?:stole|snatched|grabbed) my|threatening to|(?:its|it is"
        r"|this is|theres|there is|have) an emergency|trying to kill",
    },
}
"""What tells of something going on."""

ALARMS: dict[Language, dict[Emergency, str]] = {
    "vi": {
        "fire": r"cháy|hỏa hoạn|hoả hoạn|khói|cứu hỏa|cứu hoả|chay roi|chay r|chay nha|dang chay"
        r"|co chay"
        r"|hoa hoan|cuu hoa",
        "medical": r"cấp cứu|ngất|xỉu|đột quỵ|đột quị|co giật|cứu thương|khó thở|bất tỉnh"
        r"|chảy máu|đau tim"
        r"|đau ngực|cap cuu|ngat xiu|dot quy|bat tinh|chay mau",
        "police": rf"{_BRAWL}|bắt cóc|cướp|ăn trộm|ăn cướp|có dao|dao kìa|danh nhau|danh lon"
        rf"|bat coc"
        r"|an cuop|an trom",
    },
    "en": {
        "fire": r"fire|flames|explosion",
        "medical": r"ambulance|fainted|collapsed|heart attack|unconscious|bleeding|choking",
        "police": r"a fight|fighting|robbery|kidnapping|kidnapped|knife|gun|bomb",
    },
}
"""What is a cry when it stands almost alone."""

LONE: dict[Language, dict[Emergency, str]] = {
    "vi": {"medical": r"tai nạn|tai nan", "police": r"khẩn cấp|khan cap|dao|trộm"},
    "en": {
        "fire": r"smoke",
        "medical": r"accident|stroke|seizure",
        "police": r"emergency|fight|thief|robber",
    },
}
"""What is a cry only when next to nothing stands beside it: procedures are called so as well."""

NO_CRY = (
    r"phòng cháy|chữa cháy|bánh cháy|cháy bánh|cơm cháy|cháy cơm|cháy hàng|cháy túi|cháy vé"
    r"|cháy máy tính"
    r"|cháy phố|cháy giáo án|cháy nổ|cháy nắng|cháy da|cháy bỏng|cháy tài khoản|nồi cháy|khét|pccc"
    r"|cung cấp cứu|khẩn cấp cứu|cướp cò|dao động|cấp cứu trợ|cấp cứu đói|sơ cấp cứu|sơ cứu"
    r"|diễn tập"
    r"|tập huấn|phong chay|chua chay"
    r"|banh chay|com chay|chay hang|chay no|khói bụi|khói thuốc|khói lửa|ống khói|hương khói|lò mổ"
    r"|fire (?:safety|prevention|protection|extinguisher|permit|certificate|alarm|drill|code"
    r"|insurance)"
    r"|fired|fireworks|tai nạn lao động|tai nan lao dong|work accident|cash flow|stroke order"
    r"|emergency (?:passport|visa|contact|document|travel|loan|aid|relief|leave|exit)"
    r"|smoke free|no smoking|cháy xém|fight(?:ing)? over|fell (?:behind|in the war|in love)"
    r"|fallen soldier"
    r"|seizure of|unlawful seizure"
)

DESK = (
    r"giay|so do|so hong|so goc|so ho khau|ho so|thu tuc|dang ky|khai|cap lai|cap doi|cap moi"
    r"|cap giay"
    r"|tro cap|bao hiem|ho tro|boi thuong|xac nhan|chung thuc|chung nhan|can cuoc|cccd|cmnd"
    r"|ho chieu|don"
    r"|le phi|phi|bao lau|bao nhieu|giam ho|mai tang|tuat|tam giu|bao lanh|uy quyen|sao y"
    r"|thuong tru"
    r"|tam tru|tam vang|khuyet tat|che do|liet si|thuong binh|the bao hiem|bang lai|gplx"
    r"|so tiet kiem"
    r"|giay phep|ho ngheo|khieu nai|to cao|ly hon|bao luc|cam tiep xuc|ket hon|khai tu|khai sinh"
    r"|tro giup|tien|phuong|bien ban|kiem lam|de nghi|khen|dan quan|du bi|quan nhan|quan su"
    r"|tai ngu|di linh"
    r"|bo doi|thiet hai|thien tai|mua lu|chong bao|cach ly|dinh danh|hon thu|so (?:bi|nha|sach"
    r"|cu)|nha dat"
    r"|xay lai|cong truong|xuong|hoc phi|duoc huong|xin (?!giup|hay|goi|cuu|ai|moi|loi)|nop"
    r"|mien phi|quy dinh|luat|phat"
    r"|papers?|documents?|certificates?|register|registration|registry|apply|application"
    r"|benefits?|allowance|permits?|insurance|forms?|licen[cs]e|passport|visa|deed|compensation"
    r"|report"
    r"|copy|copies|notari[sz]e|procedure|fees?|pension|grant|complaint|petition|residence|id"
    r"|licen[cs]es|records?|damages?|declaration|shelter|refuge"
    r"|protection|plan|inherit(?:ed|ance)?|mortgaged?|militia|reservist|military|soldier|war|martyr"
    r"|disabled|money|tax|guardianship"
)
"""What the desk is asked for, without accents."""
OVER = (
    r"hom qua|hom kia|hom truoc|toi qua|dem qua|tuan truoc|thang truoc|nam ngoai|nam truoc"
    r"|hoi (?:nam|truoc"
    r"|xua|do|thang)|ngay truoc|ngay xua|vua roi|rui|thanh tro|ra tro|chay sach|chay het|chay mat"
    r"|da mat"
    r"|qua doi|nam (?:liet|vien|mot cho|nha)|liet|khong (?:di|ra|den|len|ky|toi|noi) duoc|lau roi"
    r"|da lau"
    r"|may nam|mat het|mat sach|chet (?:vi|do|roi|trong)|mat (?:vi|do|trong)|sau (?:vu|khi"
    r"|tai nan|dot quy)|xe lan"
    r"|co bi|di tu|da chua|died|dead|death|after (?:a|an|the)|paralysed|paralyzed|lost|burnt"
    r"|burned|yesterday|last (?:week|month|night|year|day|monday"
    r"|tuesday|wednesday|thursday|friday|weekend)|ago|years"
)
"""What is past, without accents."""
ASKING = (
    r"the nao|lam sao|lam gi|nhu nao|sao|hoi|thi|neu|o dau|co phai|how|what|which|where|when|why|if"
    r"|can i|do i|should|decision"
)
"""What asks or tells a story, without accents."""
