"""`./letan export FILE.xlsx` and `./letan import FILE`."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workbooks import FAQ, cell_of, changed, written

from assistant.errors import LetanError
from assistant.exchange.commands import export_workbook, import_file
from assistant.faq.service import FaqRoom
from assistant.settings import Settings
from assistant.storage.database import Database


async def questions(settings: Settings) -> list[str]:
    database = Database(settings.database)
    try:
        return [each.entry.answer.vi for each in await FaqRoom(database).all()]
    finally:
        await database.close()


async def test_a_file_is_reported_then_saved_then_exported(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "hoi.xlsx", tmp_path / "ra.xlsx"
    file.write_bytes(written([], [FAQ]))
    assert await import_file(settings, file, save=False) == 0
    assert "Thêm 1" in capsys.readouterr().out
    assert await questions(settings) == []
    assert await import_file(settings, file, save=True) == 0
    assert await questions(settings) == ["Không có."]

    def break_it(book: object) -> None:
        cell_of(book, "Hỏi đáp", "Câu trả lời").value = None

    file.write_bytes(changed(file.read_bytes(), break_it))
    assert await import_file(settings, file, save=True) == 1
    assert "Hỏi đáp!E2" in capsys.readouterr().out
    assert await questions(settings) == ["Không có."]

    assert await export_workbook(settings, out) == 0
    assert cell_of(load_workbook(BytesIO(out.read_bytes())), "Hỏi đáp", "Bản").value == 1
    with pytest.raises(LetanError):
        await import_file(settings, tmp_path / "no such file", save=False)
