"""A client of the voice door, and what it says."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession

from speech.audio import read_wav

BLOCK = 3200
SILENCE = bytes(2 * 16_000)
"""A second."""

LONG_REPLY = [
    "Dạ, thủ tục này cần tờ khai theo mẫu, giấy tờ tùy thân và sổ hộ khẩu cũ nếu còn giữ.",
    "Anh chị nộp hồ sơ ở quầy số ba, cán bộ kiểm tra rồi hẹn ngày trả kết quả.",
    "Thời hạn giải quyết là ba ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.",
    "Lệ phí tám nghìn đồng, hộ nghèo và người có công với cách mạng được miễn.",
    "Kết quả nhận tại đây hoặc qua bưu điện, anh chị nhớ mang theo giấy hẹn.",
]

Speaker = Callable[[str], bytes]


def espeak(text: str, voice: str = "vi", rate: int = 120, *more: str) -> bytes:
    """PCM at 16 kHz."""
    argv = ["espeak-ng", "-v", voice, "-s", str(rate), *more, "--stdin", "--stdout"]
    done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
    return read_wav(done.stdout).pcm


class Client:
    """A client of the door: what it got, in order."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.audio: dict[int, bytes] = {}

    def start(self, **more: Any) -> None:
        self.socket.send_json({"type": "start", "sample_rate": 16_000, "language": "vi", **more})

    def order(self, kind: str, **more: Any) -> None:
        self.socket.send_json({"type": kind, **more})

    def stream(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), BLOCK):
            self.socket.send_bytes(pcm[at : at + BLOCK])

    def until(self, *kinds: str, **having: Any) -> dict[str, Any]:
        """The next event of these kinds with these values; what came before is in `events`."""
        sentence = 0
        while True:
            message = self.socket.receive()
            if message["type"] == "websocket.close":
                raise AssertionError(f"closed: {message} after {self.events[-5:]}")
            if message.get("bytes") is not None:
                self.audio[sentence] = self.audio.get(sentence, b"") + message["bytes"]
                continue
            event = json.loads(message["text"])
            self.events.append(event)
            sentence = event["sentence"] if event["type"] == "audio" else sentence
            if event["type"] in kinds and having.items() <= event.items():
                return event

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


def conversation(app: TestClient, **body: Any) -> str:
    token = app.app.state.settings.operator_token.get_secret_value()  # type: ignore[attr-defined]
    headers = {"authorization": f"Bearer {token}"} if "kiosk" in body else {}
    answer = app.post("/api/v1/conversations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
