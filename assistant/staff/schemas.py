"""What goes in and out of `/api/v1/staff/…` about accounts."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.staff.rights import Role

Name = Annotated[str, Field(max_length=64, examples=["lan.nguyen"])]
Password = Annotated[str, Field(max_length=400)]
Code = Annotated[str | None, Field(max_length=16, description="6 digits of the authenticator app")]


class LoginIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    password: Password
    code: Code = None


class LoginOut(BaseModel):
    token: str = Field(description="to be sent as `Authorization: Bearer …`; shown only here")
    name: str
    role: Role
    rights: list[str]
    ends_at: datetime


class MeOut(BaseModel):
    name: str
    role: Role
    rights: list[str]


class AccountIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    password: Password
    role: Role


class AccountChangeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    active: bool | None = None
    password: Annotated[Password | None, Field(description="a new one for somebody")] = None
    second_factor: Annotated[
        bool | None, Field(description="false: takes it off, for somebody who lost the phone")
    ] = None
    identity: Annotated[
        bool | None, Field(description="false: forgets whom the identity provider meant by it")
    ] = None


class AccountOut(BaseModel):
    id: int
    name: str
    role: Role
    active: bool
    second_factor: bool
    locked_until: datetime | None
    created_at: datetime


class PasswordIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    old: Password
    new: Password


class TotpIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: Password
    secret: Annotated[str | None, Field(max_length=64, description="null: switch it off")] = None
    code: Code = None


class TotpOut(BaseModel):
    secret: str
    address: str = Field(description="`otpauth://…`, for a QR code")


class AuditOut(BaseModel):
    id: int
    at: datetime
    who: str
    role: str
    action: str
    thing: str
    before: Any
    after: Any


class AuditPageOut(BaseModel):
    entries: list[AuditOut]
    next: int | None = Field(description="send as `before` for the older ones")


class AuditCheckOut(BaseModel):
    whole: bool
    first_broken: int | None
    newest_hash: str | None = Field(description="keep it elsewhere: shows a log that was cut off")
