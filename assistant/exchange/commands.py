"""`./letan export FILE.xlsx` and `./letan import FILE`: the workbook from the command line."""

import asyncio
from pathlib import Path

from rich.console import Console

from assistant.errors import LetanError
from assistant.exchange.service import Exchange
from assistant.settings import Settings
from assistant.staff.audit import Who
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

_SERVER = Who("server", "administrator")
_MOST_SHOWN = 40


async def export_workbook(settings: Settings, path: Path) -> int:
    """Write the catalogue and the questions as a workbook. Raises LetanError `file_unwritable`."""
    database = await _open(settings)
    try:
        raw = await Exchange(database).export("all", "xlsx")
    finally:
        await database.close()
    try:
        await asyncio.to_thread(path.write_bytes, raw)
    except OSError as error:
        raise _file(path, error) from error
    Console().print(f"Đã ghi {path} ({len(raw) // 1024} kB).", markup=False)
    return 0


async def import_file(settings: Settings, path: Path, *, save: bool) -> int:
    """Say what the file would change and, with ``save``, write it as drafts; 1 for mistakes."""
    try:
        raw = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise _file(path, error) from error
    database = await _open(settings)
    try:
        exchange = Exchange(database)
        report = await exchange.check(path.name, raw)
        if save and not report.errors:
            report = await exchange.save(path.name, raw, _SERVER)
    finally:
        await database.close()
    console = Console()
    shown = [line for line in report.lines if line.what != "unchanged"]
    for line in shown[:_MOST_SHOWN]:
        console.print(f"{line.place}  {line.item}  {line.vi}", markup=False, soft_wrap=True)
    if len(shown) > _MOST_SHOWN:
        console.print(f"… và {len(shown) - _MOST_SHOWN} dòng nữa")
    counts = report.counts
    console.print(
        f"Thêm {counts['added']}, sửa {counts['changed']}, giữ nguyên {counts['unchanged']}, "
        f"bỏ qua {counts['skipped']}, lỗi {counts['error']}."
    )
    if report.errors:
        console.print("Chưa ghi gì. Sửa các ô trên rồi chạy lại.")
        return 1
    if report.saved:
        console.print("Đã lưu thành bản nháp; người dân thấy sau './letan train'.")
    else:
        console.print("Chưa ghi gì: thêm --save để lưu.")
    return 0


async def _open(settings: Settings) -> Database:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate(database)
    except BaseException:
        await database.close()
        raise
    return database


def _file(path: Path, error: OSError) -> LetanError:
    return LetanError(
        "exchange_file",
        422,
        f"Không đọc hoặc ghi được {path}: {error.strerror}.",
        f"{path} cannot be read or written: {error.strerror}.",
        field="file",
    )
