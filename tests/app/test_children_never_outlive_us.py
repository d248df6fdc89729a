"""Children are restarted when they die and end with the application, however it ends."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from desk_fixtures import ROOT, until

from assistant.processes import ChildProcess, read_lines

STAYS = "import sys; sys.stdin.read()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def gone(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_a_child_that_dies_is_started_again() -> None:
    states: list[str] = []
    child = ChildProcess("c", python(STAYS), first_pause=0.01, on_change=states.append)
    child.start()
    assert await child.wait_ready(20)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.pid not in (None, first) and child.state == "ready")
    assert child.restarts == 1
    await child.stop()
    assert states == ["starting", "ready", "waiting", "starting", "ready", "stopped"]
    assert child.pid is None


async def test_a_child_is_ready_when_its_probe_says_so() -> None:
    answers = iter([False, OSError(), True])

    async def probe() -> bool:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    child = ChildProcess("c", python(STAYS), ready=probe)
    child.start()
    assert await child.wait_ready(20)
    await child.stop()


async def test_a_child_that_is_never_ready_is_replaced() -> None:
    async def never() -> bool:
        return False

    child = ChildProcess("c", python(STAYS), ready=never, ready_seconds=0.2, first_pause=0.01)
    child.start()
    await until(lambda: child.restarts >= 2)
    assert child.failure == "not ready within 0.2 s"
    await child.stop()


async def test_a_missing_program_is_a_reason_not_a_crash() -> None:
    child = ChildProcess("c", ["/does/not/exist"], first_pause=0.01)
    child.start()
    await until(lambda: child.restarts >= 2)
    assert child.failure == "/does/not/exist cannot be started: No such file or directory"
    await child.stop()


async def test_why_it_died_is_kept() -> None:
    program = "import sys; print('the reason', file=sys.stderr); sys.exit(7)"
    child = ChildProcess("c", python(program), first_pause=0.01)
    child.start()
    await until(lambda: child.restarts >= 1)
    assert child.failure == "ended with exit code 7"
    assert child.last_lines[-1] == "the reason"
    await child.stop()


async def test_stopping_ends_deaf_children_and_grandchildren(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {DEAF!r}]);"
        f"open({str(note)!r}, 'w').write(str(p.pid)); " + DEAF
    )
    child = ChildProcess("c", python(program), stop_seconds=0.3)
    child.start()
    await until(lambda: note.exists() and bool(note.read_text()))
    pids = [int(note.read_text()), child.pid]
    await child.stop()
    await until(lambda: all(pid is not None and gone(pid) for pid in pids))


async def test_no_orphan_survives_a_killed_application(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = f"""
import asyncio, sys
from assistant.processes import ChildProcess
async def main():
    child = ChildProcess("c", [sys.executable, "-c", {STAYS!r}])
    child.start()
    await child.wait_ready()
    open({str(note)!r}, "w").write(str(child.pid))
    await asyncio.Event().wait()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(*python(program), cwd=ROOT)
    try:
        await until(lambda: note.exists() and bool(note.read_text()))
    finally:
        parent.kill()
        await parent.wait()
    await until(lambda: gone(int(note.read_text())))


async def test_secrets_are_not_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LETAN_OPERATOR_TOKEN", "secret")
    note = tmp_path / "env"
    program = f"import os; open({str(note)!r}, 'w').write(str(dict(os.environ)) + 'end')"
    child = ChildProcess("c", python(program + "; " + STAYS))
    child.start()
    await until(lambda: note.exists() and note.read_text().endswith("end"))
    await child.stop()
    assert "LETAN_OPERATOR_TOKEN" not in note.read_text()


async def test_any_output_is_lines() -> None:
    stream = asyncio.StreamReader()
    stream.feed_data(b"one\n\n" + b"x" * 300_000 + b"\ntw\xffo")
    stream.feed_eof()
    lines = [line async for line in read_lines(stream)]
    assert lines[0] == "one"
    assert lines[-1] == "tw\ufffdo"
    assert max(map(len, lines)) <= 8000


@pytest.mark.parametrize("turns", range(12))
async def test_a_child_may_be_stopped_at_any_moment_of_its_start(turns: int) -> None:
    """Its pipes are connected one after another, a turn of the event loop each."""
    loop = asyncio.get_running_loop()
    child = ChildProcess("c", python(STAYS), stop_seconds=5.0)
    before = set(children())
    child.start()
    await turns_of(loop, turns)
    await asyncio.wait_for(child.stop(), 20)
    assert all(gone(pid) for pid in set(children()) - before)


@pytest.mark.parametrize("turns", range(12))
async def test_a_child_may_be_stopped_in_any_moment_of_its_death(turns: int) -> None:
    """It dies by itself, and we end while that is noticed: no next one is started."""
    loop = asyncio.get_running_loop()
    child = ChildProcess("c", ["cat"], first_pause=0.01)
    before = set(children())
    child.start()
    assert await child.wait_ready(20)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    while child.pid is not None:
        await turns_of(loop, 1)
    await turns_of(loop, turns)
    stopping = asyncio.create_task(child.stop())
    done, _ = await asyncio.wait({stopping}, timeout=20)
    assert done
    assert child.state == "stopped"
    assert all(gone(pid) for pid in set(children()) - before)


async def turns_of(loop: asyncio.AbstractEventLoop, count: int) -> None:
    for _ in range(count):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


def children() -> list[int]:
    return [
        int(pid)
        for pid in Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
    ]
