"""`GET /procedures` as published, with errors in the reader's language."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalogue_samples import SHIPPED
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant import problems
from assistant.catalogue.endpoints import router
from assistant.catalogue.snapshot import snapshot_from_folder
from assistant.catalogue.view import PublishedCatalogue
from assistant.errors import LetanError


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "catalogue.json"
    snapshot_from_folder(SHIPPED, path)
    return path


def application() -> FastAPI:
    app = FastAPI()
    problems.add_handlers(app, "vi")
    app.include_router(router, prefix="/api/v1")
    return app


@pytest.fixture(scope="module")
def client(snapshot: Path) -> Iterator[TestClient]:
    app = application()
    app.state.catalogue = PublishedCatalogue.load(snapshot)
    with TestClient(app) as opened:
        yield opened


def test_one_procedure_is_the_entry_of_the_release(client: TestClient, snapshot: Path) -> None:
    entries = {p["code"]: p for p in json.loads(snapshot.read_bytes())["procedures"]}
    answer = client.get("/api/v1/procedures/1.001193")
    assert answer.status_code == 200
    shown = {key: value for key, value in entries["1.001193"].items() if key != "examples"}
    assert answer.json() == shown


def test_a_retired_code_gives_its_successor(client: TestClient) -> None:
    assert client.get("/api/v1/procedures/1.014063").json()["code"] == "1.116410"


@pytest.mark.parametrize("code", ["9.999999", "x", "a" * 3000, "%00", "1.001193;--", "✓"])
def test_an_unknown_code_is_a_problem_with_a_remedy(client: TestClient, code: str) -> None:
    answer = client.get(f"/api/v1/procedures/{code}", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["code"] == "procedure_unknown"
    assert problem["field"] == "code"
    assert "procedures?q=" in problem["detail"] + str(problem.get("remedy"))
    assert len(problem["detail"]) < 400


def test_a_search_lists_the_best_first(client: TestClient) -> None:
    answer = client.get("/api/v1/procedures", params={"q": "dang ky khai sinh", "limit": 3}).json()
    assert answer["procedures"][0]["code"] == "1.001193"
    assert len(answer["procedures"]) == 3
    assert answer["total"] > 3


def test_all_pages_together_are_the_whole_catalogue(client: TestClient) -> None:
    codes: list[str] = []
    while True:
        page = client.get("/api/v1/procedures", params={"limit": 100, "offset": len(codes)}).json()
        if not page["procedures"]:
            break
        codes += [p["code"] for p in page["procedures"]]
    assert len(codes) == len(set(codes)) == page["total"]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}, {"q": "a" * 201}]
)
def test_wrong_parameters_name_the_field(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get("/api/v1/procedures", params=query)
    assert answer.status_code == 422
    assert next(iter(query)) in answer.text


def test_before_the_first_release_it_says_to_wait() -> None:
    with TestClient(application()) as client:
        answer = client.get("/api/v1/procedures")
    assert answer.status_code == 503
    assert answer.json()["code"] == "catalogue_not_ready"
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("raw", [None, b"", b"{", b"[]", b'{"procedures": [{}]}', b"\xff"])
def test_a_damaged_snapshot_is_refused(tmp_path: Path, raw: bytes | None) -> None:
    path = tmp_path / "catalogue.json"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(LetanError) as caught:
        PublishedCatalogue.load(path)
    assert caught.value.code == "catalogue_unreadable"
