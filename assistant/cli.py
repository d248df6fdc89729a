"""`./letan`: every command. Imports live inside the commands, so that each starts quickly."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant.channels.zalo import commands as zalo_commands
from assistant.errors import Language, LetanError

app = typer.Typer(
    help="Lễ Tân: bàn tiếp dân của phường, bằng phần mềm. The front desk of a ward, in software.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kiosk = typer.Typer(help="Kiosks away from this machine.", no_args_is_help=True)
app.add_typer(kiosk, name="kiosk")
speech = typer.Typer(help="Speech engines and their models.", no_args_is_help=True)
app.add_typer(speech, name="speech")

robot = typer.Typer(help="Robots of the settings.", no_args_is_help=True)
app.add_typer(robot, name="robot")

staff = typer.Typer(help="Accounts of the staff.", no_args_is_help=True)
app.add_typer(staff, name="staff")

DataDir = Annotated[
    Path | None, typer.Option(help="Where the database and releases live; default: var/")
]
_LANGUAGES: tuple[Language, ...] = ("vi", "en")
Spoken = Annotated[Literal["vi", "en"], typer.Option(help="Language.")]


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Start everything; the first time this loads the content and trains the first release."""
    from assistant.serve import serve

    raise typer.Exit(serve(_settings(host=host, port=port, data_dir=data_dir)))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Check everything; extra words go to pytest (paths, -k …)."""
    from assistant.checks import run_checks

    raise typer.Exit(run_checks(context.args))


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Say what is missing on this machine, and the remedy."""
    from rich.console import Console

    from assistant.doctor import report

    raise typer.Exit(report(_settings(data_dir=data_dir), Console()))


