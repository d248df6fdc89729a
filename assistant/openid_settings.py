"""Log-in of staff by an identity provider of the province: `[openid]` in `letan.toml`."""

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class OpenIdSettings(BaseModel):
    """OpenID Connect Core 1.0, authorization code flow with PKCE; nothing set: none."""

    model_config = ConfigDict(extra="forbid")

    issuer: str | None = Field(None, description="its address, as its discovery document names it")
    client_id: str | None = Field(None, description="the name that the provider gave Lễ Tân")
    client_secret: SecretStr | None = Field(None, description="none: a public client")
    scope: str = Field("openid profile email", pattern=r"^openid( [\x21-\x7e]+)*$")
    name_claim: str = Field(
        "preferred_username",
        pattern=r"^[A-Za-z0-9_.:/-]{1,100}$",
        description="which claim is the account's name; `email` counts only when verified",
    )
    label: str = Field("Đăng nhập một lần (SSO)", max_length=60, description="on the button")
    timeout: float = Field(5.0, gt=0, le=30, description="seconds for each answer of it")

    @property
    def is_on(self) -> bool:
        return self.issuer is not None and self.client_id is not None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.issuer is None) != (self.client_id is None):
            raise ValueError("openid: 'issuer' and 'client_id' are set together, or neither")
        if self.issuer is not None and not _is_safe(self.issuer):
            raise ValueError("openid.issuer: use https:// (http:// on this machine only)")
        return self


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
