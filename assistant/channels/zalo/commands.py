"""`./letan zalo …`. Imports live inside the commands, so that `./letan` starts quickly."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

DataDir = Annotated[Path | None, typer.Option(help="Where the database lives; default: var/")]
Spoken = Annotated[Literal["vi", "en"], typer.Option(help="Language.")]


def add_to(letan: typer.Typer, settings: Callable[..., Any]) -> None:
    """Put the commands of the channel under `zalo`; `settings(data_dir=…)` reads the settings."""
    zalo = typer.Typer(help="Citizens on Zalo.", no_args_is_help=True)
    letan.add_typer(zalo, name="zalo")

    @zalo.command()
    def connect(
        *,
        redirect_url: Annotated[
            str | None, typer.Option(help="As saved in Zalo's console; default: the settings'.")
        ] = None,
        tokens: Annotated[
            bool, typer.Option("--tokens", help="Paste tokens of the API Explorer instead.")
        ] = False,
        language: Spoken = "vi",
        data_dir: DataDir = None,
    ) -> None:
        """Let an administrator of the Official Account consent, and keep the tokens."""
        from assistant.channels.zalo.connecting import connect as connect_

        work = connect_(
            settings(data_dir=data_dir),
            language,
            ask=lambda what: str(typer.prompt(what)),
            ask_secret=lambda what: str(typer.prompt(what, hide_input=True)),
            redirect=redirect_url,
            paste_tokens=tokens,
        )
        raise typer.Exit(asyncio.run(work))

    @zalo.command()
    def check(
        *,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
        webhook: Annotated[
            str | None, typer.Option(help="Its address; default: from public_url.")
        ] = None,
        resume: Annotated[
            bool, typer.Option("--resume", help="Send what was held until a person has acted.")
        ] = False,
        set_bot_webhook: Annotated[
            bool, typer.Option("--set-bot-webhook", help="Tell Zalo the bot's address.")
        ] = False,
        language: Spoken = "vi",
        data_dir: DataDir = None,
    ) -> None:
        """Prove settings, signature, tokens and webhook, in plain words."""
        from assistant.channels.zalo.check import check as check_

        work = check_(
            settings(data_dir=data_dir),
            language,
            as_json=as_json,
            webhook=webhook,
            resume=resume,
            set_bot_webhook=set_bot_webhook,
        )
        raise typer.Exit(asyncio.run(work))
