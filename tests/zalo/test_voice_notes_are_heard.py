"""Voice notes: fetched from listed hosts only, decoded whatever they are, heard by the real
recogniser, shown back; nothing of them is kept."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from desk_fixtures import client_of, publish_release
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from note_files import CODECS, HERE, NUMBERS, QUESTION, encoded, espeak, serving
from zalo_events import Zalo, bot_event, oa_event, said, with_zalo

from assistant.channels.zalo.choices import read
from assistant.channels.zalo.media import fetch
from assistant.channels.zalo.messages import OutgoingText
from assistant.channels.zalo.voice_notes import (
    Heard,
    NoteProblem,
    VoiceNotes,
    did_i_hear,
    is_recording,
)
from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background
from assistant.voice.service import Voice
from assistant.zalo_settings import ZaloSettings
from speech.audio import read_wav, write_wav
from speech.errors import AudioError
from speech.note_decoder import decode
from speech.recordings import read_note


@pytest.fixture(scope="module")
def wav() -> bytes:
    return espeak(QUESTION)


@pytest.fixture(scope="module")
def notes_of(wav: bytes) -> dict[str, bytes]:
    """The question as every kind of file that a phone may send."""
    found = {name: encoded(wav, *how) for name, how in CODECS.items()}
    clip = read_wav(wav)
    return {**found, "wav": write_wav(clip.pcm, 16_000)}


async def understood(text: str) -> dict[str, Any]:
    """As the engine tells a plain meaning."""
    plain = "khai sinh" in text
    procedures = [{"code": "1.001193", "confidence": 0.95}] if plain else []
    return {"procedures": procedures, "intent": {"name": "ask_procedure", "confidence": 0.9}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(ward: tuple[Settings, Path]) -> AsyncIterator[Zalo]:
    """The application with both channels and the real recogniser for Vietnamese."""
    settings = with_zalo(ward[0], media_hosts=HERE, fetch_seconds=20)
    await publish_release(settings, "first")
    app = create_app(settings)
    app.state.voice = voice = Voice(settings, roles=["recogniser"])
    background = Background(app)
    async with background.running(robots=False), client_of(app) as client:
        await background.wait_engine(30)
        await voice.wait_ready(30)
        yield Zalo(app, client, ward[1])


@asynccontextmanager
async def answering(office: Zalo, events: int) -> AsyncIterator[None]:
    """Ends when so many events of the block are answered."""
    outbound, answered = office.app.state.zalo.outbound, asyncio.Semaphore(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "wake", answered.release)
        yield
        async with asyncio.timeout(60):
            for _ in range(events):
                await answered.acquire()


@pytest.fixture(scope="module")
def hearing(office: Zalo) -> VoiceNotes:
    settings = ZaloSettings(media_hosts=HERE, fetch_seconds=20)
    return VoiceNotes(lambda: office.app.state.voice, understood, settings)


def note_event(url: str, user: str, kind: str = "audio") -> dict[str, Any]:
    attachment = {"type": kind, "payload": {"url": url, "type": "m4a", "name": "ghi am.m4a"}}
    message = {"msg_id": f"n{next(NUMBERS)}", "attachments": [attachment]}
    return oa_event(f"user_send_{kind}", user, message=message)


# Heard


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", [*CODECS, "wav"])
async def test_every_kind_of_file_is_heard(
    kind: str, notes_of: dict[str, bytes], hearing: VoiceNotes
) -> None:
    async with serving(note=notes_of[kind]) as address:
        heard = await hearing.transcribe_note(f"{address}/note", "vi")
    assert isinstance(heard, Heard), heard
    assert "khai sinh" in heard.text.lower()
    assert heard.language == "vi"
    assert 2 < heard.seconds < 4
    assert await hearing.sure(heard), heard.confidence


@pytest.mark.asyncio(loop_scope="module")
async def test_a_host_that_stumbles_is_asked_once_more(
    notes_of: dict[str, bytes], hearing: VoiceNotes
) -> None:
    asked = 0

    async def stumbles(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=502) if asked == 1 else web.Response(body=notes_of["aac"])

    async with serving(note=stumbles) as address:
        heard = await hearing.transcribe_note(f"{address}/note", "vi")
    assert asked == 2
    assert isinstance(heard, Heard)


@pytest.mark.asyncio(loop_scope="module")
async def test_silence_and_noise_are_told_from_words(hearing: VoiceNotes) -> None:
    quiet = encoded(write_wav(bytes(2 * 48_000), 16_000), *CODECS["aac"])
    assert await hearing.hear(quiet, "vi") == NoteProblem("silent")
    hum = b"".join((9_000 if n % 160 < 80 else -9_000).to_bytes(2, "little", signed=True)
                   for n in range(32_000))  # fmt: skip
    heard = await hearing.hear(write_wav(hum, 16_000), "vi")
    assert isinstance(heard, NoteProblem)
    assert heard.kind in ("note_silent", "note_unclear")


@pytest.mark.asyncio(loop_scope="module")
async def test_unsure_words_are_asked_about(hearing: VoiceNotes) -> None:
    for text, confidence, sure in (
        ("gì gì đó", 0.7, False),
        ("khai sinh", 0.7, True),
        ("khai sinh", 0.3, False),
        ("gì gì đó", 0.95, True),
        ("gì gì đó", None, True),
    ):
        assert await hearing.sure(Heard(text, "vi", confidence, 1.0)) is sure, (text, confidence)
    asked = did_i_hear(Heard("khai sinh", "vi", 0.4, 1.0), "1f2e")
    (message,) = asked.messages
    assert isinstance(message, OutgoingText)
    assert message.text == "Em nghe là: “khai sinh”. Đúng không ạ?"
    assert [button.title for button in message.buttons] == ["Đúng ạ", "Không phải"]
    for yes in ("đúng rồi", "Dạ đúng", "1", "số 1", "Đúng ạ", "affirm#1f2e", "vâng ạ"):
        taken = read(yes, asked.offer)
        assert (taken.kind, taken.value) == ("text", "khai sinh"), yes
    for no in ("không phải", "2", "sai rồi", "deny#1f2e", "Không"):
        assert read(no, asked.offer).kind == "again", no
    other = read("lệ phí bao nhiêu", asked.offer)
    assert (other.kind, other.value) == ("text", "lệ phí bao nhiêu")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_voice_note_takes_the_way_of_a_text(
    notes_of: dict[str, bytes], office: Zalo
) -> None:
    """Shown back and answered, sent as a voice message or as a file, on both products; what comes
    after it waits for it."""
    meaning = {"intent": {"name": "ask_procedure", "confidence": 0.9}, "procedures": [
        {"code": "1.001193", "confidence": 0.95}]}  # fmt: skip
    (office.fault / "parse.json").write_text(json.dumps(meaning))
    user = await office.known()
    files = serving(note=notes_of["aac"], file=notes_of["m4a"])
    async with files as address, answering(office, 4):
        for event in (
            note_event(f"{address}/note", user),
            note_event(f"{address}/file", user, "file"),
            said("và lệ phí", user),
        ):
            assert (await office.oa(event)).status_code == 200
        spoken = bot_event("", "6edeab01")
        spoken["event_name"] = "message.voice.received"
        spoken["message"] |= {"voice_url": f"{address}/note", "message_type": "CHAT_VOICE"}
        del spoken["message"]["text"]
        assert (await office.bot(spoken)).status_code == 200
    told = await office.told(user)
    assert len(told) == 3
    for text in told[:2]:
        heard, _, answer = text.partition("\n\n")
        assert heard.startswith("Em nghe là: “")
        assert "khai sinh" in heard.lower()
        assert "khai sinh" in answer.lower()
    assert told[2] == "và lệ phí"
    bot = await office.told("6edeab01", "zalo_bot")
    assert any("Em nghe là: “" in text for text in bot)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_heard_is_said_politely_and_leaves_no_trace(
    notes_of: dict[str, bytes], office: Zalo, capfd: pytest.CaptureFixture[str]
) -> None:
    user = await office.known()
    silent = encoded(write_wav(bytes(2 * 32_000), 16_000), *CODECS["aac"])
    html = b"<!doctype html><html><body>hello</body></html>"
    files = serving(html=html, silent=silent, note=notes_of["aac"])
    async with files as address, answering(office, 4):
        port = address.rpartition(":")[2]
        urls = (
            f"{address}/html",
            f"{address}/silent",
            "https://evil.example/secret-path.aac",
            f"http://localhost:{port}/note",
        )
        for url in urls:
            assert (await office.oa(note_event(url, user))).status_code == 200
    told = await office.told(user)
    assert "không phải đoạn ghi âm" in told[0]
    assert "không nghe thấy tiếng nói" in told[1]
    assert all("không lấy được đoạn ghi âm" in text for text in told[2:])
    assert len(told) == 4
    logged = capfd.readouterr()
    for secret in ("secret-path", port, user):
        assert secret not in logged.out + logged.err


@pytest.mark.asyncio(loop_scope="module")
async def test_a_yes_to_what_was_heard_is_answered(
    notes_of: dict[str, bytes], office: Zalo
) -> None:
    """The meaning is not plain, and eSpeak's words are never sure."""
    meaning = {"intent": {"name": "nlu_fallback", "confidence": 0.2}, "procedures": []}
    (office.fault / "parse.json").write_text(json.dumps(meaning))
    user = await office.known()
    async with serving(note=notes_of["amr"]) as address, answering(office, 1):
        assert (await office.oa(note_event(f"{address}/note", user))).status_code == 200
    (asked,) = await office.told(user)
    assert asked.endswith("Đúng không ạ?")
    office.asked()
    assert (await office.oa(said("đúng rồi", user))).status_code == 200
    await office.settled()
    (meant,) = office.asked()
    assert f"“{meant}”" in asked
    assert (await office.oa(said("không phải", user))).status_code == 200
    await office.settled()
    assert office.asked() == ["không phải"], "once answered, it is not asked about any more"


