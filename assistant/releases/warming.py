"""Before turns move over to a release, its engine answers recorded questions as its report says.

The questions are a sample of the regression set, kept in the report with the answers that were
given while it was evaluated, so that a release can be proved years later.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from assistant.catalogue.view import PublishedCatalogue
from assistant.engine.client import EngineClient, EngineRefusedError, TurnRequest
from assistant.errors import LetanError
from assistant.releases.evaluation_desk import morning_at
from assistant.releases.regression import PROBES, carried_by
from assistant.releases.scoring import reply_words

log = structlog.get_logger(__name__)

LEAST = 50
"""Questions asked of an engine before it serves anybody."""
_SECONDS = 10.0
_NAMED = 3
_MOST_WORDS = 120


async def warm(client: EngineClient, folder: Path, release: str) -> int:
    """Ask an engine the questions of its release's report; how many were asked.

    Where the report holds too few, it is asked for procedures by name, to be warm.
    Raises LetanError `release_answers_otherwise`; `TimeoutError`, `EngineGoneError`.
    """
    probes = await asyncio.to_thread(_probes, folder)
    context = await asyncio.to_thread(morning_at, folder)
    others: list[tuple[str, str, str]] = []
    for probe in probes:
        said = await _answer(client, str(probe["text"]), context, probe.get("topic"))
        expected = probe.get("answer")
        if expected is not None and said != expected:
            others.append((str(probe["text"]), _words(expected), _words(said)))
    if others:
        log.error("release answers otherwise", release=release, questions=len(others))
        raise _otherwise(others, len(probes))
    log.info("engine warmed", release=release, questions=len(probes))
    return len(probes)


async def _answer(
    client: EngineClient, text: str, context: Mapping[str, Any], topic: str | None
) -> list[str]:
    conversation = f"preview-{uuid4().hex[:20]}"
    request = TurnRequest(conversation, uuid4().hex, text, None, None, dict(context), topic)
    try:
        reply = await client.turn(request, _SECONDS)
        await client.forget(conversation, _SECONDS)
    except EngineRefusedError as error:
        if error.status == 503:
            raise
        return ["", f"error {error.status}"]
    codes = [str(each["code"]) for each in reply.understanding.get("procedures") or ()]
    return [codes[0] if codes else "", reply_words(reply)]


def _probes(folder: Path) -> list[Mapping[str, Any]]:
    found: Iterable[Any] = (carried_by(folder) or {}).get(PROBES) or ()
    probes: list[Mapping[str, Any]] = [
        each for each in found if isinstance(each, dict) and each.get("text")
    ]
    if len(probes) < LEAST:
        procedures = PublishedCatalogue.load(folder / "catalogue.json").search()
        missing = LEAST - len(probes)
        probes += [{"text": procedure.name.vi} for procedure in procedures[:missing]]
    return probes


def _words(answer: Any) -> str:
    code, said = (*answer, "", "")[:2] if isinstance(answer, list) else ("", "")
    return f"{code} {said}".strip()[:_MOST_WORDS] or "–"


def _otherwise(others: list[tuple[str, str, str]], asked: int) -> LetanError:
    told = "; ".join(f"“{text}”: {before} → {after}" for text, before, after in others[:_NAMED])
    return LetanError(
        "release_answers_otherwise",
        409,
        f"Bản này trả lời khác báo cáo đánh giá của chính nó ở {len(others)} trong {asked} câu "
        f"nên không được phát hành; bản cũ vẫn đang phục vụ. {told}",
        f"The release answers otherwise than its own report in {len(others)} of {asked} "
        f"questions, so it was not published; the one before goes on serving. {told}",
        remedy_vi="Tạo lại bản mới.",
        remedy_en="Build it again.",
    )
