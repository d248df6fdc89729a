"""What exists is documented, and what the documents name exists."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from assistant.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    found = get_command(app)
    return sorted(found.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`(\./letan )?{command}\b", README), f"README does not show '{command}'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    missing = [
        link
        for link in links
        if "://" not in link and not (page.parent / link.split("#")[0]).exists()
    ]
    assert missing == []


def test_every_page_of_docs_is_reachable_from_the_readme() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    unlinked = [page.name for page in PAGES[2:] if f"{page.name})" not in text]
    assert unlinked == []


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name]


def test_no_file_of_code_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py", "*.js", "*.css")
        if (lines := len(path.read_text("utf-8").splitlines())) > 450
    }
    assert long == {}


def test_no_name_that_explains_nothing() -> None:
    names = {path.name for path in tracked("*.py", "*.js")}
    assert names.isdisjoint(
        {"utils.py", "util.py", "helpers.py", "misc.py", "common.py", "manager.py"}
    )


def test_locks_name_no_host() -> None:
    for lock in [*tracked("*.lock"), ROOT / "package-lock.json"]:
        told = re.sub(r'"(url|funding)": ("[^"]*"|\[[^]]*\])', "", lock.read_text("utf-8"))
        assert "://" not in told, lock


def test_nothing_large_is_tracked() -> None:
    large = [path.name for path in tracked() if path.stat().st_size > 2_000_000]
    assert large == []
