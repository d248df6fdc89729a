"""Every mistake in content is answered with file, line, column, key and what to do."""

from pathlib import Path

import pytest
from catalogue_samples import BIRTH, HOUSE_NUMBER, head

from assistant.catalogue.content import load_folder, parse_file
from assistant.catalogue.problems import ContentError, ContentProblem

ENTRY = "- code: '1.001193'\n  name: Đăng ký khai sinh\n  service: civil_status\n"


def problems(text: str | bytes) -> list[ContentProblem]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ContentError) as caught:
        parse_file("ho-tich.yaml", raw)
    for problem in caught.value.problems:
        assert problem.vi
        assert problem.en
        assert problem.vi != problem.en
        assert f"ho-tich.yaml:{problem.line}:{problem.column}" in problem.text("vi")
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("line", "code", "column", "path"),
    [
        ("  fee_vnd: -1", "fee_negative", 12, "fee_vnd"),
        ("  fee_vnd: 8.000", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: 8.000đ", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: '8000'", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: 8000.0", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: true", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: miễn phí", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: 99999999999999999999", "fee_type", 12, "fee_vnd"),
        ("  fee_vnd: 2000000000", "fee_large", 12, "fee_vnd"),
        ("  fee_vnd: []", "fee_empty", 12, "fee_vnd"),
        ("  fee_vnd: [{case: a, amount_vnd: -5}]", "fee_negative", 35, "fee_vnd[0].amount_vnd"),
        ("  fee_vnd: [{amount: 5}]", "key_unknown", 14, "fee_vnd[0].amount"),
        ("  fee: 5", "key_unknown", 3, "fee"),
        ("  name: Tên khác", "key_twice", 3, "name"),
        ("  verified: yes", "bool_type", 13, "verified"),
        ("  rank: 0", "number_invalid", 9, "rank"),
        ("  rank: nhất", "number_invalid", 9, "rank"),
        ("  online: maybe", "value_unknown", 11, "online"),
        ("  documents: Tờ khai", "list_type", 14, "documents"),
        ("  documents: [{vi: ''}]", "empty_text", 20, "documents[0].vi"),
        ("  documents: [{vi: a, copies: 0}]", "number_invalid", 31, "documents[0].copies"),
        ("  documents: [{en: a}]", "missing", 15, "documents[0].vi"),
        ("  documents: [{vi: a, id: d2}, {vi: b}]", "id_twice", 32, "documents[1]"),
        ("  time: 5", "mapping_expected", 9, "time"),
        ("  time: {value: 5, unit: ngày}", "value_unknown", 26, "time.unit"),
        ("  time: {value: -5, unit: days}", "number_invalid", 17, "time.value"),
        ("  note: 5", "text_expected", 9, "note"),
        ('  note: "a\\u0007"', "control_character", 9, "note"),
        ("  aliases: [1.5]", "string_type", 13, "aliases[0]"),
        (
            "  cases: [{if: a, documents_drop: [Giấy]}]",
            "drop_unknown",
            36,
            "cases[0].documents_drop[0]",
        ),
        ("  same_as: ['1.2']", "code_invalid", 13, "same_as[0]"),
        ("  same_as: ['1.001193']", "same_as_itself", 13, "same_as[0]"),
        ("  replaced_by: '1.999999'", "replaced_by_unknown", 16, "replaced_by"),
        ("  replaced_by: '1.001193'", "replaced_by_loop", 16, "replaced_by"),
        ("  valid_from: 1/3/2027", "date_format", 15, "valid_from"),
        ("  valid_from: 2027-02-30", "date_format", 15, "valid_from"),
        ("  note: &neo a", "anchor", 9, "note"),
        ("  note: *neo", "anchor", 9, "note"),
        ("  note: !!python/name:os.system a", "tag", 9, "note"),
        ("  ? [a]\n  : b", "key_type", 5, ""),
        ("  note: a: b", "syntax", 10, None),
        ("\tnote: a", "tab", 1, None),
    ],
)
def test_a_wrong_line_is_named(line: str, code: str, column: int, path: str | None) -> None:
    found = problems(head() + ENTRY + line + "\n")
    at = {(p.code, p.line, p.column) for p in found}
    assert (code, 6, column) in at
    if path:
        assert f"procedures[0].{path}" in {p.path for p in found}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("- code: 1.001930\n  name: a\n  service: land\n", "code_unquoted"),
        ("- code: yes\n  name: a\n  service: land\n", "code_invalid"),
        ("- code: true\n  name: a\n  service: land\n", "code_unquoted"),
        ("- code: null\n  name: a\n  service: land\n", "string_type"),
        ("- code: X-Nha\n  name: a\n  service: land\n", "code_invalid"),
        ("- name: a\n  service: land\n", "missing"),
        ("- code: x-a\n  service: land\n", "missing"),
        ("- code: x-a\n  name: a\n", "missing"),
        ("- code: x-a\n  name: a\n  service: nha\n", "service_unknown"),
        ("- 5\n", "mapping_expected"),
        ("- null\n", "mapping_expected"),
        ("- []\n", "mapping_expected"),
        ("- code: x-a\n  name: a\n  service: land\n  verified: true\n", "verified_without_source"),
    ],
)
def test_a_wrong_entry_is_named(entry: str, code: str) -> None:
    found = problems(head() + entry)
    assert code in {p.code for p in found}
    assert all(p.line >= 3 for p in found)