# Decoded


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!doctype html><html><body>404</body></html>", "audio_not_wav"),
        (b"", "audio_empty"),
        (b"\xff\xf1" + b"x" * 5_000, "audio_empty"),
        (b"ID3" + b"\x7f" * 3_000, "audio_broken"),
        (b"#EXTM3U\nhttp://127.0.0.1/x.aac\n", "audio_not_wav"),
        (b"{}", "audio_not_wav"),
    ],
)
async def test_what_is_no_recording_is_told(data: bytes, code: str) -> None:
    with pytest.raises(AudioError) as told:
        await decode(data, 120, 15)
    assert told.value.code == code


async def test_three_hours_end_after_two_minutes(notes_of: dict[str, bytes]) -> None:
    """7 MB of AMR are three hours; a decoder that went through them would take minutes."""
    frame = bytes([0x04]) + bytes(12)  # 4.75 kbit/s: 13 bytes for 20 ms
    hours = b"#!AMR\n" + frame * (3 * 3600 * 50)
    with pytest.raises(AudioError) as told:
        await decode(hours, 120, 20)
    assert told.value.code == "audio_too_large"


async def test_of_a_note_that_was_cut_off_the_rest_is_heard(notes_of: dict[str, bytes]) -> None:
    whole = await decode(notes_of["aac"], 120, 15)
    cut = await decode(notes_of["aac"][: len(notes_of["aac"]) * 2 // 3], 120, 15)
    assert 0.4 * whole.seconds < cut.seconds < 0.9 * whole.seconds
    with pytest.raises(AudioError):  # its index stood at the end
        await decode(notes_of["m4a"][:4_000], 120, 15)


async def test_a_decoder_that_hangs_is_ended(notes_of: dict[str, bytes]) -> None:
    with pytest.raises(AudioError) as told:
        await decode(notes_of["aac"], 120, 0.01)
    assert told.value.log == "time-out"


@examples(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [b"", b"\xff\xf1", b"\xff\xfb", b"#!AMR\n", b"ID3", b"RIFF", b"OggS", b"\0\0\0 ftyp"]
    ),
    st.binary(max_size=300),
)
def test_no_bytes_break_the_decoder(head: bytes, rest: bytes) -> None:
    """Audio, or an error with a code: nothing else."""
    try:
        assert read_note(head + rest, 10).seconds <= 11
    except AudioError as error:
        assert error.code.startswith("audio_")


async def test_nothing_is_on_a_disk(
    notes_of: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with serving(note=notes_of["m4a"]) as address:
        data = await fetch(f"{address}/note", hosts=HERE, most_bytes=10**6, seconds=10)
    await decode(data, 120, 15)
    assert not os.listdir(tmp_path)  # noqa: PTH208


def test_a_recording_that_was_sent_as_a_file_is_one() -> None:
    assert is_recording("audio", None, None)
    assert is_recording("file", "mp3", None)
    assert is_recording("file", "audio/x-m4a", None)
    assert is_recording("file", None, "https://x.zdn.vn/ghi-am.AMR?x=1")
    assert not is_recording("file", "pdf", "https://x.zdn.vn/don.pdf")
    assert not is_recording("image", None, "https://x.zdn.vn/a.mp3")


def test_settings_of_hosts_are_read() -> None:
    assert ZaloSettings(media_hosts="zdn.vn, 127.0.0.1").media_hosts == ["zdn.vn", "127.0.0.1"]
    assert json.dumps(ZaloSettings().media_hosts) == '["zdn.vn", "dlfl.vn", "dlmd.me"]'
