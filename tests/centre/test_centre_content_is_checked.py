"""The shipped centre is complete, and a mistake in its files is named by file, line and field."""

import json
import re
from pathlib import Path

import pytest
import yaml

from assistant.catalogue.services import SERVICES
from assistant.centre.content import load_content
from assistant.centre.service import Centre
from assistant.centre.snapshot import write_snapshot
from assistant.errors import LetanError
from assistant.storage.database import Database

ROOT = Path(__file__).resolve().parents[2]
CONTENT = load_content(ROOT / "data" / "centre")
SERVED = {s for c in CONTENT.counters.values() for s in c.services} | {
    s for o in CONTENT.offices.values() for s in o.services
}


def _services(node: object) -> set[str]:
    """Every value of a key `service`, wherever the catalogue's files have it."""
    if isinstance(node, dict):
        own = {node["service"]} if "service" in node else set()
        return own.union(*(_services(value) for value in node.values()))
    return set().union(*map(_services, node)) if isinstance(node, list) else set()


def test_every_service_of_the_procedures_is_served_somewhere() -> None:
    files = sorted((ROOT / "data" / "procedures").glob("*.yaml"))
    assert files
    keys = {key for file in files for key in _services(yaml.safe_load(file.read_text("utf-8")))}
    assert len(keys) > 10
    elsewhere = {key for key, service in SERVICES.items() if service.kind == "elsewhere"}
    assert keys - elsewhere <= SERVED, f"nobody serves {keys - elsewhere - SERVED}"


def test_counters_and_offices_serve_what_the_catalogue_says_they_do() -> None:
    at_counters = {s for c in CONTENT.counters.values() for s in c.services}
    at_offices = {s for o in CONTENT.offices.values() for s in o.services}
    assert at_counters == {key for key, service in SERVICES.items() if service.kind == "counter"}
    assert at_offices == {key for key, service in SERVICES.items() if service.kind == "office"}


def test_no_service_is_at_two_counters() -> None:
    keys = [s for c in CONTENT.counters.values() for s in c.services]
    assert len(keys) == len(set(keys))
    assert len(CONTENT.counters) >= 9


def test_no_name_that_people_say_means_two_places() -> None:
    owner: dict[str, str] = {}
    spots = [*CONTENT.places.values(), *CONTENT.offices.values()]
    for spot in spots:
        for said in {*spot.aliases, spot.name.vi, spot.name.en}:
            key = said.casefold()
            assert owner.setdefault(key, spot.id) == spot.id, f"{said}: {owner[key]}, {spot.id}"


def test_the_demonstration_can_be_taken_for_no_real_office() -> None:
    assert CONTENT.info.demonstration
    phones = [CONTENT.info.phone, CONTENT.info.hotline]
    phones += [office.phone for office in CONTENT.offices.values()]
    assert all(phone and phone.startswith("0200 000 ") for phone in phones)
    assert CONTENT.info.website and CONTENT.info.website.endswith(".example")


def test_the_snapshot_is_the_static_view(sqlite_database: Database, tmp_path: Path) -> None:
    target = tmp_path / "centre.json"
    write_snapshot(CONTENT, target)
    written = json.loads(target.read_text("utf-8"))
    assert written == Centre(sqlite_database, ROOT / "data" / "centre").static()
    places = {place["id"] for place in written["places"]}
    assert all(counter["place"] in places for counter in written["counters"])
    assert list(tmp_path.glob("*.partial")) == []