def test_all_mistakes_are_told_at_once() -> None:
    text = head() + ENTRY + "  fee_vnd: -1\n  rang: 5\n" + ENTRY + "  online: maybe\n"
    assert [(p.code, p.line) for p in problems(text)] == [
        ("fee_negative", 6),
        ("key_unknown", 7),
        ("code_twice", 8),
        ("value_unknown", 11),
    ]


def test_a_near_key_is_suggested() -> None:
    (found,) = problems(head() + ENTRY + "  fee_vdn: 5\n")
    assert "fee_vnd" in found.vi
    assert "fee_vnd" in found.en


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"", "file_empty", 1),
        (b"# chi co ghi chu\n", "file_empty", 1),
        (b"5\n", "mapping_expected", 1),
        (b"- a\n", "mapping_expected", 1),
        (b"field: {vi: a, en: b}\nprocedures: []\n", "too_short", 2),
        (b"field: {vi: a, en: b}\nprocedures: 5\n", "list_type", 2),
        (b"field: {vi: a}\nprocedures: 5\n", "missing", 1),
        (b"field: {vi: a, en: b}\n\xff\n", "encoding", 2),
        ("field: {vi: a, en: b}\n".encode("utf-16"), "encoding", 1),
        (b"field: {vi: a, en: b}\n---\nx: 1\n", "second_document", 2),
        (b"x" * (4 * 1024 * 1024 + 1), "file_large", 1),
        (b"[" * 100_000, "depth", 1),
        (b"- " * 100_000, "depth", 1),
        (b"{a: " * 100_000 + b"1" + b"}" * 100_000, "depth", 1),
        (b"procedures: [" + b"1," * 200_000 + b"]", "file_large", 1),
        (b"a: b\x00", "syntax", 1),
        (b"a: 'b\n", "syntax", 2),
    ],
)
def test_a_wrong_file_is_named(raw: bytes, code: str, line: int) -> None:
    assert (code, line) in {(p.code, p.line) for p in problems(raw)}


def test_alias_bombs_are_refused_without_being_built() -> None:
    rows = ["a0: &a0 [x, x]"]
    rows += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert {p.code for p in problems("\n".join(rows))} >= {"anchor"}


def test_a_code_in_two_files_names_both_places(folder: Path) -> None:
    text = head("Nuôi con nuôi", "Adoption") + BIRTH
    (folder / "nuoi-con-nuoi.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_folder(folder)
    (found,) = caught.value.problems
    assert (found.code, found.file, found.line) == ("code_twice", "nuoi-con-nuoi.yaml", 3)
    assert "ho-tich.yaml:3" in found.vi
    assert "ho-tich.yaml:3" in found.en


def test_a_wrong_entry_does_not_break_what_refers_to_it() -> None:
    retired = "- code: '2.000200'\n  name: a\n  service: land\n  replaced_by: '1.001193'\n"
    found = problems(head() + ENTRY + "  fee_vnd: -1\n" + retired)
    assert [p.code for p in found] == ["fee_negative"]


def test_two_live_entries_cannot_be_the_same() -> None:
    other = "- code: '2.000001'\n  name: a\n  service: land\n  same_as: ['1.001193']\n"
    (found,) = problems(head() + ENTRY + other)
    assert found.code == "same_as_live"
    assert "ho-tich.yaml:3" in found.vi


def test_a_second_code_belongs_to_one_entry() -> None:
    other = "- code: '2.000001'\n  name: a\n  service: land\n  same_as: ['1.000001']\n"
    (found,) = problems(head() + HOUSE_NUMBER + other)
    assert found.code == "same_as_twice"


def test_a_loop_of_replacements_is_named() -> None:
    loop = "".join(
        f"- code: x-{a}\n  name: a\n  service: land\n  replaced_by: x-{b}\n"
        for a, b in ("ab", "bc", "ca")
    )
    assert {p.code for p in problems(head() + loop)} == {"replaced_by_loop"}


@pytest.mark.parametrize("code", ["folder_missing", "folder_empty"])
def test_a_wrong_folder_is_named(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "content"
    if code == "folder_empty":
        folder.mkdir()
        (folder / "note.txt").write_text("a")
        (folder / ".hidden.yaml").write_text("a")
    with pytest.raises(ContentError) as caught:
        load_folder(folder)
    assert caught.value.problems[0].code == code
    assert caught.value.status == 422


def test_other_ways_of_saving_a_file_are_understood() -> None:
    text = head() + BIRTH
    plain = parse_file("a.yaml", text.encode())
    assert parse_file("a.yaml", text.replace("\n", "\r\n").encode()) == plain
    assert parse_file("a.yaml", ("\ufeff" + text).encode()) == plain


def test_decomposed_vietnamese_is_composed() -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", head() + BIRTH)
    assert parse_file("a.yaml", text.encode()) == parse_file("a.yaml", (head() + BIRTH).encode())
