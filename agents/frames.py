"""What a console may send, read strictly: one frame of PROTOCOL.md each, refused with the field's name.

bytes ─▶ JSON object ─▶ known type ─▶ fields in shape ─▶ frozen frame
   └── bad_frame ──┴────────┘              └── invalid / too_large, naming the field
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from agents.parsing import Clean, NotBlank, parse_typed, refusal
from interactions.errors import Invalid
from interactions.record import MAX_CLIENT_ID

MAX_TEXT = 4_000
MAX_SUMMARY = 2_000
MAX_LINE = 200
MAX_CODE = 64
MAX_CODES = 20
MAX_CURSORS = 200


Text = Annotated[str, Field(max_length=MAX_TEXT), Clean, NotBlank]
Summary = Annotated[str, Field(max_length=MAX_SUMMARY), Clean, NotBlank]
Line = Annotated[str, Field(max_length=MAX_LINE), Clean]
Code = Annotated[str, Field(min_length=1, max_length=MAX_CODE), Clean]
CodeList = Annotated[tuple[Code, ...], Strict(strict=False), Field(max_length=MAX_CODES)]
Id = Annotated[UUID, Strict(strict=False)]
Cursors = dict[Id, Annotated[int, Strict(), Field(ge=0, le=2**53)]]


class Frame(BaseModel):
    """Root of all frames; unknown fields are ignored, values are never bent into shape."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    client_id: Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_ID), Clean] | None = None


class Hello(Frame):
    """The first frame. Without `token` the cookie of the page counts; `after` is looked at once that holds.

    `beats` says that the page answers beats.
    """

    type: Literal["hello"]
    token: Annotated[str, Field(max_length=512)] | None = None
    after: Any = None
    beats: bool = False


class SetStatus(Frame):
    """示闲 or 示忙, with a reason such as 小休."""

    type: Literal["status"]
    status: Literal["available", "away"]
    reason: Line | None = None


class Accept(Frame):
    """接听."""

    type: Literal["accept"]
    offer_id: Id


class Decline(Frame):
    """暂不接, with its reason."""

    type: Literal["decline"]
    offer_id: Id
    reason: Annotated[Line, NotBlank]


class Say(Frame):
    """One turn to the resident."""

    type: Literal["say"]
    interaction_id: Id
    text: Text


class Note(Frame):
    """A note that no resident ever sees."""

    type: Literal["note"]
    interaction_id: Id
    text: Text


class Release(Frame):
    """The talk is over; wrap-up begins."""

    type: Literal["release"]
    interaction_id: Id


class Place(BaseModel):
    """Where the matter lies, which need not be where the resident lives."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    district: Code | None = None
    street: Line | None = None


class WrapUp(Frame):
    """The 小结 that closes an interaction."""

    type: Literal["wrap_up"]
    interaction_id: Id
    matter: Code
    district: Code
    request_kind: Code
    outcome: Code
    summary: Summary
    kinds: CodeList = ()
    caller_groups: CodeList = ()
    place: Place | None = None
    other_party: Line | None = None
    aid_informed: bool | None = None


class CallbackAttempt(Frame):
    """What came of a try to reach the resident; `reached` means that the resident confirmed who it is."""

    type: Literal["callback_attempt"]
    interaction_id: Id
    result: Literal["reached", "no_answer", "other_person", "wrong_number"]


class Typing(Frame):
    """The lawyer is typing, or stopped."""

    type: Literal["typing"]
    interaction_id: Id
    on: bool


class Beat(Frame):
    """The page runs."""

    type: Literal["beat"]


class HandBack(Frame):
    """A talk goes back in line at its age, a wrap-up is closed without 小结; the note is for whoever comes next."""

    type: Literal["hand_back"]
    interaction_id: Id
    note: Annotated[Text, NotBlank]


class SignOut(Frame):
    """签出. `drafts`: interactions for which the page still holds words that were not sent."""

    type: Literal["sign_out"]
    drafts: Annotated[tuple[Id, ...], Strict(strict=False), Field(max_length=MAX_CURSORS)] = ()


class Target(BaseModel):
    """For whom a transfer is meant: whoever serves the matter, or the seat with this code. One of the two."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    matter: Code | None = None
    seat: Code | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.matter is None) == (self.seat is None):
            raise PydanticCustomError("one_target", "one target")
        return self


class Transfer(Frame):
    """Lawyer to lawyer. The interaction stays where it is until the other accepts; told by `transfer_result`.

    Also sent where it ended otherwise: `cancelled`, or `withdrawn` because the talk was over.
    """

    type: Literal["transfer"]
    interaction_id: Id
    to: Target
    note: Annotated[str, Field(max_length=MAX_SUMMARY), Clean] = ""


class CancelTransfer(Frame):
    """The lawyer goes on with it; whoever was being asked is no longer."""

    type: Literal["cancel_transfer"]
    interaction_id: Id


class Parties(Frame):
    """Who is in dispute, as far as it is known: the resident's own name, the other party's. Sealed at rest.

    Several names are divided by 、. Whoever advised the other side is not offered this; the lawyer who serves it is
    told by a `conflict` frame.
    """

    type: Literal["parties"]
    interaction_id: Id
    own: Line | None = None
    other: Line | None = None


class Watch(Frame):
    """监听, by a supervisor: its turns and states follow with `watched: true`. One at a time; `on: false` ends it."""

    type: Literal["watch"]
    interaction_id: Id
    on: bool = True


class Whisper(Frame):
    """密语: for the lawyer who serves, never for the resident."""

    type: Literal["whisper"]
    interaction_id: Id
    text: Text


class Join(Frame):
    """强插: words of the supervisor to the resident."""

    type: Literal["join"]
    interaction_id: Id
    text: Text


class TakeOver(Frame):
    """接管: it goes on at the supervisor's desk; the seat it leaves is sent `taken_over`."""

    type: Literal["take_over"]
    interaction_id: Id


class Assign(Frame):
    """指派: somebody in line is with the seat of this code."""

    type: Literal["assign"]
    interaction_id: Id
    seat: Code


class CloseByHand(Frame):
    """关闭 what would not end by itself, with the reason."""

    type: Literal["close"]
    interaction_id: Id
    reason: Annotated[Line, NotBlank]


ByHand = Watch | Whisper | Join | TakeOver | Assign | CloseByHand
InHand = Say | Note | Release | WrapUp | HandBack | Transfer | CancelTransfer | Parties | CallbackAttempt
Command = SetStatus | Accept | Decline | SignOut | InHand | ByHand
AnyFrame = Hello | Typing | Beat | Command


def parse_frame(raw: str | bytes) -> AnyFrame:
    """The frame in `raw`; raises `BadFrame` (also for a binary frame), `Invalid` or `TextTooLong`."""
    return parse_typed(raw, _frames())


def parse_cursors(after: object) -> dict[UUID, int]:
    """The `after` of a hello: the last seq seen of each interaction; raises `Invalid`."""
    try:
        cursors = _cursors().validate_python({} if after is None else after)
    except ValidationError as error:
        raise refusal(error, under="after") from None
    if len(cursors) > MAX_CURSORS:
        raise Invalid(f"after：最多 {MAX_CURSORS} 项")
    return cursors


@cache
def _frames() -> TypeAdapter[AnyFrame]:
    return TypeAdapter(Annotated[AnyFrame, Field(discriminator="type")])


@cache
def _cursors() -> TypeAdapter[dict[UUID, int]]:
    return TypeAdapter(Cursors)
