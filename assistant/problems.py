"""Errors on HTTP: RFC 9457 problem documents in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Scope

from assistant.errors import Language, LetanError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

_TITLES: dict[int, tuple[str, str]] = {
    400: ("Yêu cầu không đọc được", "The request cannot be read"),
    401: ("Cần mã truy cập", "A token is needed"),
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Cách gọi không được hỗ trợ", "Method not allowed"),
    409: ("Xung đột", "Conflict"),
    410: ("Đã kết thúc", "Gone"),
    413: ("Nội dung quá lớn", "Content too large"),
    415: ("Định dạng không được hỗ trợ", "Unsupported media type"),
    421: ("Sai tên máy chủ", "Misdirected request"),
    422: ("Dữ liệu chưa đúng", "The input is not right"),
    429: ("Quá nhiều yêu cầu", "Too many requests"),
    500: ("Lỗi của máy chủ", "Server error"),
    503: ("Tạm thời chưa phục vụ được", "Unavailable for the moment"),
}


class FieldProblem(BaseModel):
    """One wrong input field."""

    field: str = Field(examples=["text"])
    detail: str = Field(examples=["text: at most 2000 characters, this one has 10000"])


class Problem(BaseModel):
    """An error (RFC 9457, `application/problem+json`)."""

    type: str = Field(examples=["/errors#text_too_long"])
    title: str = Field(examples=["The input is not right"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["The message is too long: at most 2000 characters."])
    code: str = Field(examples=["text_too_long"], description="stable; see docs/errors.md")
    field: str | None = Field(None, description="the input that is wrong", examples=["text"])
    remedy: str | None = Field(None, description="what can be done about it")
    errors: list[FieldProblem] | None = Field(None, description="all wrong fields")
    id: str | None = Field(None, description="names the entry in the server's log")


RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {
        "description": text,
        "model": Problem,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, text in {
        "4XX": "What was sent is wrong or not allowed; `code` says how",
        "5XX": "The server cannot do it (now); `code` says why",
    }.items()
}
"""For `FastAPI(responses=…)`: every operation documents the shape of its errors."""


def language_of(headers: Mapping[str, str], default: Language = "vi") -> Language:
    """The reader's language by `Accept-Language` (RFC 9110 §12.5.4): Vietnamese or English."""
    best, best_weight = default, 0.0
    for item in headers.get("accept-language", "").split(",")[:16]:
        tag, _, parameter = item.strip().lower().partition(";")
        weight = 1.0
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                continue
        short = tag.split("-")[0]
        if short in ("vi", "en") and weight > best_weight:
            best, best_weight = cast(Language, short), weight
    return best


def problem(
    error: LetanError, language: Language, errors: Sequence[FieldProblem] = (), id_: str = ""
) -> dict[str, Any]:
    """The document of an error: also the text of errors inside WebSockets and JSON lines."""
    vi, en = _TITLES.get(error.status, (HTTPStatus(error.status).phrase,) * 2)
    body: dict[str, Any] = {
        "type": f"/errors#{error.code}",
        "title": vi if language == "vi" else en,
        "status": error.status,
        "detail": error.text(language),
        "code": error.code,
    }
    remedy = error.remedy(language)
    if error.field is not None:
        body["field"] = error.field
    if remedy is not None:
        body["remedy"] = remedy
    if errors:
        body["errors"] = [item.model_dump() for item in errors]
    if id_:
        body["id"] = id_
    return body


def response(
    error: LetanError, language: Language, errors: Sequence[FieldProblem] = (), id_: str = ""
) -> JSONResponse:
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    content = problem(error, language, errors, id_)
    return JSONResponse(content, error.status, headers, media_type=MEDIA_TYPE)


def unexpected(error: Exception, scope: Scope) -> tuple[LetanError, str]:
    """Log an error nobody foresaw, once and with its trace; people get its id and no detail."""
    id_ = uuid4().hex[:12]
    route = getattr(scope.get("route"), "path", None)
    log.error("unexpected error", id=id_, route=route, kind=scope["type"], exc_info=error)
    return (
        LetanError(
            "internal_error",
            500,
            f"Máy chủ gặp lỗi ngoài dự kiến. Xin thử lại; nếu vẫn lỗi, xin báo cán bộ mã {id_}.",
            f"The server met an unexpected error. Try again; if it stays, report the id {id_}.",
        ),
        id_,
    )


def add_handlers(app: FastAPI, default: Language) -> None:
    """Every error of an endpoint becomes a problem document."""

    async def on_letan(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, LetanError)
        if error.status >= 500 or error.log:
            log.warning("error answered", code=error.code, status=error.status, more=error.log)
        return response(error, language_of(request.headers, default))

    async def on_validation(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        language = language_of(request.headers, default)
        details = error.errors()
        if _is_unread_body(request, details):
            return response(_media_type_unsupported(), language)
        found, fields = from_validation(details, language)
        return response(found, language, fields)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        language = language_of(request.headers, default)
        if isinstance(error.__cause__, LetanError):  # raised while the body was being read
            return response(error.__cause__, language)
        answer = response(_from_status(error), language)
        answer.headers.update(error.headers or {})
        return answer

    app.add_exception_handler(LetanError, on_letan)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)


