"""Excel through the staff's door: a report, then drafts; nobody's work is overwritten."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from test_only_staff_with_the_right_gets_further import API, account, app_of, code_of
from workbooks import FAQ, cell_of, changed, written

from assistant.releases.content import ensure_content

BASE = f"{API}/exchange"


@pytest.fixture
async def editor(http: httpx.AsyncClient) -> dict[str, str]:
    app = app_of(http)
    await ensure_content(app.state.settings, app.state.database)
    header = await account(http, "lan", "editor")
    assert (await http.post(f"{API}/faqs", json=FAQ, headers=header)).status_code == 201
    return header


async def sent(
    http: httpx.AsyncClient, header: dict[str, str], raw: bytes, *, save: bool = False
) -> httpx.Response:
    params = {"save": save, "name": "a.xlsx"}
    return await http.post(BASE, params=params, content=raw, headers=header)


async def test_what_is_exported_changes_nothing(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    for format_ in ("xlsx", "yaml"):
        answer = await http.get(BASE, params={"format": format_}, headers=editor)
        assert "attachment" in answer.headers["content-disposition"]
        report = (await sent(http, editor, answer.content, save=True)).json()
        counts = report["counts"]
        assert counts.pop("unchanged") > 5
        assert set(counts.values()) == {0}
    listed = (await http.get(f"{API}/procedures", headers=editor)).json()["procedures"]
    assert {line["version"] for line in listed} == {1}


async def test_a_report_writes_nothing_and_saving_writes_everything(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    raw = (await http.get(BASE, headers=editor)).content

    def edit(book: Workbook) -> None:
        cell_of(book, "Thủ tục", "Ghi chú").value = "=Ghi chú mới"
        cell_of(book, "Thủ tục", "Ghi chú").data_type = "s"
        page = book["Hỏi đáp"]
        page.cell(3, 1).value = "gui-xe"
        page.cell(3, 3).value = "Gửi xe ở đâu?"
        page.cell(3, 5).value = "Bên phải."

    code = cell_of(load_workbook(BytesIO(raw)), "Thủ tục", "Mã thủ tục").value
    raw = changed(raw, edit)
    report = (await sent(http, editor, raw)).json()
    assert report["saved"] is False
    assert (report["counts"]["added"], report["counts"]["changed"]) == (1, 1)
    told = {line["item"]: line for line in report["lines"] if line["what"] == "changed"}
    assert told[code]["vi"] == "Sửa: ghi chú."
    assert (await http.get(f"{API}/procedures/{code}", headers=editor)).json()["version"] == 1

    saved = (await sent(http, editor, raw, save=True)).json()
    assert saved["saved"] is True
    now = (await http.get(f"{API}/procedures/{code}", headers=editor)).json()
    assert (now["version"], now["note"]["vi"]) == (2, "=Ghi chú mới")
    assert (await http.get(f"{API}/faqs/gui-xe", headers=editor)).json()["version"] == 1
    chief = await account(http, "chi", "administrator")
    log = (await http.get(f"{API}/audit?thing={code}", headers=chief)).json()["entries"]
    assert [(each["action"], each["who"]) for each in log] == [("procedure.changed", "lan")]


async def test_what_a_colleague_saved_since_is_never_overwritten(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    raw = (await http.get(BASE, headers=editor)).content
    url = f"{API}/faqs/wifi"
    now = (await http.get(url, headers=editor)).json()
    await http.put(url, json={**now, "answer": "Của đồng nghiệp."}, headers=editor)

    report = (await sent(http, editor, raw, save=True)).json()
    assert report["counts"]["skipped"] == 1
    assert (await http.get(url, headers=editor)).json()["answer"]["vi"] == "Của đồng nghiệp."

    def edit(book: Workbook) -> None:
        cell_of(book, "Hỏi đáp", "Câu trả lời").value = "Của tôi."

    answer = await sent(http, editor, changed(raw, edit), save=True)
    assert code_of(answer) == (422, "exchange_mistakes")
    assert "Hỏi đáp!A2" in answer.json()["detail"]
    assert "lan đã sửa mục này" in answer.json()["detail"]
    assert (await http.get(url, headers=editor)).json()["answer"]["vi"] == "Của đồng nghiệp."


async def test_one_mistake_stops_the_whole_file(
    http: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    other = {**FAQ, "id": "khac", "question": "Câu khác?", "variants": []}
    twin = {**FAQ, "id": "giong", "variants": []}
    report = (await sent(http, editor, written([], [other, twin]))).json()
    assert [line["what"] for line in report["lines"]] == ["error", "added", "added"]
    assert "đã có ở hỏi đáp wifi" in report["lines"][0]["vi"]
    answer = await sent(http, editor, written([], [other, twin]), save=True)
    assert code_of(answer) == (422, "exchange_mistakes")
    assert code_of(await http.get(f"{API}/faqs/khac", headers=editor)) == (404, "faq_unknown")


async def test_codes_must_lead_somewhere(http: httpx.AsyncClient, editor: dict[str, str]) -> None:
    raw = (await http.get(BASE, params={"part": "catalogue"}, headers=editor)).content

    def edit(book: Workbook) -> None:
        cell_of(book, "Thủ tục", "Thay bằng mã").value = "1.999999"

    report = (await sent(http, editor, changed(raw, edit))).json()
    (line,) = [each for each in report["lines"] if each["what"] == "error"]
    assert (line["sheet"], line["cell"]) == ("Thủ tục", "A2")
    assert "1.999999" in line["vi"]


async def test_who_may_and_what_is_refused(http: httpx.AsyncClient, editor: dict[str, str]) -> None:
    viewer = await account(http, "xem", "viewer")
    assert (await http.get(BASE, headers=viewer)).status_code == 200
    assert code_of(await sent(http, viewer, b"x")) == (403, "right_missing")
    assert code_of(await sent(http, {}, b"x")) == (401, "staff_login_needed")
    refused: dict[bytes, str] = {
        b"": "exchange_file_refused",
        b"PK\x03\x04" + bytes(100): "exchange_file_refused",
        "Mã;Tên;Phí\n".encode("utf-16"): "exchange_file_refused",
    }
    for raw, code in refused.items():
        assert code_of(await sent(http, editor, raw)) == (422, code)
    large = await sent(http, editor, bytes(21 * 1024 * 1024))
    assert code_of(large) == (413, "body_too_large")
    yaml: Any = (await sent(http, editor, b"faqs:\n- id: a\n")).json()
    assert [line["cell"] for line in yaml["lines"]] == ["2:3", "2:3"]
