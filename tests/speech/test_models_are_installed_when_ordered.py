"""A model comes from a file, a folder or an address, proved by its checksum; never by itself."""

import hashlib
import io
import socket
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from speech import models_install
from speech.engines import load_recogniser, load_synthesiser
from speech.errors import SpeechError, unavailable
from speech.models import KNOWN, survey
from speech.models_install import install

CONTENT = {"am/final.mdl": b"model", "conf/model.conf": b"--x=1\n", "README": b"about"}


def zipped(path: Path, root: str = "vosk-model-x/") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in CONTENT.items():
            archive.writestr(root + name, content)
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "server"
    folder.mkdir()
    zipped(folder / "model.zip")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_from_a_folder_a_zip_and_a_tar(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip")
    path, digest = install(str(archive), tmp_path / "models", sha256=sha256(archive))
    assert (path.name, digest) == ("vosk-model-x", sha256(archive))
    assert {str(item.relative_to(path)) for item in path.rglob("*") if item.is_file()} == set(
        CONTENT
    )
    packed = tmp_path / "vosk-vi.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(path, arcname=".")
    assert install(str(packed), tmp_path / "models")[0].name == "vosk-vi"
    link = tmp_path / "mine"
    link.symlink_to(path)
    copied, digest = install(str(link), tmp_path / "others")
    assert digest is None
    assert (copied / "am" / "final.mdl").read_bytes() == b"model"
    assert not copied.is_symlink()
    found = {item.path.name for item in survey(tmp_path / "models", {}) if item.path is not None}
    assert found == {"vosk-model-x", "vosk-vi"}


def test_from_an_address_only_with_its_checksum(tmp_path: Path, address: str) -> None:
    target, source = tmp_path / "models", f"{address}/model.zip"
    right = sha256(tmp_path / "server" / "model.zip")
    for given in (None, "0" * 64, "abc"):
        with pytest.raises(SpeechError) as caught:
            install(source, target, sha256=given)
        assert caught.value.code == "model_checksum"
    with pytest.raises(SpeechError) as caught:
        install(f"{address}/none.zip", target, sha256=right)
    assert caught.value.code == "model_download"
    assert not target.exists() or list(target.iterdir()) == []
    assert install(source, target, sha256=f"sha256:{right.upper()}")[0].name == "vosk-model-x"
    with pytest.raises(SpeechError) as caught:
        install(source, target, sha256=right)
    assert caught.value.code == "model_present"


def outside(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../am/final.mdl", b"x")


def linked(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        item = tarfile.TarInfo("m/am")
        item.type, item.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(item)


def huge(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        item = tarfile.TarInfo("m/am/final.mdl")
        item.size = 5_000_000_000
        archive.fileobj.write(item.tobuf())  # type: ignore[union-attr]


def cut_off(path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("m/am/final.mdl", b"x" * 10_000)
    path.write_bytes(data.getvalue()[:5_000])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (outside, "model_archive"),
        (linked, "model_archive"),
        (huge, "model_archive"),
        (cut_off, "model_archive"),
        (lambda path: path.write_bytes(b""), "model_archive"),
        (lambda path: path.mkdir(), "model_wrong"),
        (lambda path: None, "model_missing"),
    ],
)
def test_what_is_no_model_leaves_nothing(tmp_path: Path, make, code: str) -> None:
    source, target = tmp_path / "source", tmp_path / "models"
    make(source)
    with pytest.raises(SpeechError) as caught:
        install(str(source), target)
    assert caught.value.code == code
    assert not target.exists() or list(target.iterdir()) == []
    assert not (tmp_path / "am").exists()


def test_a_model_that_its_engine_refuses_is_not_installed(tmp_path: Path) -> None:
    def refuse(folder: Path) -> None:
        raise unavailable("vosk", f"a complete model in {folder}", "take another")

    with pytest.raises(SpeechError) as caught:
        install(str(zipped(tmp_path / "a.zip")), tmp_path / "models", check=refuse)
    assert caught.value.code == "engine_unavailable"
    assert list((tmp_path / "models").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(SpeechError) as caught:
        install(str(zipped(tmp_path / "a.zip")), tmp_path / "models")
    assert caught.value.code == "model_room"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(models_install, "_unpack", full)
    with pytest.raises(SpeechError, match="No space left"):
        install(str(tmp_path / "a.zip"), tmp_path / "others")
    assert list((tmp_path / "others").iterdir()) == []


def test_every_model_tells_size_licence_and_where() -> None:
    for model in KNOWN:
        assert model.size_mb > 0
        assert model.licence
        assert model.where.startswith(("pip install ", "apt-get install ", "https://"))
    viet_asr = next(model for model in KNOWN if model.engine == "viet_asr")
    assert "unproven" in viet_asr.note


def test_no_engine_reaches_for_the_network(
    tmp_path: Path, korean_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name, options in (
        ("viet_asr", {}), ("whisper", {}), ("vosk", {"model": korean_model}), ("vosk", {}),
        ("whisper", {"model": "base"}), ("vosk", {"model": tmp_path}),
    ):  # fmt: skip
        try:
            load_recogniser(name, options).close()
        except SpeechError as error:
            assert error.code == "engine_unavailable"
    for name in ("espeak", "pyttsx3"):
        load_synthesiser(name, {}).close()
    assert asked == []
