"""YAML → database → YAML and snapshot: idempotent, whole or not at all."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from catalogue_samples import BIRTH, SHIPPED, head

from assistant.catalogue.content import load_folder
from assistant.catalogue.problems import ContentError
from assistant.catalogue.service import Catalogue, ImportReport
from assistant.catalogue.snapshot import main, snapshot_from_folder
from assistant.errors import LetanError
from assistant.storage.database import Database


async def test_importing_again_changes_nothing(database: Database, folder: Path) -> None:
    catalogue = Catalogue(database)
    assert await catalogue.import_folder(folder) == ImportReport(2, 0, 0, 0)
    assert await catalogue.import_folder(folder) == ImportReport(0, 0, 0, 2)


async def test_changes_are_counted(database: Database, folder: Path) -> None:
    catalogue = Catalogue(database)
    await catalogue.import_folder(folder)
    (folder / "xay-dung.yaml").unlink()
    new = BIRTH.replace("1.001193", "1.000894")
    changed = BIRTH.replace("fee_vnd: 8000", "fee_vnd: 9000")
    (folder / "ho-tich.yaml").write_text(head() + changed + new, encoding="utf-8")
    assert await catalogue.import_folder(folder) == ImportReport(1, 1, 1, 0)
    assert {p.code for p in await catalogue.all()} == {"1.001193", "1.000894"}
    assert (await catalogue.get("1.001193")).cases[0].fee_vnd == 9000


async def test_a_mistake_anywhere_writes_nothing(database: Database, folder: Path) -> None:
    catalogue = Catalogue(database)
    await catalogue.import_folder(folder)
    (folder / "ho-tich.yaml").write_text(head() + BIRTH.replace("8000", "-1"), encoding="utf-8")
    (folder / "xay-dung.yaml").unlink()
    before = await catalogue.all()
    with pytest.raises(ContentError) as caught:
        await catalogue.import_folder(folder)
    assert caught.value.problems[0].line == 17
    assert await catalogue.all() == before


async def test_two_imports_at_once_are_one(database: Database, folder: Path) -> None:
    catalogue = Catalogue(database)
    reports = await asyncio.gather(*(catalogue.import_folder(folder) for _ in range(4)))
    assert sorted(r.added for r in reports) == [0, 0, 0, 2]
    assert sum(r.unchanged for r in reports) == 6


async def test_the_shipped_content_survives_the_round_trip(
    database: Database, tmp_path: Path
) -> None:
    catalogue = Catalogue(database)
    await catalogue.import_folder(SHIPPED)
    out = tmp_path / "out"
    assert await catalogue.export_folder(out) == len(list(SHIPPED.glob("*.yaml")))
    assert {p.name for p in out.iterdir()} == {p.name for p in SHIPPED.glob("*.yaml")}
    assert _by_code(out) == _by_code(SHIPPED)
    report = await catalogue.import_folder(out)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    await catalogue.export_folder(out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == first


def _by_code(folder: Path) -> dict[str, object]:
    return {item.entry.code: item for item in load_folder(folder).entries}


async def test_an_export_never_mixes_with_other_content(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    catalogue = Catalogue(database)
    await catalogue.import_folder(folder)
    out = tmp_path / "out"
    out.mkdir()
    (out / "khac.yaml").write_text("a: 1")
    with pytest.raises(LetanError) as caught:
        await catalogue.export_folder(out)
    assert caught.value.code == "export_would_mix"
    assert "khac.yaml" in caught.value.vi
    assert [p.name for p in out.iterdir()] == ["khac.yaml"]


async def test_second_and_retired_codes_answer_as_one(database: Database, folder: Path) -> None:
    retired = "- code: x-cu\n  name: Cũ\n  service: land\n  replaced_by: x-moi\n"
    newer = "- code: x-moi\n  name: Mới\n  service: land\n  replaced_by: '1.001193'\n"
    (folder / "dat-dai.yaml").write_text(head("Đất đai", "Land") + retired + newer, "utf-8")
    catalogue = Catalogue(database)
    await catalogue.import_folder(folder)
    for code in ("x-cu", "x-moi", "1.001193", " 1.001193 "):
        assert (await catalogue.get(code)).code == "1.001193"
    assert (await catalogue.get("1.000001")).code == "x-cap-so-nha"
    assert [p.code for p in await catalogue.search("Cũ")] == ["1.001193"]
    with pytest.raises(LetanError) as caught:
        await catalogue.get("9.999999")
    assert (caught.value.code, caught.value.status) == ("procedure_unknown", 404)


async def test_a_snapshot_depends_on_content_only(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    times = iter(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=n) for n in range(9))
    catalogue = Catalogue(database, clock=lambda: next(times))
    await catalogue.import_folder(folder)
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    assert await catalogue.snapshot(first) == 2
    await catalogue.import_folder(folder)
    await catalogue.snapshot(second)
    assert first.read_bytes() == second.read_bytes()
    data = json.loads(first.read_bytes())
    assert data["generated_at"] == "2026-11-22T00:00:00+00:00"
    direct = tmp_path / "c.json"
    assert snapshot_from_folder(folder, direct) == 2
    assert json.loads(direct.read_bytes())["procedures"] == data["procedures"]


async def test_an_empty_catalogue_has_no_snapshot(database: Database, tmp_path: Path) -> None:
    with pytest.raises(LetanError) as caught:
        await Catalogue(database).snapshot(tmp_path / "catalogue.json")
    assert caught.value.code == "catalogue_empty"
    assert not (tmp_path / "catalogue.json").exists()


def test_the_published_form(folder: Path, tmp_path: Path) -> None:
    snapshot_from_folder(folder, tmp_path / "c.json")
    birth, house = json.loads((tmp_path / "c.json").read_bytes())["procedures"]
    assert birth["fees"] == [{"case": None, "amount_vnd": 0}]
    assert [d["id"] for d in birth["documents"]] == ["d1", "d2"]
    (case,) = birth["cases"]
    assert case["if"] == {"vi": "Không có giấy chứng sinh", "en": None}
    assert case["documents_drop"] == [{"id": "d2", "vi": "Giấy chứng sinh"}]
    assert case["documents_add"][0]["id"] == "c1-a1"
    assert (case["fee_vnd"], case["fees"][0]["amount_vnd"]) == (8000, 8000)
    assert birth["documents_known"]
    assert house["same_as"] == ["1.000001"]
    unknown = (
        "documents",
        "fees",
        "time",
        "where",
        "online",
        "who",
        "rank",
        "source_date",
        "steps",
    )
    assert {key: house[key] for key in unknown} == dict.fromkeys(unknown)
    assert not house["documents_known"]


def test_the_command_checks_and_writes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "catalogue.json"
    assert main(["--content", str(folder), "--out", str(out)]) == 0
    assert len(json.loads(out.read_bytes())["procedures"]) == 2
    before = out.read_bytes()
    (folder / "ho-tich.yaml").write_text(head() + BIRTH + BIRTH, encoding="utf-8")
    assert main(["--content", str(folder), "--out", str(out), "--language", "en"]) == 1
    assert "ho-tich.yaml:20:9: procedures[1].code" in capsys.readouterr().err
    assert out.read_bytes() == before
