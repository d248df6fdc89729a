"""Computes one thing in a forked child while the caller computes another: training has two cores
and the interpreter lets only one thread work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def beside(compute: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Within the block `compute` runs in a child; what is yielded waits for its result, which must
    be plain JSON.

    Where the child fails, the result is computed here, so that its error is raised here too.
    """
    if not hasattr(os, "fork"):
        yield compute
        return
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(compute, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        try:
            yield lambda: _result(answer.read(), compute)
        finally:
            answer.close()
            os.waitpid(child, 0)


def _answer(compute: Callable[[], Any], writing: int) -> None:
    """In the child; never returns, and runs no exit handler of the parent."""
    code = 1
    try:
        with os.fdopen(writing, "wb") as answer:
            answer.write(json.dumps(compute()).encode())
        code = 0
    finally:
        os._exit(code)


def _result(answer: bytes, compute: Callable[[], Any]) -> Any:
    return json.loads(answer) if answer else compute()
