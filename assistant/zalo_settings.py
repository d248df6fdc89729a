"""The Zalo channels: `[zalo]` in `letan.toml`, or `LETAN_ZALO_APP_ID` and so on.

Defaults and their sources: the platform's specification, §10 and where each is named.
"""

import json
import os
import re
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

_PREFIX = "LETAN_ZALO_"
_PATH = r"^/[A-Za-z0-9._~/-]{1,100}$"


def _listed(value: object) -> object:
    """A list, or its entries with commas between."""
    if isinstance(value, str):
        return [entry.strip() for entry in value.split(",") if entry.strip()]
    return value


def _from_json(value: object) -> object:
    """In a variable, objects are JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _nothing_when_blank(value: object) -> object:
    """A variable that is set to nothing is one that is not set."""
    return None if isinstance(value, str) and not value.strip() else value


def _id(value: object) -> object:
    """TOML gives a number where somebody left the quotation marks out."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _nothing_when_blank(value)


Secret = Annotated[SecretStr | None, BeforeValidator(_nothing_when_blank)]
Id = Annotated[str | None, BeforeValidator(_id), Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class ReceptionPoint(BaseModel):
    """Where dossiers are received: `[[zalo.reception_points]]`; told to who sends a location."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    address: str = Field(min_length=1, max_length=300)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ZaloSettings(BaseModel):
    """See the module. A door without its secret refuses everything."""

    model_config = ConfigDict(extra="forbid")

    app_id: Id = Field(None, description="of the Zalo app that the account is linked to")
    app_secret: Secret = Field(None, description="for tokens; not the account's secret key")
    oa_id: Id = None
    oa_secret_key: Secret = Field(None, description="of the Official Account: signs its events")
    access_token: Secret = Field(None, description="first start only, then the database rules")
    refresh_token: Secret = Field(None, description="the same")
    bot_token: Secret = None
    bot_secret: Secret = Field(None, description="the secret_token given to setWebhook")
    oauth_url: str = "https://oauth.zaloapp.com"
    api_url: str = "https://openapi.zalo.me"
    bot_url: str = "https://bot-api.zaloplatforms.com"
    media_hosts: Annotated[list[str], BeforeValidator(_listed)] = Field(
        ["zdn.vn", "dlfl.vn", "dlmd.me"], description="and what is below them; comma-separated"
    )
    redirect_url: str | None = Field(None, description="of the consent, as saved in the console")
    code_verifier: Secret = Field(None, description="43 characters; none: one for each consent")
    app_secret_proof: bool = Field(False, description="send the header appsecret_proof")
    oa_path: str = Field("/webhooks/zalo/oa", pattern=_PATH)
    bot_path: str = Field("/webhooks/zalo/bot", pattern=_PATH)
    body_kb: int = Field(1024, ge=1, le=4096, description="size of an event's body")
    stale_minutes: int = Field(120, ge=120, le=24 * 60, description="older events: no answer")
    ahead_minutes: int = Field(10, ge=0, le=24 * 60, description="events from later: no answer")
    remember_hours: int = Field(72, ge=48, le=24 * 60, description="events taken, for repetitions")
    takeover_minutes: int = Field(60, ge=0, le=24 * 60, description="silent after an officer wrote")
    idle_hours: int = Field(24, ge=1, le=24 * 14, description="then a conversation is over")
    give_up_minutes: int = Field(10, ge=1, le=120, description="no answer found: say so then")
    at_once: int = Field(8, ge=1, le=64, description="citizens answered at the same time")
    anonymous: bool = Field(False, description="answer guests without an account (unsure)")
    silent_hours: int = Field(8, ge=0, le=500, description="of opening without an event: alarm")
    buttons: Literal["plain", "template", "numbered"] = Field(
        "plain", description="how buttons travel; when refused, numbered text follows"
    )
    paid_sends: bool = Field(False, description="send after 48 hours, when each message costs")
    window_margin_minutes: int = Field(30, ge=0, le=24 * 60, description="before windows close")
    sends_per_minute: int = Field(3000, ge=1, le=4000, description="of all processes' share")
    refresh_hours: float = Field(20.0, gt=0, le=25, description="age at which tokens are renewed")
    sent_hours: int = Field(72, ge=0, le=24 * 30, description="how long it is known what was sent")
    voice_mb: int = Field(10, ge=1, le=50)
    voice_seconds: int = Field(120, ge=1, le=600, description="longer voice notes are not heard")
    fetch_seconds: float = Field(15.0, gt=0, le=120, description="for one voice note")
    reception_points: Annotated[list[ReceptionPoint], BeforeValidator(_from_json)] = Field(
        default_factory=list
    )
    simulator: bool = Field(False, description="the page /simulator/zalo, on loopback only")

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        for name in ("oauth_url", "api_url", "bot_url"):
            address = getattr(self, name)
            parts = urlsplit(address)
            if parts.username or parts.password or parts.query or parts.fragment:
                raise ValueError(f"{name}: without a name, a password or a query")
            if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts)):
                raise ValueError(f"{name}: https://… is needed; http only on this machine")
            setattr(self, name, address.rstrip("/"))
        for host in self.media_hosts:
            if not re.fullmatch(r"[A-Za-z0-9.\[\]:-]{1,253}", host):
                raise ValueError("media_hosts: host names, without https:// and without a path")
        if self.oa_path == self.bot_path:
            raise ValueError("oa_path, bot_path: each channel needs an address of its own")
        return self

    @property
    def has_oa(self) -> bool:
        """Whether events of the Official Account can be told from forged ones."""
        return self.app_id is not None and self.oa_secret_key is not None

    @property
    def has_bot(self) -> bool:
        return self.bot_secret is not None


class ZaloEnvironment(PydanticBaseSettingsSource):
    """`LETAN_ZALO_APP_ID` is `app_id` of `[zalo]`: with one underscore."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        found = {
            name.removeprefix(_PREFIX).lower(): value
            for name, value in os.environ.items()
            if name.startswith(_PREFIX) and not name.startswith(f"{_PREFIX}_")
        }
        return found or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found, name, _ = self.get_field_value(FieldInfo(), "zalo")
        return {} if found is None else {name: found}


def _is_loopback(parts: Any) -> bool:
    name = parts.hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
