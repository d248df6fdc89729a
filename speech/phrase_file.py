"""Phrases to expect in every utterance, in a JSON file that the application writes anew at will."""

import json
import logging
from pathlib import Path

log = logging.getLogger("speech.phrases")

MOST_PHRASES = 5_000
LONGEST = 300
LARGEST_FILE = 4_000_000


class PhraseFile:
    """``{"phrases": ["đăng ký khai sinh", …]}``, read again when it has changed.

    A file that is missing or wrong is no fault of whoever speaks: it counts as empty, or as what
    it last was, and the log says so.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._phrases: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        if self._path is None:
            return ()
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._stamp = stamp
                self._phrases = _read(self._path, status.st_size)
        except (OSError, ValueError) as error:
            log.warning("phrases in %s cannot be used: %s", self._path, error)
        return self._phrases


def _read(path: Path, size: int) -> tuple[str, ...]:
    if size > LARGEST_FILE:
        raise ValueError(f"over {LARGEST_FILE} bytes")
    found = json.loads(path.read_text(encoding="utf-8"))
    phrases = found.get("phrases") if isinstance(found, dict) else None
    if not isinstance(phrases, list):
        raise ValueError('not {"phrases": […]}')
    texts = (" ".join(item.split())[:LONGEST] for item in phrases if isinstance(item, str))
    return tuple(dict.fromkeys(filter(None, texts)))[:MOST_PHRASES]
