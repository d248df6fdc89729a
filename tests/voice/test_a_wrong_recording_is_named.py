"""`./letan transcribe` says which file cannot be used, why, and what to do."""

from pathlib import Path

import pytest

from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.voice.commands import transcribe


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"plain text, no audio", b"ID3\x03" + bytes(200)]
)
async def test_the_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "đoạn ghi.wav"
    path.write_bytes(content)
    with pytest.raises(LetanError) as caught:
        await transcribe(Settings(data_dir=tmp_path), path, as_json=True, language="vi")
    assert str(path) in caught.value.vi
    assert str(path) in caught.value.en
    assert caught.value.field == "file"


@pytest.mark.parametrize("name", ["missing.wav", "."])
async def test_a_path_that_is_no_file_is_named_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(LetanError) as caught:
        await transcribe(Settings(data_dir=tmp_path), tmp_path / name, as_json=True, language="vi")
    assert caught.value.vi.count(str(tmp_path)) == 1
    assert "đường dẫn" in caught.value.vi
