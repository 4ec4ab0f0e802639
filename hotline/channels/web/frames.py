"""What a resident's page may send, read strictly (PROTOCOL.md, residents' web chat)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from agents.parsing import Clean, NotBlank, parse_object, refusal
from interactions.errors import BadFrame
from interactions.record import MAX_CLIENT_ID

MAX_TEXT = 4_000
MAX_LINE = 200
MAX_COMMENT = 1_000
ClientId = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_ID), Clean]
Id = Annotated[UUID, Strict(strict=False)]
Text = Annotated[str, Field(max_length=MAX_TEXT), Clean, NotBlank]
Line = Annotated[str, Field(max_length=MAX_LINE), Clean]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Hello(_Frame):
    """The first frame: who comes back, and up to where they saw."""

    type: Literal["hello"]
    token: Annotated[str, Field(max_length=512)] | None = None
    interaction_id: Id | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] = 0


class Say(_Frame):
    """A turn."""

    type: Literal["say"]
    client_id: ClientId
    text: Text


class AskLawyer(_Frame):
    """A wish for a person."""

    type: Literal["ask_lawyer"]
    client_id: ClientId


class Leave(_Frame):
    """The resident is done."""

    type: Literal["leave"]
    client_id: ClientId


class Rate(_Frame):
    """A rating of the service, and whether it was solved."""

    type: Literal["rate"]
    client_id: ClientId
    score: Annotated[int, Field(ge=1, le=5)]
    solved: bool | None = None
    comment: Annotated[str, Field(max_length=MAX_COMMENT), Clean] | None = None
    interaction_id: Id | None = None
    segment_id: Id | None = None


class Typing(_Frame):
    """The resident is typing, or stopped."""

    type: Literal["typing"]
    on: bool


class NotYet(_Frame):
    """Callbacks and messages: known frames of a service that is not open yet."""

    type: Literal["callback", "leave_message", "cancel_callback"]
    client_id: ClientId


Command = Say | AskLawyer | Leave | Rate | Typing | NotYet


def parse_frame(raw: str | bytes) -> Hello | Command:
    """The frame in `raw`; raises `BadFrame`, `Invalid` or `TooLarge`, naming the field and never its content."""
    value = parse_object(raw)
    if not isinstance(value.get("type"), str):
        raise BadFrame("type：缺少帧类型")
    try:
        return _frames().validate_python(value)
    except ValidationError as error:
        raise refusal(error, skip=1) from None


@cache
def _frames() -> TypeAdapter[Hello | Command]:
    return TypeAdapter(Annotated[Hello | Command, Field(discriminator="type")])