def _is_unread_body(request: Request, details: Sequence[Any]) -> bool:
    """Whether there is a body that was not taken for JSON because it does not say it is."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length") != "0"
    is_json = kind == "application/json" or (kind.startswith("application/") and "+json" in kind)
    unread = any(
        tuple(item["loc"]) == ("body",) and item["type"] == "model_attributes_type"
        for item in details
    )
    return unread and has_body and not is_json


def _media_type_unsupported() -> LetanError:
    return LetanError(
        "media_type_unsupported",
        415,
        "Nội dung gửi lên phải là JSON và phải ghi rõ như vậy.",
        "The body must be JSON and must say so.",
        field="Content-Type",
        remedy_vi="Gửi kèm 'Content-Type: application/json'.",
        remedy_en="Send 'Content-Type: application/json'.",
    )


def _from_status(error: HTTPException) -> LetanError:
    if error.status_code == 404:
        return LetanError(
            "not_found", 404, "Không có địa chỉ này.", "There is nothing at this address."
        )
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return LetanError(
            "method_not_allowed",
            405,
            f"Địa chỉ này không nhận cách gọi đó; dùng: {allowed}.",
            f"This address does not take that method; use: {allowed}.",
        )
    if error.status_code == 400:
        return LetanError(
            "body_unreadable",
            400,
            "Nội dung gửi lên không đọc được. Hãy gửi JSON, mã hoá UTF-8.",
            "The body cannot be read. Send JSON in UTF-8.",
        )
    return LetanError("http_error", error.status_code, str(error.detail), str(error.detail))


def from_validation(
    errors: Sequence[Any], language: Language
) -> tuple[LetanError, list[FieldProblem]]:
    """Pydantic's findings as one error: the first field in words, all of them in a list.

    The offending input itself is never repeated: it may hold personal data.
    """
    if errors and errors[0]["type"] == "json_invalid":
        location = errors[0]["loc"]  # FastAPI puts the position there, pydantic does not
        vi_at = f" ở ký tự {location[-1]}" if location else ""
        en_at = f" at character {location[-1]}" if location else ""
        return (
            LetanError(
                "json_invalid",
                400,
                f"Nội dung không phải JSON hợp lệ: sai cú pháp{vi_at}.",
                f"The body is not valid JSON: wrong syntax{en_at}.",
                remedy_vi='Gửi JSON đúng cú pháp, ví dụ {"text": "xin chào"}.',
                remedy_en='Send well-formed JSON, for example {"text": "hello"}.',
            ),
            [],
        )
    both = [(_field(item["loc"]), *_sentence(item)) for item in errors]
    field, vi, en = both[0] if both else ("", "không đúng", "not right")
    name = field or "body"
    error = LetanError(
        "input_invalid",
        422,
        f"{name}: {vi}.",
        f"{name}: {en}.",
        field=field or None,
        remedy_vi="Sửa các trường trong danh sách 'errors' rồi gửi lại.",
        remedy_en="Correct the fields listed in 'errors' and send again.",
    )
    texts = [(f, v if language == "vi" else e) for f, v, e in both[:20]]
    return error, [FieldProblem(field=f or "body", detail=text) for f, text in texts]


def _field(location: Sequence[str | int]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in ("body", "query", "path", "header", "cookie"):
        parts = parts[1:]
    return ".".join(parts)[:120]


_SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("bắt buộc phải có", "is required"),
    "extra_forbidden": (
        "trường này không có trong API; hãy bỏ đi",
        "this field is not known here; leave it out",
    ),
    "string_type": ("phải là chuỗi ký tự", "must be a string"),
    "int_type": ("phải là số nguyên", "must be a whole number"),
    "int_parsing": ("phải là số nguyên", "must be a whole number"),
    "float_type": ("phải là số", "must be a number"),
    "float_parsing": ("phải là số", "must be a number"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "bool_parsing": ("phải là true hoặc false", "must be true or false"),
    "list_type": ("phải là danh sách", "must be a list"),
    "dict_type": ("phải là đối tượng JSON", "must be a JSON object"),
    "model_attributes_type": ("phải là đối tượng JSON", "must be a JSON object"),
    "model_type": ("phải là đối tượng JSON", "must be a JSON object"),
    "string_too_long": ("dài nhất {max_length} ký tự", "at most {max_length} characters"),
    "string_too_short": ("ít nhất {min_length} ký tự", "at least {min_length} characters"),
    "too_long": ("nhiều nhất {max_length} mục", "at most {max_length} items"),
    "literal_error": ("phải là một trong: {expected}", "must be one of: {expected}"),
    "enum": ("phải là một trong: {expected}", "must be one of: {expected}"),
    "greater_than": ("phải lớn hơn {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("phải từ {ge} trở lên", "must be at least {ge}"),
    "less_than": ("phải nhỏ hơn {lt}", "must be less than {lt}"),
    "less_than_equal": ("phải từ {le} trở xuống", "must be at most {le}"),
    "string_unicode": ("phải là văn bản Unicode hợp lệ", "must be valid Unicode text"),
    "finite_number": ("phải là số hữu hạn", "must be a finite number"),
    "one_of_two": (
        "cần đúng một trong hai trường '{first}' và '{second}'",
        "exactly one of '{first}' and '{second}' is needed",
    ),
    "string_pattern_mismatch": ("phải theo mẫu {pattern}", "must match {pattern}"),
}


def _sentence(item: Mapping[str, Any]) -> tuple[str, str]:
    context = {key: str(value) for key, value in (item.get("ctx") or {}).items()}
    vi, en = _SENTENCES.get(item["type"], ("", ""))
    if not vi:
        return "giá trị không hợp lệ", str(item.get("msg", "not a valid value"))[:200]
    return vi.format_map(context).replace("' or '", "' hoặc '"), en.format_map(context)
