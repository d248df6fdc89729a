"""Which parts of the application work: what `/readyz` and the metric `letan_part_ready` tell."""

from dataclasses import dataclass
from typing import Any

import structlog

from assistant.errors import Language, LetanError
from assistant.metrics import Metrics

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """The state of one part."""

    ready: bool
    required: bool
    """Whether visitors can be served without it."""
    vi: str
    """Why it is not ready, for people; empty when it is."""
    en: str


class Health:
    """Parts report here; pages and probes ask here."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._parts: dict[str, Part] = {}

    def starting(self, name: str, *, required: bool) -> None:
        self._put(name, Part(False, required, "Đang khởi động.", "Starting."))

    def ready(self, name: str) -> None:
        self._put(name, Part(True, self._required(name), "", ""))

    def failed(self, name: str, vi: str, en: str) -> None:
        self._put(name, Part(False, self._required(name), vi, en))

    def failed_with(self, name: str, error: BaseException) -> None:
        """Report an error: ours with its sentences, any other logged with its trace."""
        if isinstance(error, LetanError):
            self.failed(name, error.vi, error.en)
            log.error("part failed", part=name, code=error.code, detail=error.en, more=error.log)
            return
        log.error("part failed", part=name, exc_info=error)
        kind = type(error).__name__
        self.failed(
            name, f"Lỗi ngoài dự kiến ({kind}); xem nhật ký.", f"Unexpected {kind}; see the log."
        )

    def part(self, name: str) -> Part | None:
        return self._parts.get(name)

    @property
    def is_ready(self) -> bool:
        return all(part.ready for part in self._parts.values() if part.required)

    def report(self, language: Language) -> dict[str, Any]:
        """`{"ready", "degraded", "parts": {name: {"ready", "required", "detail"?}}}`."""
        parts: dict[str, Any] = {}
        for name, part in self._parts.items():
            parts[name] = {"ready": part.ready, "required": part.required}
            if not part.ready:
                parts[name]["detail"] = part.vi if language == "vi" else part.en
        return {
            "ready": self.is_ready,
            "degraded": not all(part.ready for part in self._parts.values()),
            "parts": parts,
        }

    def _required(self, name: str) -> bool:
        known = self._parts.get(name)
        return known.required if known is not None else False

    def _put(self, name: str, part: Part) -> None:
        self._parts[name] = part
        self._metrics.ready.labels(name).set(part.ready)
