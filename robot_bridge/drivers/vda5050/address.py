"""Where a vehicle is to be found: the broker's URL and the topics. Pure."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}
SUBTOPICS = ("state", "connection", "visualization", "factsheet", "order", "instantActions")
"""All that are read. The last two are ours to write; read to notice others who write there."""
LAYOUT = "{interface}/{major}/{manufacturer}/{serial}/{topic}"


@dataclass(frozen=True, slots=True)
class Broker:
    """An MQTT broker."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def read_url(url: str | None) -> Broker:
    """``mqtt://user:password@host:port`` or ``mqtts://…``. Raises ValueError without the URL."""
    problem = "url: mqtt://user:password@host:port or mqtts://… is needed"
    if not url:
        raise ValueError(problem)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(problem) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(problem)
    if parts.query or parts.fragment:
        raise ValueError(problem)
    return Broker(
        parts.hostname,
        PORTS[parts.scheme] if port is None else port,
        parts.scheme == "mqtts",
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
    )


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one vehicle."""

    layout: str
    interface: str
    major: str
    manufacturer: str
    serial: str

    def of(self, subtopic: str) -> str:
        return self.layout.format(
            interface=self.interface,
            major=self.major,
            manufacturer=self.manufacturer,
            serial=self.serial,
            topic=subtopic,
        )

    def by_name(self) -> dict[str, str]:
        """Topic to subtopic of all that are read."""
        return {self.of(subtopic): subtopic for subtopic in SUBTOPICS}


def check_layout(layout: str) -> str:
    """A format string for topics. Raises ValueError saying what it may hold."""
    names = re.findall(r"\{([^{}]*)\}", layout)
    rest = re.sub(r"\{[^{}]*\}", "", layout)
    allowed = {"interface", "major", "manufacturer", "serial", "topic"}
    if "topic" not in names or not set(names) <= allowed or re.search(r"[{}+#$\s]", rest):
        raise ValueError(
            "must hold {topic} and may hold {interface}, {major}, {manufacturer}, {serial}"
        )
    return layout