def test_the_snapshot_is_the_same_every_time(tmp_path: Path) -> None:
    write_snapshot(CONTENT, tmp_path / "a")
    write_snapshot(load_content(ROOT / "data" / "centre"), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


BREAKAGES = [
    ("centre.yaml", "phone: 0200 000 0101", "phones: 1", "phones"),
    ("centre.yaml", "language: vi", "language: fr", "language"),
    ("centre.yaml", "  en: 1 Vi Du Street, Minh Hoa Ward", "  en:", "address"),
    ("counters.yaml", '- id: "2"', '- id: "1"', "counters[1]"),
    ("counters.yaml", "place: counter-3", "place: nowhere", "places.yaml"),
    ("counters.yaml", "service_minutes: 7", "service_minutes: many", "service_minutes"),
    ("counters.yaml", "service_minutes: 7", "service_minutes: .nan", "service_minutes"),
    ("counters.yaml", "services: [certification]", "services: [Chứng thực]", "services[0]"),
    ("places.yaml", "x: -8.9", "x: far", "pose.x"),
    ("places.yaml", "kind: dock", "kind: harbour", "kind"),
    ("places.yaml", 'counter: "1"', 'counter: "77"', "counter"),
    ("places.yaml", "id: dock", "id: home", "places[1]"),
    ("hours.yaml", "country: VN", "country: ZZ", "country"),
    ("hours.yaml", "timezone: Asia/Ho_Chi_Minh", "timezone: Asia/Atlantis", "timezone"),
    ("hours.yaml", '{from: "7:30", to: "11:30"}', '{from: "25:30", to: "11:30"}', "from"),
    ("hours.yaml", '{from: "7:30", to: "11:30"}', '{from: "12:30", to: "11:30"}', "to"),
    ("hours.yaml", 'to: "11:30"}, {from: "13:00"', 'to: "13:30"}, {from: "13:00"', "from"),
    ("hours.yaml", "date: 2025-04-26", "date: 26/04/2025", "date"),
    ("hours.yaml", "country: VN", "country: VN\ncountry: VN", "country"),
    ("hours.yaml", "digits: 3", "digits: three", "digits"),
    ("notices.yaml", "from: 2026-11-17", "from: soon", "from"),
    ("notices.yaml", "notices:", "notices: [", "file"),
]


@pytest.mark.parametrize(("file", "old", "new", "field"), BREAKAGES)
def test_a_mistake_is_named(folder: Path, file: str, old: str, new: str, field: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(LetanError) as caught:
        load_content(folder)
    error = caught.value
    assert error.code == "centre_content_invalid"
    assert field in error.en
    assert re.search(r"\w+\.yaml:\d+", error.vi)


def test_the_line_is_exact(folder: Path) -> None:
    path = folder / "counters.yaml"
    lines = path.read_text("utf-8").splitlines()
    number = next(i for i, line in enumerate(lines, 1) if "service_minutes: 15" in line)
    lines[number - 1] = "    service_minutes: -15"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(LetanError, match=f"counters.yaml:{number}, "):
        load_content(folder)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[" * 3000, b"- just\n- a list\n", b"a: &x [*x]\n"]
)
def test_rubbish_is_refused_with_an_error(folder: Path, content: bytes) -> None:
    (folder / "counters.yaml").write_bytes(content)
    with pytest.raises(LetanError) as caught:
        load_content(folder)
    assert caught.value.code == "centre_content_invalid"


def test_notices_may_be_left_out_and_other_files_may_not(folder: Path) -> None:
    (folder / "notices.yaml").unlink()
    assert load_content(folder).notices == ()
    (folder / "hours.yaml").unlink()
    with pytest.raises(LetanError, match=r"hours\.yaml"):
        load_content(folder)


def test_a_broken_map_is_named(folder: Path, sqlite_database: Database) -> None:
    (folder / "map.pgm").write_bytes(b"P5\n10 10\n255\n")
    with pytest.raises(LetanError) as caught:
        Centre(sqlite_database, folder)
    assert caught.value.code == "centre_content_invalid"
    assert "map.pgm" in caught.value.en


def test_times_are_quoted_or_not() -> None:
    # YAML 1.1 reads an unquoted 7:30 as the number 450; ours must not.
    assert yaml.safe_load("7:30") == 450
    assert CONTENT.hours.week[0][0].start.hour == 7


def test_an_unquoted_time_is_a_time(folder: Path) -> None:
    path = folder / "hours.yaml"
    path.write_text(path.read_text("utf-8").replace('"7:30"', "7:30"), "utf-8")
    assert load_content(folder).hours.week == CONTENT.hours.week
