"""Content in and out as folders of YAML: `procedures/` and `centre/`."""

import asyncio
import shutil
from pathlib import Path

from rich.console import Console

from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.service import Catalogue
from assistant.centre.content import load_content
from assistant.errors import LetanError
from assistant.faq import content as faqs
from assistant.faq.service import FaqRoom
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

PROCEDURES = "procedures"
CENTRE = "centre"


def own_centre(settings: Settings) -> Path:
    """Where files that were imported or changed by staff are kept."""
    return settings.data_dir / "content" / CENTRE


def centre_folder(settings: Settings) -> Path:
    """The centre's files in force: those imported last, else those that ship."""
    own = own_centre(settings)
    return own if own.is_dir() else settings.content_dir / CENTRE


async def ensure_content(settings: Settings, database: Database) -> bool:
    """Load what ships of procedures and questions when there is none yet; whether it had to be.

    Raises `assistant.catalogue.problems.ContentError`.
    """
    async with database.reading() as session:
        if await CatalogueRepository(session).newest() is not None:
            return False
    await faqs.load_shipped(database, settings.content_dir / faqs.FILE)
    await Catalogue(database).import_folder(settings.content_dir / PROCEDURES)
    return True


async def export_content(settings: Settings, folder: Path) -> int:
    """`./letan export`: write everything that `import_content` reads."""
    database = await _open(settings)
    try:
        await ensure_content(settings, database)
        await asyncio.to_thread(_check_target, folder)
        files = await Catalogue(database).export_folder(folder / PROCEDURES)
        await asyncio.to_thread(_copy_centre, centre_folder(settings), folder / CENTRE)
        entries = [edited.entry for edited in await FaqRoom(database).all()]
        write = (folder / faqs.FILE).write_text
        await asyncio.to_thread(write, faqs.render(entries), encoding="utf-8")
    finally:
        await database.close()
    Console().print(f"{files} tệp thủ tục, {faqs.FILE} và thư mục {CENTRE} đã ghi vào {folder}.")
    return 0


async def import_content(settings: Settings, folder: Path) -> int:
    """`./letan import`: check everything, then take over everything.

    Raises LetanError naming file, line and remedy; nothing was changed then.
    """
    if not (folder / PROCEDURES).is_dir():
        raise LetanError(
            "content_folder_invalid",
            422,
            f"{folder} không có thư mục con '{PROCEDURES}'. Hãy chỉ tới thư mục do "
            "'./letan export' ghi ra, hoặc thư mục data/.",
            f"{folder} has no folder '{PROCEDURES}'. Name a folder that './letan export' wrote, "
            "or data/.",
            field="folder",
        )
    with_centre = (folder / CENTRE).is_dir()
    if with_centre:
        await asyncio.to_thread(load_content, folder / CENTRE)
    file = folder / faqs.FILE
    raw = await asyncio.to_thread(file.read_bytes) if file.is_file() else None
    questions = None if raw is None else faqs.parse(faqs.FILE, raw)
    database = await _open(settings)
    try:
        report = await Catalogue(database).import_folder(folder / PROCEDURES)
        if questions is not None:
            await faqs.take_over(database, questions)
        if with_centre:
            await asyncio.to_thread(_take_centre, settings, folder / CENTRE)
    finally:
        await database.close()
    Console().print(
        f"Thủ tục: thêm {report.added}, sửa {report.changed}, bỏ {report.removed}, "
        f"giữ nguyên {report.unchanged}.\n"
        "Nội dung mới được dùng sau './letan train'; máy chủ đang chạy tự chuyển sang bản mới."
    )
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


def _check_target(folder: Path) -> None:
    target = folder / CENTRE
    if target.exists() and any(target.iterdir()):
        raise LetanError(
            "export_not_empty",
            409,
            f"{target} đã có tệp. Hãy chọn một thư mục trống.",
            f"{target} holds files already. Choose an empty folder.",
            field="folder",
        )


def _copy_centre(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file():
            shutil.copyfile(path, target / path.name)


def _take_centre(settings: Settings, source: Path) -> None:
    """Replace the centre's files in one step; the ones before are kept once, beside them."""
    target = settings.data_dir / "content" / CENTRE
    fresh, before = target.with_suffix(".new"), target.with_suffix(".before")
    shutil.rmtree(fresh, ignore_errors=True)
    _copy_centre(source, fresh)
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.replace(before)
    fresh.replace(target)