@app.command()
def chat(
    json_lines: Annotated[
        bool, typer.Option("--json", help="Read and write one JSON object a line.")
    ] = False,
    language: Annotated[Literal["vi", "en"] | None, typer.Option()] = None,
    url: Annotated[str | None, typer.Option(help="Talk to a running server instead.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Talk to the receptionist in this terminal."""
    from assistant.channels.terminal import chat as talk
    from assistant.serve import ensure_release

    settings = _settings(data_dir=data_dir)
    if url is None:
        ensure_release(settings, quiet=json_lines)
    _finish(talk(settings, json_lines=json_lines, language=language, url=url))


@app.command()
def train(data_dir: DataDir = None) -> None:
    """Build and publish a release from the content as it is now."""
    from assistant.serve import build_release

    build_release(_settings(data_dir=data_dir))


@app.command()
def evaluate(
    *,
    questions: Annotated[Path | None, typer.Option(help="Questions, one JSON a line.")] = None,
    dialogues: Annotated[Path | None, typer.Option(help="Conversations (YAML).")] = None,
    audio: Annotated[Path | None, typer.Option(help="A folder of recordings.")] = None,
    language: Annotated[Literal["vi", "en"], typer.Option(help="Spoken in the folder.")] = "vi",
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write the report here; -: standard output.")
    ] = None,
    release: Annotated[str | None, typer.Option(help="Release id; default: published.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Measure questions, dialogues or how well recordings are heard (docs/evaluation.md)."""
    from assistant.releases.evaluation import check_files, run_evaluation
    from assistant.serve import ensure_release

    if sum(source is not None for source in (questions, dialogues, audio)) != 1:
        told = "give either --questions FILE.jsonl, --dialogues FILE.yaml or --audio FOLDER"
        raise typer.BadParameter(told)
    settings = _settings(data_dir=data_dir)
    if audio is not None:
        from assistant.releases.audio_evaluation import check_audio, run_audio_evaluation

        if check_audio(audio, json_out, language) and release is None:
            ensure_release(settings)
        _finish(run_audio_evaluation(settings, audio, json_out, release, language))
    check_files(questions, dialogues, json_out)  # before a first release is trained for it
    if release is None:
        ensure_release(settings)
    _finish(run_evaluation(settings, questions, dialogues, json_out, release))


@app.command()
def simulate(
    *,
    visitors: Annotated[int, typer.Option(min=1, max=2000, help="Who come.")] = 350,
    robots: Annotated[int, typer.Option(min=1, max=8, help="Simulated ones.")] = 2,
    hours: Annotated[float, typer.Option(min=0.25, max=24, help="Of opening time.")] = 8.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults", help="Stops, emergency stops, blocked ways, slip.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report; default: in the data folder.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Play a day of the centre: visitors, conversations, counters, robots (docs/robots.md)."""
    from assistant.serve import ensure_release
    from assistant.simulation.command import check_folder
    from assistant.simulation.command import simulate as play
    from assistant.simulation.day import Plan

    settings = _settings(data_dir=data_dir)
    folder = out or settings.data_dir / "simulated-day"
    check_folder(folder)
    ensure_release(settings)
    _finish(play(settings, Plan(visitors, robots, hours, seed, faults), folder))


@app.command()
def transcribe(
    files: Annotated[list[Path], typer.Argument(help="WAV, FLAC, OGG, MP3, M4A or WebM files.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    language: Spoken = "vi",
) -> None:
    """Write down what is said in recordings."""
    from assistant.voice.transcription import transcribe as write_down

    _finish(write_down(_settings(), files, as_json=as_json, language=language))


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    out: Annotated[Path, typer.Option(help="WAV file to write.")],
    language: Annotated[Literal["vi", "en"] | None, typer.Option(help="Default: vi.")] = None,
    voice: Annotated[
        Literal["vi", "vi-vn-x-central", "vi-vn-x-south", "en"] | None,
        typer.Option(help="North, Centre, South, or English; default: the settings'."),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", "--rate", min=0.5, max=2.0, help="1 is normal.")
    ] = 1.0,
) -> None:
    """Speak a text into a WAV file."""
    from assistant.voice.commands import say as speak

    if voice is not None and language is not None and (voice == "en") != (language == "en"):
        raise typer.BadParameter(f"the voice {voice} does not speak {language}")
    _finish(speak(_settings(), text, out, language=language, voice=voice, rate=speed))


@app.command()
def listen(
    *,
    wav: Annotated[Path | None, typer.Option(help="Listen to this file instead.")] = None,
    language: Spoken = "vi",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    device: Annotated[str | None, typer.Option(help="Number or (part of) a name.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait for a microphone to be plugged in.")] = False,
    show_devices: Annotated[bool, typer.Option("--list-devices", help="Microphones.")] = False,
    out: Annotated[Path | None, typer.Option(help="WAV file for what is answered.")] = None,
    url: Annotated[str | None, typer.Option(help="Talk to a running server instead.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Have a conversation at this machine's microphone: what is asked is answered aloud."""
    from assistant.channels.microphone import check_source
    from assistant.channels.microphone import listen as hear
    from assistant.serve import ensure_release
    from assistant.voice.listening import list_devices

    if show_devices:
        raise typer.Exit(list_devices(as_json=as_json))
    settings = _settings(data_dir=data_dir)
    check_source(wav, device, wait=wait)
    if url is None:
        ensure_release(settings, quiet=as_json)
    _finish(
        hear(
            settings,
            wav,
            language=language,
            as_json=as_json,
            device=device,
            wait=wait,
            out=out,
            url=url,
        )
    )


@app.command("export")
def export_(
    folder: Annotated[Path, typer.Argument(help="An empty or new folder, or a FILE.xlsx.")],
    data_dir: DataDir = None,
) -> None:
    """Write the content as YAML (procedures, questions, centre) or as an Excel workbook."""
    from assistant.exchange.commands import export_workbook
    from assistant.releases.content import export_content

    settings = _settings(data_dir=data_dir)
    as_workbook = folder.suffix.lower() == ".xlsx"
    _finish((export_workbook if as_workbook else export_content)(settings, folder))


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="A folder that export wrote, data/, or a file.")],
    save: Annotated[
        bool, typer.Option("--save", help="Of a workbook or file: write it, not only the report.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Check content and load it; nothing changes when a line is wrong. A file: a report first."""
    from assistant.exchange.commands import import_file
    from assistant.releases.content import import_content

    settings = _settings(data_dir=data_dir)
    if folder.is_file():
        _finish(import_file(settings, folder, save=save))
    _finish(import_content(settings, folder))


@kiosk.command("pair")
def pair(data_dir: DataDir = None) -> None:
    """Print a code with which a kiosk on another machine pairs itself."""
    from assistant.kiosks.service import print_pairing_code

    _finish(print_pairing_code(_settings(data_dir=data_dir)))


@staff.command("create")
def staff_create(
    name: Annotated[str, typer.Option(help="What is typed at the log-in.")],
    role: Annotated[
        Literal["viewer", "clerk", "editor", "publisher", "administrator"],
        typer.Option(help="What the account may do: docs/console.md."),
    ],
    data_dir: DataDir = None,
) -> None:
    """Create an account; the password is read from standard input."""
    from assistant.staff.commands import create

    _finish(create(_settings(data_dir=data_dir), name, role))


@staff.command("password")
def staff_password(
    name: Annotated[str, typer.Option(help="Whose password.")],
    data_dir: DataDir = None,
) -> None:
    """Set a new password, read from standard input; for somebody who is locked out."""
    from assistant.staff.commands import set_password

    _finish(set_password(_settings(data_dir=data_dir), name))


@staff.command("list")
def staff_list(data_dir: DataDir = None) -> None:
    """Show the accounts."""
    from assistant.staff.commands import listing

    _finish(listing(_settings(data_dir=data_dir)))


@robot.command("list")
def robot_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    language: Spoken = "vi",
) -> None:
    """Show the robots of the settings; connects to none."""
    from assistant.robots.check import list_robots

    raise typer.Exit(list_robots(_settings(), language, as_json=as_json))


@robot.command("check")
def robot_check(
    *,
    robot_id: Annotated[str, typer.Argument(metavar="ID", help="As in letan.toml.")],
    move: Annotated[bool, typer.Option("--move", help="Drive 0.5 m and back as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --move: do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    language: Spoken = "vi",
    data_dir: DataDir = None,
) -> None:
    """Prove link, pose, map, battery, switches and stop; moves nothing unless told to."""
    from assistant.releases.content import centre_folder
    from assistant.robots.check import ask_to_move, check_robot

    settings = _settings(data_dir=data_dir)
    if move and not yes:
        typer.confirm(ask_to_move(language), abort=True, err=True)
    centre = centre_folder(settings)
    _finish(check_robot(settings, centre, robot_id, language=language, move=move, as_json=as_json))


@speech.command("serve")
def speech_serve(
    uri: Annotated[str, typer.Option(help="tcp://0.0.0.0:10300 or unix:///path")],
    engine: Annotated[str, typer.Option(help="viet_asr, vosk, whisper, espeak or pyttsx3.")],
    model: Annotated[Path | None, typer.Option(help="Folder; default: the settings'.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of that model.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Offer an engine to Home Assistant and others (Wyoming); Ctrl-C ends it."""
    from assistant.voice.speech_commands import serve

    serve(_settings(data_dir=data_dir), uri, engine, model, language)


@speech.command("models")
def speech_models(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    install: Annotated[str | None, typer.Option(help="A folder, an archive, an address.")] = None,
    language: Annotated[str, typer.Option(help="Language of the model to install.")] = "vi",
    sha256: Annotated[str | None, typer.Option(help="Its checksum; an address needs one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """List engines and models, or install one; nothing is ever downloaded unasked."""
    from assistant.voice.speech_commands import install_model, list_models

    settings = _settings(data_dir=data_dir)
    if install is not None:
        raise typer.Exit(install_model(settings, install, language, sha256))
    raise typer.Exit(list_models(settings, as_json=as_json))


def _settings(**options: Any) -> Any:
    """Settings with the command's options on top; a wrong one ends the command with its name."""
    from pydantic import ValidationError

    from assistant.settings import Settings

    try:
        return Settings(**{key: value for key, value in options.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(map(str, problem["loc"])) or "letan.toml"
            print(f"{where}: {problem['msg']} (docs/settings.md)", file=sys.stderr)
        raise typer.Exit(2) from error


zalo_commands.add_to(app, _settings)


def _finish(work: Coroutine[Any, Any, int | None]) -> None:
    raise typer.Exit(asyncio.run(work) or 0)


def main() -> None:
    """Entry point: errors of ours are sentences, never traces."""
    try:
        app()
    except LetanError as error:
        for language in _LANGUAGES:
            told = (error.text(language), error.remedy(language))
            print(" ".join(filter(None, told)), file=sys.stderr)
        if error.log:
            print(f"({error.code}: {error.log})", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
