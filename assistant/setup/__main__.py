"""`python3 -m assistant.setup COMMAND …`: makes ready what COMMAND needs, then returns.

Called by `./letan` before every command; costs a few hundredths of a second when nothing is to do.
"""

import fcntl
import sys
import time

from assistant.setup.environments import ROOT, TOOLS, application, engine, web_assets
from assistant.setup.steps import SetupError, Step
from assistant.setup.system_packages import system_packages

_TEXT_ONLY = {"say", "transcribe", "listen"}


def _command(arguments: list[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), "")


def plan(command: str) -> list[Step]:
    """The steps that `command` needs, in order."""
    if command in {"", "doctor"} or command in {"help"}:
        return [application(development=False)]
    development = command == "test"
    steps = [system_packages(development=development), application(development=development)]
    if command not in _TEXT_ONLY:
        steps.append(engine())
    if command in {"run", "test"}:
        steps.append(web_assets())
    return steps


def main(arguments: list[str]) -> int:
    if {"--help", "-h"} & set(arguments):
        arguments = []
    steps = [step for step in plan(_command(arguments)) if not step.ready()]
    if not steps:
        return 0
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals at once: the second waits for the first
        for number, step in enumerate(steps, 1):
            if step.ready():
                continue
            print(f"[{number}/{len(steps)}] {step.title}", file=sys.stderr, flush=True)
            started = time.monotonic()
            try:
                step.do()
            except SetupError as error:
                print(f"\n{error}", file=sys.stderr)
                if not step.optional:
                    return 1
            else:
                seconds = time.monotonic() - started
                print(f"      ✓ {seconds:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    if not (ROOT / "pyproject.toml").is_file():
        sys.exit("Start ./letan from its own folder.")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
