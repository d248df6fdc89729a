"""`./letan speech serve` and `./letan speech models`."""

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from assistant import logging
from assistant.settings import Settings, SpeechSettings
from assistant.voice.errors import of_speech
from assistant.voice.services import Role, SpeechService, engine_options
from speech import models, server
from speech.engines import kind_of
from speech.errors import SpeechError
from speech.models_install import install

PROOF_SECONDS = 90.0


def serve(
    settings: Settings, uri: str, engine: str, model: Path | None, language: str | None
) -> NoReturn:
    """A speech engine as a Wyoming service for Home Assistant and others; runs until Ctrl-C.

    Models and voices are those of the settings unless told otherwise. Raises LetanError
    `speech_unavailable` for an unknown engine; a wrong or taken URI ends with code 2.
    """
    try:
        role: Role = kind_of(engine)
    except SpeechError as error:
        raise of_speech(error) from error
    if role == "recogniser" and language == "en":
        role = "recogniser_en"
    options = engine_options(role, engine, settings.speech)
    options += ["--language", language] if language is not None else []
    options += ["--model", str(model.expanduser().resolve())] if model is not None else []
    server.main(["--uri", uri, "--engine", engine, *options])


def list_models(settings: Settings, *, as_json: bool = False) -> int:
    """Prints every known model: engine, languages, size, licence, where, and what is here."""
    found = models.survey(models_folder(settings), _configured(settings.speech))
    if as_json:
        for item in found:
            path = str(item.path) if item.path is not None else None
            data = {
                **asdict(item.model),
                "installed": item.installed,
                "path": path,
                "capabilities": models.CAPABILITIES[item.model.engine],
            }
            print(json.dumps(data, ensure_ascii=False))
        return 0
    for item in found:
        model = item.model
        print(f"{'[x]' if item.installed else '[ ]'} {model.engine}: {model.name}")
        languages = ", ".join(model.languages)
        print(f"      {model.task} {languages}; {model.size_mb} MB; {model.licence}")
        print(f"      {_told(models.CAPABILITIES[model.engine])}")
        print(f"      {item.path or model.where}")
        if model.note:
            print(f"      {model.note}")
    print(f"\n[x] is here. Models installed by hand lie in {models_folder(settings)}.")
    print("./letan speech models --install FILE|FOLDER|ADDRESS [--language vi] [--sha256 …]")
    return 0


def _told(capabilities: dict[str, Any]) -> str:
    """What an engine can do, in a line: "streaming, no grammar, … max_utterance_s 15.0"."""
    told = [
        (name if value else f"no {name}") if isinstance(value, bool) else f"{name} {_plain(value)}"
        for name, value in capabilities.items()
    ]
    return ", ".join(told)


def _plain(value: object) -> str:
    return "–".join(map(str, value)) if isinstance(value, tuple) else str(value)


def install_model(settings: Settings, source: str, language: str, sha256: str | None) -> int:
    """Installs a model, proves it by loading it in a process of its own, prints its settings.

    Raises LetanError `model_*` and `speech_unavailable`.
    """

    # The log would hide what is printed here.
    logging.configure(settings.model_copy(update={"log_level": "error"}))

    def prove(folder: Path) -> None:
        asyncio.run(_prove(folder, language))

    try:
        path, digest = install(source, models_folder(settings), sha256=sha256, check=prove)
    except SpeechError as error:
        raise of_speech(error) from error
    if digest is not None:
        print(f"sha256 {digest}")
    print(f"{path}\n\nletan.toml:\n[speech]")
    quoted = json.dumps(str(path))
    if models.engine_of(path) == "whisper":
        print(f"whisper_model = {quoted}")
    else:
        print(f"vosk_models = {{ {language} = {quoted} }}")
        print('recogniser_en = "vosk"' if language == "en" else 'recogniser = "vosk"')
    return 0


def models_folder(settings: Settings) -> Path:
    """Where models installed by hand lie."""
    return settings.data_dir.resolve() / "models"


async def _prove(folder: Path, language: str) -> None:
    engine = models.engine_of(folder)
    wanted = (
        SpeechSettings(recogniser="whisper", whisper_model=folder)
        if engine == "whisper"
        else SpeechSettings(recogniser="vosk", vosk_model=folder, vosk_language=language)
    )
    with tempfile.TemporaryDirectory(prefix="letan-") as sockets:
        service = SpeechService.build("recogniser", wanted, Path(sockets))
        try:
            await service.start()
            ready = await service.wait_ready(PROOF_SECONDS)
            health = service.health
        finally:
            await service.close()
    if not ready or health.state != "ready" or health.reason is not None:
        reason = health.reason or "it was not ready in time"
        raise SpeechError(
            "model_wrong",
            f"Mô hình này không nạp được: {reason}",
            f"This model cannot be loaded: {reason}",
        )


def _configured(settings: SpeechSettings) -> dict[str, Path]:
    found = {f"vosk_{name}": path for name, path in settings.vosk_folders().items()}
    if settings.whisper_model is not None:
        found["whisper"] = settings.whisper_model
    return {name: path.expanduser() for name, path in found.items()}
