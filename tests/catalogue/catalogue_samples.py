"""Small pieces of content that the tests of this folder share."""

from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "data" / "procedures"

BIRTH = """\
- code: '1.001193'
  rank: 4
  name: {vi: Đăng ký khai sinh, en: Birth registration}
  service: civil_status
  verified: true
  documents:
  - {vi: Tờ khai, en: Form, kind: submit, copies: 1}
  - {vi: Giấy chứng sinh, en: Birth note, kind: submit, copies: 1}
  fee_vnd: 0
  time: {value: 0, unit: same_day}
  cases:
  - if: Không có giấy chứng sinh
    documents_add: [Văn bản của người làm chứng]
    documents_drop: [Giấy chứng sinh]
    fee_vnd: 8000
  aliases: [làm khai sinh cho con]
  sources: ['https://example.org/1.001193']
"""
HOUSE_NUMBER = """\
- code: x-cap-so-nha
  name: Cấp số nhà
  service: construction
  same_as: ['1.000001']
"""


def head(vi: str = "Hộ tịch", en: str = "Civil status") -> str:
    return f"field: {{vi: {vi}, en: {en}}}\nprocedures:\n"
