"""Reply parts drawn in a terminal; what a terminal cannot show becomes text."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from assistant.conversation.wording import say
from assistant.errors import Language

Part = dict[str, Any]


def show(console: Console, reply: dict[str, Any]) -> None:
    """Print the parts of a reply in their order."""
    language: Language = "en" if reply["language"] == "en" else "vi"
    for part in reply["parts"]:
        for line in _lines(part, language):
            console.print(line)


def _lines(part: Part, language: Language) -> list[Any]:
    match part.get("type"):
        case "text":
            return [f"[cyan]Lễ Tân:[/cyan] {escape(part['text'])}"]
        case "procedure":
            return [_card(part, language)]
        case "checklist":
            return [
                f"  {_mark(item.get('have'))} {escape(item['title'])}" for item in part["items"]
            ]
        case "choices":
            return _choices(part)
        case "route":
            return [f"  → {escape(line)}" for line in part.get("directions") or [part["title"]]]
        case "ticket":
            return [Panel.fit(f"[bold]{part['number']}[/bold]  {escape(part['counter_name'])}")]
        case "handoff":
            where = [part.get("where"), part.get("phone"), part.get("hours")]
            return ["  " + escape(" · ".join(str(item) for item in where if item))]
        case _:
            return []


def _card(part: Part, language: Language) -> Panel:
    lines: list[str] = []
    shown = part.get("asked") or list(part["sections"])
    for name in shown:
        section = part["sections"].get(name)
        if section is not None:
            lines.append(f"[bold]{escape(section['title'])}[/bold]")
            lines += [f"  {escape(line)}" for line in section["lines"]]
    source = part.get("source") or {}
    foot = " · ".join(
        str(item)
        for item in (part["code"], source.get("date"), *(source.get("urls") or []))
        if item
    )
    if not part.get("verified", True):
        foot += " · " + say(language, "chưa được xác minh")
    return Panel("\n".join([*lines, f"[dim]{escape(foot)}[/dim]"]), title=escape(part["name"]))


def _choices(part: Part) -> list[str]:
    lines = [escape(part["prompt"])] if part.get("prompt") else []
    for number, choice in enumerate(part["choices"], 1):
        detail = f" [dim]{escape(choice['detail'])}[/dim]" if choice.get("detail") else ""
        lines.append(f"  [bold]{number}[/bold]  {escape(choice['title'])}{detail}")
    return lines


def _mark(have: bool | None) -> str:
    return {True: "✓", False: "✗"}.get(have, "?") if have is not None else "?"
