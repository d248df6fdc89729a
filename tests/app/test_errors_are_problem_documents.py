"""Whatever goes wrong on HTTP is an RFC 9457 document in the reader's language."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import LetanError
from assistant.logging import configure
from assistant.problems import language_of
from assistant.settings import Settings

CONVERSATIONS = "/api/v1/conversations"
JSON = {"Content-Type": "application/json"}


def checked(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"/errors#{body['code']}"
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("method", "url", "body", "status", "code"),
    [
        ("GET", "/nothing", None, 404, "not_found"),
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("PUT", "/healthz", None, 405, "method_not_allowed"),
        ("POST", CONVERSATIONS, "{", 400, "json_invalid"),
        ("POST", CONVERSATIONS, "[]", 422, "input_invalid"),
        ("POST", CONVERSATIONS, "7", 422, "input_invalid"),
        ("POST", CONVERSATIONS, '{"kiosk": 7}', 422, "input_invalid"),
        ("POST", CONVERSATIONS, '{"lang": "vi"}', 422, "input_invalid"),
        ("POST", CONVERSATIONS, '{"language": "fr"}', 422, "input_invalid"),
        ("POST", CONVERSATIONS, '"' + "x" * 70_000 + '"', 413, "body_too_large"),
        ("POST", CONVERSATIONS, "\xff\xfe", 400, None),
    ],
)
async def test_bad_requests(
    http: httpx.AsyncClient, method: str, url: str, body: str | None, status: int, code: str | None
) -> None:
    content = body.encode("latin-1") if body is not None else None
    answer = await http.request(method, url, content=content, headers=JSON)
    problem = checked(answer)
    assert problem["status"] == status
    assert code is None or problem["code"] == code


async def test_a_body_too_large_is_refused_without_its_length(http: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 4096

    answer = await http.post(CONVERSATIONS, content=chunks(), headers=JSON)
    assert checked(answer)["code"] == "body_too_large"


async def test_the_wrong_field_is_named_with_its_remedy(http: httpx.AsyncClient) -> None:
    url = f"{CONVERSATIONS}/x/messages"
    answer = await http.post(
        url, json={"text": 5, "nope": 1}, headers={"Accept-Language": "en-GB,en;q=0.9"}
    )
    problem = checked(answer)
    assert problem["field"] == "text"
    assert problem["remedy"]
    fields = {item["field"]: item["detail"] for item in problem["errors"]}
    assert fields == {
        "text": "must be a string",
        "nope": "this field is not known here; leave it out",
    }


async def test_what_was_sent_is_not_repeated(http: httpx.AsyncClient) -> None:
    answer = await http.post(CONVERSATIONS, json={"language": "0912345678"})
    assert "0912345678" not in answer.text


async def test_the_language_is_the_readers(http: httpx.AsyncClient) -> None:
    english = checked(await http.get("/nothing", headers={"Accept-Language": "fr, en;q=0.4"}))
    assert english["detail"] == "There is nothing at this address."
    vietnamese = await http.get("/nothing")
    assert vietnamese.headers["content-language"] == "vi"
    assert checked(vietnamese)["detail"] == "Không có địa chỉ này."


@given(st.text(max_size=80))
def test_any_accept_language_gives_a_language(header: str) -> None:
    assert language_of({"accept-language": header}) in ("vi", "en")


async def test_an_unforeseen_error_is_logged_once_and_tells_nothing(
    http: httpx.AsyncClient, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    app = http.app  # type: ignore[attr-defined]
    configure(settings)  # again: now it writes where this test reads

    @app.get("/broken")
    async def broken() -> None:
        text = "0912345678 is what somebody wrote"
        raise RuntimeError("the cause" + text[:0])

    answer = await http.get("/broken", headers={"Authorization": "Bearer t0ken"})
    problem = checked(answer)
    assert (problem["status"], problem["code"]) == (500, "internal_error")
    assert "the cause" not in json.dumps(problem)
    log = capsys.readouterr().err
    logged = [line for line in log.splitlines() if problem["id"] in line]
    assert len(logged) == 1
    assert "the cause" in logged[0]
    assert "0912345678" not in log
    assert "t0ken" not in log


async def test_errors_of_ours_keep_their_code_status_and_wait(http: httpx.AsyncClient) -> None:
    app = http.app  # type: ignore[attr-defined]

    @app.get("/busy")
    async def busy() -> None:
        raise LetanError("busy_example", 503, "Bận.", "Busy.", field="f", retry_after=7)

    answer = await http.get("/busy")
    problem = checked(answer)
    assert (problem["code"], problem["field"]) == ("busy_example", "f")
    assert answer.headers["retry-after"] == "7"


async def test_openapi_shows_errors_and_examples(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    operations = [
        operation
        for path, item in document["paths"].items()
        if path.startswith("/api/v1/")
        for operation in item.values()
    ]
    assert operations
    for operation in operations:
        for group in ("4XX", "5XX"):
            content = operation["responses"][group]["content"]
            schema = content["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "example" in json.dumps(document["components"]["schemas"]["MessageIn"])


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_said_to_be_json_is_refused(
    http: httpx.AsyncClient, kind: str
) -> None:
    url = f"{CONVERSATIONS}/x/messages"
    answer = await http.post(
        url, content=b'{"text": "xin ch\xc3\xa0o"}', headers={"Content-Type": kind}
    )
    problem = checked(answer)
    assert (problem["status"], problem["code"]) == (415, "media_type_unsupported")
    assert "application/json" in problem["remedy"]


@pytest.mark.parametrize("body", [{}, {"text": "a", "payload": "b"}, {"text": None}])
async def test_text_or_payload_is_asked_for(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    problem = checked(await http.post(f"{CONVERSATIONS}/x/messages", json=body))
    assert "'text'" in problem["detail"]
    assert "'payload'" in problem["detail"]


@pytest.mark.parametrize("id_", ["%00", "\u2603", "a" * 33, "'"])
async def test_odd_ids_are_unknown_conversations(http: httpx.AsyncClient, id_: str) -> None:
    answer = await http.post(f"{CONVERSATIONS}/{id_}/messages", json={"text": "xin chào"})
    assert checked(answer)["code"] == "conversation_unknown"
    assert checked(await http.delete(f"{CONVERSATIONS}/{id_}"))["code"] == "conversation_unknown"


async def test_a_lone_surrogate_is_no_conversation(http: httpx.AsyncClient) -> None:
    body = b'{"counter": "3", "conversation": "\\ud800"}'
    answer = await http.post("/api/v1/tickets", content=body, headers=JSON)
    assert checked(answer)["code"] == "conversation_unknown"


@pytest.mark.parametrize("url", ["/healthz", "/api/v1/robots", "/api/v1/nothing"])
async def test_head_is_get_without_the_content(http: httpx.AsyncClient, url: str) -> None:
    got, head = await http.get(url), await http.head(url)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
