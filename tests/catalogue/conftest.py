from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from catalogue_samples import BIRTH, HOUSE_NUMBER, head

from assistant.catalogue.tables import ProcedureRow
from assistant.storage.database import Base, Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small valid content folder: two fields, two procedures."""
    path = tmp_path / "procedures"
    path.mkdir()
    (path / "ho-tich.yaml").write_text(head() + BIRTH, encoding="utf-8")
    (path / "xay-dung.yaml").write_text(
        head("Xây dựng", "Construction") + HOUSE_NUMBER, encoding="utf-8"
    )
    return path


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}")
    tables = [t for t in Base.metadata.sorted_tables if t.name.startswith("procedure")]
    assert ProcedureRow.__table__ in tables
    async with opened.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=tables)
    yield opened
    await opened.close()
