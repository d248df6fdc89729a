"""A clerk writes a question, tries it, and corrects its answer in a workbook."""

from io import BytesIO
from pathlib import Path

import pytest
from conftest import Server
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, expect
from test_a_clerk_corrects_a_fee import WORD, StaffClient
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser
MARKUP = "<img src=x onerror=\"document.title='hacked'\">"


def test_from_the_page_into_excel_and_back(
    context: BrowserContext, server: Server, data_dir: Path, tmp_path: Path
) -> None:
    StaffClient(server, data_dir, "hoi", "editor")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(server.url + "/console/login?lang=vi")
    page.locator("#name").fill("hoi")
    page.locator("#password").fill(WORD)
    page.get_by_role("button", name="Vào", exact=True).click()
    page.wait_for_url(lambda url: "login" not in url)

    page.goto(server.url + "/console/faq/new?lang=vi")
    page.get_by_test_id("question-vi").fill("Hòm thư góp ý ở đâu?")
    page.get_by_test_id("answer-vi").fill(f"Cạnh cửa chính. {MARKUP}")
    expect(page.get_by_test_id("warnings")).to_contain_text("Chưa có tiếng Anh")
    page.get_by_test_id("ask").fill("hòm thư góp ý ở đâu")
    page.get_by_test_id("try").click()
    expect(page.get_by_test_id("draft")).to_contain_text("cạnh cửa chính", ignore_case=True)
    page.get_by_test_id("save").click()
    page.wait_for_url("**/console/faq/hom-thu-gop-y-o-dau*")
    expect(page.get_by_test_id("state")).to_contain_text("Bản 1")
    assert serious(page) == []

    page.goto(server.url + "/console/exchange?lang=vi")
    with page.expect_download() as download:
        page.get_by_test_id("export-faq-xlsx").click()
    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    for row in book["Hỏi đáp"].iter_rows(min_row=2):
        if row[0].value == "hom-thu-gop-y-o-dau":
            row[4].value = "Cạnh cửa sau."
    book.save(tmp_path / "sua.xlsx")
    expect(page.get_by_test_id("upload")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "sua.xlsx")
    expect(page.get_by_test_id("counts")).to_contain_text("sửa 1")
    assert serious(page) == []
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("report")).to_contain_text("Đã lưu thành bản nháp")

    page.goto(server.url + "/console/faq?lang=vi&q=gop y")
    expect(page.get_by_test_id("faqs")).to_contain_text("Cạnh cửa sau.")
    assert serious(page) == []
    page.goto(server.url + "/console/faq/hom-thu-gop-y-o-dau?lang=vi")
    expect(page.get_by_test_id("state")).to_contain_text("Bản 2")
    page.get_by_test_id("delete").click()
    page.get_by_test_id("delete-yes").click()
    page.get_by_test_id("restore-1").click()
    expect(page.get_by_test_id("answer-vi")).to_have_value(f"Cạnh cửa chính. {MARKUP}")
    assert page.title() != "hacked"
