"""What counters and offices serve: the keys that join a procedure to the place where it is done.

A counter of `data/centre` names the keys it serves; a procedure names exactly one. Keys of kind
`elsewhere` are served by nobody in the ward: the answer then says where (`where`), not a counter.
"""

from typing import Literal, NamedTuple

Kind = Literal["counter", "office", "elsewhere"]


class Service(NamedTuple):
    kind: Kind
    """`counter`: in the hall; `office`: another office of the ward; `elsewhere`: not the ward."""
    vi: str
    en: str


SERVICES: dict[str, Service] = {
    "general": Service("counter", "Hướng dẫn chung", "General guidance"),
    "bundled": Service("counter", "Thủ tục liên thông", "Bundled services"),
    "certification": Service("counter", "Chứng thực", "Certification"),
    "civil_status": Service("counter", "Hộ tịch", "Civil status"),
    "adoption": Service("counter", "Nuôi con nuôi", "Adoption"),
    "land": Service("counter", "Đất đai", "Land"),
    "construction": Service("counter", "Xây dựng", "Construction"),
    "transport": Service("counter", "Giao thông", "Transport"),
    "household_business": Service("counter", "Hộ kinh doanh", "Household business"),
    "finance": Service("counter", "Tài chính, hợp tác xã", "Finance, cooperatives"),
    "industry_trade": Service("counter", "Công thương", "Industry and trade"),
    "social_protection": Service("counter", "Bảo trợ xã hội", "Social protection"),
    "merit": Service("counter", "Người có công", "People with merit"),
    "poverty": Service("counter", "Giảm nghèo", "Poverty reduction"),
    "labour": Service("counter", "Lao động, việc làm", "Labour and employment"),
    "children": Service("counter", "Trẻ em", "Children"),
    "social_insurance": Service("counter", "Bảo hiểm xã hội", "Social insurance"),
    "culture": Service("counter", "Văn hóa, thể thao, du lịch", "Culture, sport, tourism"),
    "education": Service("counter", "Giáo dục", "Education"),
    "health": Service("counter", "Y tế", "Health"),
    "food_safety": Service("counter", "An toàn thực phẩm", "Food safety"),
    "religion": Service("counter", "Tôn giáo", "Religion"),
    "associations": Service("counter", "Hội, quỹ", "Associations and funds"),
    "commendation": Service("counter", "Thi đua, khen thưởng", "Commendation"),
    "family": Service("counter", "Gia đình", "Family"),
    "agriculture": Service("counter", "Nông nghiệp", "Agriculture"),
    "environment": Service("counter", "Môi trường", "Environment"),
    "petitions": Service("counter", "Tiếp công dân, khiếu nại, tố cáo", "Petitions, complaints"),
    "justice": Service("counter", "Hòa giải, phổ biến pháp luật", "Mediation, legal education"),
    "state_compensation": Service("counter", "Bồi thường nhà nước", "State compensation"),
    "police": Service("office", "Công an phường, xã", "Commune police"),
    "residence": Service("office", "Cư trú (công an)", "Residence (police)"),
    "identity": Service("office", "Căn cước, VNeID (công an)", "Identity card, VNeID (police)"),
    "vehicles": Service("office", "Đăng ký xe (công an)", "Vehicle registration (police)"),
    "immigration": Service("office", "Xuất nhập cảnh (công an)", "Immigration (police)"),
    "military": Service("office", "Ban Chỉ huy quân sự", "Military command"),
    "land_registry_branch": Service(
        "office", "Chi nhánh Văn phòng Đăng ký đất đai", "Land registry branch"
    ),
    "provincial": Service("elsewhere", "Cơ quan cấp tỉnh", "Provincial authority"),
    "school": Service("elsewhere", "Nhà trường", "School"),
    "military_unit": Service("elsewhere", "Đơn vị quân đội", "Military unit"),
}
