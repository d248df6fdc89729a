"""Errors of the speech room: a stable code and a sentence with the remedy in two languages."""

from dataclasses import dataclass


@dataclass(slots=True)
class SpeechError(Exception):
    """Raised by every door of this room; the application renders it as its own error."""

    code: str
    """Stable identifier, for example ``audio_not_wav``."""
    vi: str
    """What happened and what to do about it, in Vietnamese."""
    en: str
    """The same in English."""
    log: str | None = None
    """More for the log; never holds what somebody said."""

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"


class AudioError(SpeechError):
    """The audio cannot be used; the sentence says what is wrong with it."""


class EngineUnavailableError(SpeechError):
    """A package, a program or a model is missing; the sentence says how to get it."""


class EngineFailedError(SpeechError):
    """The engine broke or went silent during a call; trying again makes sense."""


class ServiceUnreachableError(SpeechError):
    """Nothing answers at the service's address."""


def unavailable(engine: str, missing: str, remedy: str) -> EngineUnavailableError:
    """The error for an engine that lacks ``missing``; ``remedy`` is a command or a setting."""
    return EngineUnavailableError(
        code="engine_unavailable",
        vi=f"Chưa dùng được bộ tiếng nói '{engine}': thiếu {missing}. Cách khắc phục: {remedy}",
        en=f"Speech engine '{engine}' is unavailable: {missing} is missing. Remedy: {remedy}",
    )


def engine_failed(engine: str, log: str) -> EngineFailedError:
    """The error for a call that raised, crashed or went over its deadline."""
    return EngineFailedError(
        code="engine_failed",
        vi=f"Bộ tiếng nói '{engine}' gặp lỗi và đang được khởi động lại; xin thử lại.",
        en=f"Speech engine '{engine}' failed and is being restarted; please try again.",
        log=log,
    )
