"""What ships is valid, in both languages, names its source, and is loaded once."""

import shutil
from pathlib import Path

from assistant.catalogue.problems import ContentError
from assistant.faq.content import FILE, load_shipped, parse, render
from assistant.faq.service import FaqRoom
from assistant.settings import Settings
from assistant.staff.audit import Who
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "data" / FILE


def test_every_one_is_in_both_languages_and_names_a_file_that_says_so() -> None:
    entries = parse(FILE, SHIPPED.read_bytes())
    assert entries
    for entry in entries:
        assert entry.question.en
        assert entry.answer.en
        assert entry.source is not None
        assert (ROOT / entry.source).is_file()
    assert parse(FILE, render(entries).encode()) == sorted(entries, key=lambda each: each.id)


def test_a_mistake_names_its_line() -> None:
    raw = b"faqs:\n- id: a\n  question: Q\n  answer: A\n- id: a\n  question: ''\n  colour: 1\n"
    try:
        parse("x.yaml", raw)
    except ContentError as error:
        told = {(problem.line, problem.path) for problem in error.problems}
        assert (7, "faqs[1].colour") in told
        assert (6, "faqs[1].question.vi") in told
    else:
        raise AssertionError("taken")


async def test_they_are_loaded_once_and_never_over_somebodys_work(settings: Settings) -> None:
    shutil.copyfile(SHIPPED, settings.content_dir / FILE)
    settings.data_dir.mkdir()
    database = Database(settings.database)
    try:
        await migrate(database)
        assert await load_shipped(database, settings.content_dir / FILE)
        room = FaqRoom(database)
        for each in await room.all():
            await room.delete(each.entry.id, each.version, Who("lan", "editor"))
        assert not await load_shipped(database, settings.content_dir / FILE)
        assert await room.all() == []
    finally:
        await database.close()
