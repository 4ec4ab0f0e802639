"""What a resident's page may send, read strictly (PROTOCOL.md, residents' web chat)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, TypeAdapter

from agents.parsing import Clean, NotBlank, parse_typed
from interactions.errors import Invalid, NotAllowed
from interactions.record import MAX_CLIENT_ID

MAX_TEXT = 4_000
MAX_LINE = 200
MAX_PHONE = 40
MAX_WINDOW = 80
MAX_COMMENT = 1_000
ClientId = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_ID), Clean]
Id = Annotated[UUID, Strict(strict=False)]
Text = Annotated[str, Field(max_length=MAX_TEXT), Clean, NotBlank]
Line = Annotated[str, Field(max_length=MAX_LINE), Clean]
Phone = Annotated[str, Field(max_length=MAX_PHONE), Clean]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Hello(_Frame):
    """The first frame: who comes back, and up to where they saw."""

    type: Literal["hello"]
    token: Annotated[str, Field(max_length=512)] | None = None
    interaction_id: Id | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] = 0


class Say(_Frame):
    """A turn. Files are known to the protocol, but not taken yet: refused, so that nobody believes one was sent."""

    type: Literal["say"]
    client_id: ClientId
    text: Text | None = None
    file_id: Annotated[str, Field(max_length=MAX_CLIENT_ID)] | None = None

    @property
    def said(self) -> str:
        """The words; raises `NotAllowed` for a file, `Invalid` where there are none."""
        if self.file_id is not None:
            raise NotAllowed("file_id：暂不能发送文件，这条消息没有发出，请用文字说明")
        if self.text is None:
            raise Invalid("text：缺少该字段")
        return self.text


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


class Callback(_Frame):
    """A callback instead of waiting. `how`: phone (asks for `phone`), or chat: an answer in this conversation.

    `window`: nothing for “as soon as my turn comes”, or a time in people's words (windows.py).
    `if_others_answer`: nothing (ask for the person, say no more), neutral (“您预约的服务”), hang_up, or own words.
    """

    type: Literal["callback"]
    client_id: ClientId
    phone: Phone | None = None
    window: Annotated[str, Field(max_length=MAX_WINDOW), Clean] | None = None
    how: Literal["phone", "chat"] = "phone"
    if_others_answer: Line | None = None


class LeaveMessage(_Frame):
    """A message that is answered in writing."""

    type: Literal["leave_message"]
    client_id: ClientId
    text: Text
    phone: Phone | None = None


class Parties(_Frame):
    """The resident's own name and the other party's, for those who wish to tell; not telling changes nothing.

    With them, a lawyer who advised the other side is not asked.
    """

    type: Literal["parties"]
    client_id: ClientId
    own: Line | None = None
    other: Line | None = None


class CancelCallback(_Frame):
    """Nothing is wanted any more of what was promised."""

    type: Literal["cancel_callback"]
    client_id: ClientId


Command = Say | AskLawyer | Leave | Rate | Callback | LeaveMessage | CancelCallback | Parties
AnyFrame = Hello | Typing | Command


def parse_frame(raw: str | bytes) -> AnyFrame:
    """The frame in `raw`; raises `BadFrame`, `Invalid` or `TextTooLong`, naming the field."""
    return parse_typed(raw, _frames())


@cache
def _frames() -> TypeAdapter[AnyFrame]:
    return TypeAdapter(Annotated[AnyFrame, Field(discriminator="type")])
