"""What can happen to an interaction, as frozen classes. Kinds are past tense and dotted; words are marked sealed.

Fields made with `words()` are sealed under the interaction's key; every other field is a plain header and may
hold codes, ids, numbers and times only. The two parts are stored as bytes, so that the hash chain covers exactly
what lies on disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, cast, dataclass_transform

import orjson

from interactions.errors import Invalid

_REGISTRY: dict[str, type[Event]] = {}


def words(*, default: object = None, indexed: str | None = None) -> Any:
    """A field that is sealed at rest; `indexed` names the blind index that finds its interaction by it."""
    return field(default=default, metadata={"sealed": True, "indexed": indexed})


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all events; `kind` is what the log stores, the names are those of plain and of sealed fields.

    `indexed_names`: sealed fields that feed a blind index, each with the index's kind.
    """

    kind: ClassVar[str] = ""
    plain_names: ClassVar[tuple[str, ...]] = ()
    sealed_names: ClassVar[tuple[str, ...]] = ()
    indexed_names: ClassVar[tuple[tuple[str, str], ...]] = ()

    def header(self) -> bytes:
        """The plain fields as canonical JSON; the bytes that are hashed and stored."""
        return _json({name: getattr(self, name) for name in self.plain_names})

    def words(self) -> bytes | None:
        """The sealed fields as JSON bytes, or None where this event holds no words."""
        said = {name: value for name in self.sealed_names if (value := getattr(self, name)) is not None}
        return _json(said) if said else None

    @classmethod
    def restore(cls, header: bytes, words: bytes | None) -> Self:
        """The event from its stored parts; unknown fields of a newer version are ignored."""
        stored = {**orjson.loads(header), **(orjson.loads(words) if words else {})}
        return cls(**{name: _frozen(stored[name]) for name in (*cls.plain_names, *cls.sealed_names) if name in stored})


def _json(value: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        # A lone surrogate, most likely: refused alone, before it can sink the batch it would have shared.
        raise Invalid("text：不是有效的文字编码") from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass_transform(frozen_default=True, field_specifiers=(field, words))
def _event(kind: str) -> Any:
    """Makes a frozen event class and files it under `kind`."""

    def register(cls: type[Event]) -> type[Event]:
        made = dataclass(frozen=True, slots=True)(cls)
        made.kind = kind
        made.plain_names = tuple(f.name for f in fields(made) if not f.metadata.get("sealed"))
        made.sealed_names = tuple(f.name for f in fields(made) if f.metadata.get("sealed"))
        made.indexed_names = tuple((f.name, index) for f in fields(made) if (index := f.metadata.get("indexed")))
        _REGISTRY[kind] = made
        return made

    return register


def indexed_kinds() -> list[str]:
    """The kinds of events that feed a blind index."""
    return [kind for kind, made in _REGISTRY.items() if made.indexed_names]


def event_class(kind: str) -> type[Event]:
    """The class of `kind`; an unknown kind of a newer version reads as `Unread`."""
    return _REGISTRY.get(kind, cast("type[Event]", Unread))


@dataclass(frozen=True, slots=True)
class Unread(Event):
    """An event of a kind this version does not know: its headers stand, its body is not looked into."""


@_event("interaction.opened")
class Opened(Event):
    """The first event of every interaction."""

    number: str
    channel: str
    language: str


@_event("turn.said")
class TurnSaid(Event):
    """One utterance. `answer` carries the bot's plain facts: entry, confidence, matter, basis, suggestions.

    `file` (id, name, type, size) is sealed: people name files after themselves.
    """

    text: str | None = words(default=None)
    client_id: str | None = None
    answer: dict[str, Any] | None = None
    file: dict[str, Any] | None = words(default=None)
    purpose: str | None = None


@_event("note.written")
class NoteWritten(Event):
    """A lawyer's note; never shown to the resident."""

    text: str | None = words(default=None)
    client_id: str | None = None


@_event("interaction.flagged")
class Flagged(Event):
    """Triage added care: dangers, a near deadline, a protected group, a minor, a matter it is likely about."""

    dangers: tuple[str, ...] = ()
    minor: bool = False
    urgency_from: int = 3
    urgency_to: int = 3
    matter: str | None = None


@_event("interaction.queued")
class Queued(Event):
    """The interaction joined the line. `reason`: asked, danger, deadline, unsure, unavailable."""

    reason: str


@_event("interaction.offered")
class Offered(Event):
    """Held for one seat until `expires_at`; `why` explains who was eligible, excluded and chosen."""

    offer_id: str
    seat_id: str
    expires_at: str
    why: dict[str, Any]


@_event("interaction.offer_ended")
class OfferEnded(Event):
    """Back in line with its original age. `how`: declined, lapsed, vanished, withdrawn."""

    offer_id: str
    seat_id: str
    how: str
    reason: str | None = None


@_event("interaction.accepted")
class Accepted(Event):
    """A lawyer took it; `segment_id` is the stretch of service that a rating belongs to."""

    offer_id: str
    seat_id: str
    account_id: str
    segment_id: str
    waited_s: float


@_event("interaction.released")
class Released(Event):
    """Talk ended. `how`: lawyer, resident."""

    segment_id: str
    how: str


@_event("interaction.resumed")
class Resumed(Event):
    """The resident said more during wrap-up and is back with the same seat."""

    segment_id: str


@_event("interaction.returned")
class Returned(Event):
    """Back in line from a lawyer whose seat vanished, or from wrap-up with the seat gone; age is kept."""

    segment_id: str
    how: str


@_event("interaction.classified")
class Classified(Event):
    """The 分类登记 of wrap-up. `street` is sealed: it may hold a whole address."""

    segment_id: str | None
    matter: str
    district: str
    request_kind: str
    outcome: str
    kinds: tuple[str, ...] = ()
    caller_groups: tuple[str, ...] = ()
    street: str | None = words(default=None)
    place_district: str | None = None
    aid_informed: bool | None = None
    summary: str | None = words(default=None)
    other_party: str | None = words(default=None, indexed="other_party")


@_event("interaction.closed")
class Closed(Event):
    """Served and complete. `how`: wrapped_up, resident, idle."""

    how: str


@_event("interaction.abandoned")
class Abandoned(Event):
    """The resident left before a lawyer came: a full record all the same. `how`: left, absent."""

    how: str
    waited_s: float


@_event("rating.asked")
class RatingAsked(Event):
    """The resident was asked to rate this segment."""

    segment_id: str


@_event("rating.given")
class RatingGiven(Event):
    """Service (1–5) and whether it was solved, apart."""

    segment_id: str
    score: int
    solved: bool | None = None
    comment: str | None = words(default=None)


@_event("interaction.erased")
class ErasedForGood(Event):
    """The key is gone; the chain stands, the words do not. `reason` is a code, not a sentence."""

    reason: str
