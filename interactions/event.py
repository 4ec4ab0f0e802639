"""What an event is: a frozen class filed under its kind, its words marked as sealed, brought into bytes and back.

Fields made with `words()` are sealed under the interaction's key; every other field is a plain header and may
hold codes, ids, numbers and times only. The two parts are stored as bytes, so that the hash chain covers exactly
what lies on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
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
def event(kind: str) -> Any:
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


def kinds() -> Mapping[str, type[Event]]:
    """The class of every kind."""
    return MappingProxyType(_REGISTRY)


def indexed_kinds() -> list[str]:
    """The kinds of events that feed a blind index."""
    return [kind for kind, made in _REGISTRY.items() if made.indexed_names]


def event_class(kind: str) -> type[Event]:
    """The class of `kind`; an unknown kind of a newer version reads as `Unread`."""
    return _REGISTRY.get(kind, cast("type[Event]", Unread))


@dataclass(frozen=True, slots=True)
class Unread(Event):
    """An event of a kind this version does not know: its headers stand, its body is not looked into."""
