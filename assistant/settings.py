"""Settings: `LETAN_*` environment variables over `letan.toml` over defaults.

Unknown keys in `letan.toml` are errors, so that a typing mistake is never silently ignored.
"""

import errno
import os
import re
from datetime import time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

import tomllib
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from assistant.errors import LetanError
from assistant.openid_settings import OpenIdSettings
from assistant.zalo_settings import ZaloEnvironment, ZaloSettings
from robot_bridge.driver import Capability
from robot_bridge.drivers import check_options
from robot_bridge.drivers.vda5050.address import read_url
from robot_bridge.missions import Pace

_DATABASES = ("postgresql://", "postgres://", "postgresql+asyncpg://", "sqlite+aiosqlite://")
ROOT = Path(__file__).resolve().parent.parent


class RobotSettings(BaseModel):
    """One robot: `[[robots]]` in `letan.toml`; further keys belong to its driver."""

    model_config = ConfigDict(extra="allow")

    id: str = Field("robot-1", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    name: str = "Lễ Tân"
    driver: str = "simulator"
    url: SecretStr | None = Field(None, description="may carry a name and a password")
    map: str | None = Field(None, description="the map's name in the robot's own words")
    capabilities: frozenset[Capability] | None = None
    max_speed: float = Field(0.6, gt=0, le=1.5, description="metres a second")
    home: str = "home"
    dock: str = "dock"

    @property
    def options(self) -> dict[str, Any]:
        """What only its driver understands."""
        return dict(self.model_extra or {})


class KioskSettings(BaseModel):
    """One kiosk and the robot that belongs to it: `[[kiosks]]` in `letan.toml`."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field("kiosk-1", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    robot: str | None = "robot-1"
    place: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="where its visitors stand: a place on the map, or 'robot' for a screen that "
        "the robot carries; none: its robot's home",
    )
    hands_free: bool = Field(
        False, description="once opened, its microphone stays open between a visitor's questions"
    )


class SpeechSettings(BaseModel):
    """Which Wyoming services to use: an engine of ours by name, or any other service by URI."""

    model_config = ConfigDict(extra="forbid")

    recogniser: str = "viet_asr"
    synthesiser: str = "espeak"
    recogniser_uri: str | None = None
    recogniser_en: str = Field("whisper", description="started on demand; none: no second one")
    recogniser_en_uri: str | None = None
    whisper_model: Path | None = None
    synthesiser_uri: str | None = None
    vosk_model: Path | None = None
    vosk_language: str = Field(
        "vi", pattern=r"^[a-z]{2,3}$", description="language of the Vosk model"
    )
    vosk_models: dict[str, Path] = Field(
        default_factory=dict, description="more Vosk models, by language: vi, en"
    )
    vosk_grammar: bool = Field(
        False, description="Vosk hears nothing but the catalogue's phrases (Vietnamese)"
    )
    voice_vi: str = "vi"
    voice_en: str = "en-us"

    def vosk_folders(self) -> dict[str, Path]:
        """A Vosk model for each language."""
        first = {} if self.vosk_model is None else {self.vosk_language: self.vosk_model}
        return {**self.vosk_models, **first}


class MissionSettings(BaseModel):
    """How robots behave on the way: `[missions]` in `letan.toml`; seconds unless told otherwise.

    The defaults are those of `robot_bridge.missions.Policy`.
    """

    model_config = ConfigDict(extra="forbid")

    return_after: float = Field(20.0, ge=0, le=3600, description="before it goes home by itself")
    return_home: bool = Field(True, description="false: it stays where it led somebody")
    blocked_ask: float = Field(3.0, gt=0, le=600, description="blocked so long, it asks politely")
    blocked_replan: float = Field(8.0, gt=0, le=600, description="… it looks for another way")
    blocked_give_up: float = Field(30.0, gt=0, le=3600, description="… it gives the mission up")
    battery_floor: float = Field(0.1, ge=0, le=0.9, description="0 to 1; below: only to its dock")
    battery_return: float = Field(0.25, ge=0, le=1, description="0 to 1; below: docks afterwards")
    pace: Pace = Field("normal", description="elderly: slower, and asked more often")
    elderly_speed: float = Field(0.35, gt=0, le=1.5, description="metres a second")
    pause_every: float = Field(12.0, ge=0, le=500, description="metres between questions; 0: none")
    pause_every_elderly: float = Field(6.0, ge=0, le=500, description="the same at that pace")
    ask_seconds: float = Field(10.0, gt=0, le=600, description="for an answer, then asked again")
    stops: list[str] = Field(
        ["waiting-area", "priority-seats"], description="of a round with water and sweets"
    )
    door: str = Field("exit", description="the place where it greets")
    ask_times: int = Field(3, ge=1, le=20, description="then it takes its leave")
    dock_after_hours: bool = Field(True, description="to the charger when the centre closes")
    round_every: float = Field(0.0, ge=0, le=1440, description="minutes between rounds; 0: none")
    greet_at: list[time] = Field(
        default_factory=list, max_length=24, description="local times at which it greets: 07:30"
    )
    greet_minutes: float = Field(30.0, gt=0, le=600, description="at the door, each time")

    stop_url: SecretStr | None = Field(
        None, description="mqtt(s)://user:password@host:port: messages there stop robots"
    )
    stop_topic: str = Field("letan/robots", pattern=r"^[^+#\s]{1,100}$")
    stop_ca: Path | None = Field(None, description="PEM file for mqtts://, else the system's")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.blocked_ask <= self.blocked_replan <= self.blocked_give_up:
            raise ValueError("blocked_ask, blocked_replan, blocked_give_up: each at least the last")
        if self.stop_url is not None:
            try:
                read_url(self.stop_url.get_secret_value())
            except ValueError as error:
                raise ValueError(f"stop_{error}") from None
        if self.battery_return < self.battery_floor:
            raise ValueError("battery_return: must be at least battery_floor")
        return self


class LimitSettings(BaseModel):
    """How much one client may send; counted for each address in every process."""

    model_config = ConfigDict(extra="forbid")

    on_loopback: bool = Field(False, description="count clients on this machine as well")
    messages_per_minute: int = Field(120, ge=1)
    conversations_per_minute: int = Field(60, ge=1)
    tickets_per_minute: int = Field(30, ge=1)
    pairings_per_minute: int = Field(10, ge=1)
    logins_per_minute: int = Field(20, ge=1)
    speech_per_minute: int = Field(120, ge=1)
    body_kb: int = Field(64, ge=1, le=1024, description="size of a request's body")


class Settings(BaseSettings):
    """Everything that an operator can change; see `docs/settings.md`."""

    model_config = SettingsConfigDict(
        env_prefix="LETAN_", env_nested_delimiter="__", extra="forbid"
    )

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str | None = Field(None, description="address that a visitor's phone can reach")
    allowed_hosts: list[str] = Field(
        default_factory=list, description="further names that this server answers to"
    )
    pair_on_loopback: bool = Field(
        True, description="switch off behind a proxy on this machine that hides its clients"
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        default_factory=list,
        description="addresses or networks whose X-Forwarded-For is believed",
    )
    data_dir: Path = ROOT / "var"
    content_dir: Path = ROOT / "data"
    database_url: str | None = None
    operator_token: SecretStr | None = None
    timezone: str = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en"] = "vi"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: colours on a terminal, JSON lines elsewhere"
    )
    engine_python: Path = ROOT / ".venv-rasa" / "bin" / "python"
    robots: list[RobotSettings] = Field(default_factory=lambda: [RobotSettings()])
    kiosks: list[KioskSettings] = Field(default_factory=lambda: [KioskSettings()])
    speech: SpeechSettings = Field(default_factory=SpeechSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    missions: MissionSettings = Field(default_factory=MissionSettings)
    zalo: ZaloSettings = Field(default_factory=ZaloSettings)
    openid: OpenIdSettings = Field(default_factory=OpenIdSettings)
    secret_key: SecretStr | None = Field(
        None, description="encrypts tokens at rest; none: one is made in the data folder"
    )
    turn_seconds: float = Field(10.0, gt=0, le=60, description="longest wait for an answer")
    conversation_idle_minutes: int = Field(30, ge=1, le=24 * 60)
    retention_days: int = Field(30, ge=1, description="days that redacted turns are kept")
    engine_spare: bool = Field(
        True,
        description="a second engine waits with its programs loaded, so that a release is taken "
        "back within 5 seconds; costs about 210 MB",
    )
    releases_kept: int = Field(
        10, ge=3, le=1000, description="newest releases that stay on disk, beside the one in force"
    )
    staff_idle_minutes: int = Field(
        30, ge=1, le=24 * 60, description="a member of staff who does nothing is logged out"
    )
    staff_session_hours: int = Field(10, ge=1, le=24 * 7, description="longest log-in of staff")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=config_file())
        return (init_settings, ZaloEnvironment(settings_cls), env_settings, toml)

    def __init__(self, **values: Any) -> None:
        """Raises pydantic's ValidationError, and LetanError `settings_unreadable` for a source
        that cannot be read at all."""
        try:
            if "LETAN_CONFIG" in os.environ and not config_file().exists():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            super().__init__(**values)
        except (SettingsError, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise _unreadable(error) from error

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"no such time zone: '{name[:40]}'; try Asia/Ho_Chi_Minh") from error
        return name

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(_DATABASES):
            raise ValueError("use postgresql://user:password@host/name, or leave it out")
        return url

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.operator_token is not None:
            token = self.operator_token.get_secret_value().strip()
            if not token:
                self.operator_token = None
            elif len(token) < 16 and not self.on_loopback:
                raise ValueError(
                    "operator_token: too short for a server that other machines can reach; "
                    "use 16 characters or more, or leave it out and one is made"
                )
        robots = {robot.id for robot in self.robots}
        if len(robots) != len(self.robots):
            raise ValueError("robots: two robots have the same id; give each its own")
        peers: dict[str, str] = {}
        for robot in self.robots:
            check_options(robot.id, robot.driver, robot.options)
            if robot.url is not None:
                peer = (
                    f"{robot.driver} {robot.url.get_secret_value()} {sorted(robot.options.items())}"
                )
                other = peers.setdefault(peer, robot.id)
                if other != robot.id:
                    raise ValueError(
                        f"robots: '{other}' and '{robot.id}' are one robot twice; leave one out"
                    )
        for kiosk in self.kiosks:
            if kiosk.robot is not None and kiosk.robot not in robots:
                raise ValueError(
                    f"kiosks: '{kiosk.id}' names robot '{kiosk.robot}', missing in [[robots]]"
                )
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether the server can only be reached from this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def idle(self, channel: str) -> timedelta:
        """How long a conversation may be silent before it is over."""
        if channel.startswith("zalo_"):
            return timedelta(hours=self.zalo.idle_hours)
        return timedelta(minutes=self.conversation_idle_minutes)

    @property  # not cached: copies with another data folder have another database
    def database(self) -> str:
        """SQLAlchemy URL of the application's database, with an asyncio driver."""
        url = self.database_url
        if url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'letan.db'}"
        for prefix in ("postgresql+asyncpg://", "sqlite+aiosqlite://"):
            if url.startswith(prefix):
                return url
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+asyncpg://" + url.removeprefix(prefix)
        return url


def _unreadable(error: Exception) -> LetanError:
    """Neither the values nor the text of the source are repeated: they may hold secrets."""
    if isinstance(error, SettingsError):  # 'error parsing value for field "robots" from source …'
        found = re.search(r'field "(\w+)"', str(error))
        name = f"LETAN_{found[1].upper()}" if found else "LETAN_…"
        return LetanError(
            "settings_unreadable",
            500,
            f"Biến môi trường {name} không đọc được: cần viết dạng JSON (docs/settings.md).",
            f"The environment variable {name} cannot be read: it must be JSON (docs/settings.md).",
            field=name,
        )
    path = config_file()
    kind = "encoding" if isinstance(error, UnicodeDecodeError) else "syntax"
    reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else kind
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
    return LetanError(
        "settings_unreadable",
        500,
        f"Không đọc được tệp cấu hình {path}: {reason}. Hãy sửa theo cú pháp TOML, mã hoá UTF-8.",
        f"The settings file {path} cannot be read: {reason}. Correct it; it is TOML in UTF-8.",
        field=str(path),
    )


def config_file() -> Path:
    """`LETAN_CONFIG`, else `letan.toml` beside the program."""
    return Path(os.environ.get("LETAN_CONFIG", ROOT / "letan.toml"))
