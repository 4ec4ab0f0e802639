"""Every class of event comes back from its stored parts as it was, and no word lies in its plain part."""

from __future__ import annotations

import typing
from dataclasses import FrozenInstanceError, fields
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from interactions.errors import Invalid
from interactions.event import Event, Unread, event_class, kinds
from interactions.events import NoteWritten, Offered, Queued, TurnSaid

KINDS = sorted(kinds())
# What JSON of one event may hold: 64-bit integers and Unicode without lone surrogates (refused below).
TEXT = st.text(max_size=30)
INTEGERS = st.integers(-(2**53), 2**53)
FACTS = st.dictionaries(TEXT, TEXT | INTEGERS | st.booleans() | st.none(), max_size=4)
BY_TYPE: dict[object, SearchStrategy[Any]] = {
    str: TEXT,
    int: INTEGERS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    tuple[str, ...]: st.lists(TEXT, max_size=4).map(tuple),
    dict[str, Any]: FACTS,
}


def drawn(cls: type[Event]) -> SearchStrategy[Event]:
    """Events of one class with any values its fields may have."""
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{one.name: _values(hints[one.name]) for one in fields(cls)})


def _values(hint: Any) -> SearchStrategy[Any]:
    return BY_TYPE[hint] if hint in BY_TYPE else st.one_of([BY_TYPE[part] for part in typing.get_args(hint)])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    told = data.draw(drawn(event_class(kind)))

    assert event_class(kind).restore(told.header(), told.words()) == told


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_words_lie_in_the_sealed_part_only(kind: str, data: st.DataObject) -> None:
    told = data.draw(drawn(event_class(kind)))
    sealed = {one.name for one in fields(told) if one.metadata.get("sealed")}

    assert sealed.isdisjoint(orjson.loads(told.header()))
    assert set(orjson.loads(told.words() or b"{}")) <= sealed


def test_what_people_say_is_sealed() -> None:
    sealed = {(kind, one.name) for kind in KINDS for one in fields(event_class(kind)) if one.metadata.get("sealed")}

    assert sealed == {
        ("turn.said", "text"),
        ("turn.said", "file"),
        ("note.written", "text"),
        ("interaction.classified", "summary"),
        ("interaction.classified", "other_party"),
        ("interaction.classified", "street"),
        ("rating.given", "comment"),
        ("callback.asked", "phone"),
        ("callback.asked", "others_words"),
        ("message.left", "phone"),
        ("interaction.parties_named", "own"),
        ("interaction.parties_named", "other"),
        ("interaction.close_ordered", "reason_given"),
    }


def test_kinds_are_dotted_and_each_class_knows_its_own() -> None:
    for kind in KINDS:
        assert kind.count(".") == 1
        assert event_class(kind).kind == kind


def test_the_same_facts_in_another_order_are_the_same_bytes() -> None:
    one = Offered("o", "s", "2026-11-23T00:00:00Z", {"place": 1, "eligible": 2})
    other = Offered("o", "s", "2026-11-23T00:00:00Z", {"eligible": 2, "place": 1})

    assert one.header() == other.header()


def test_an_event_without_words_has_no_sealed_part() -> None:
    assert Queued("asked").words() is None
    assert TurnSaid(text=None).words() is None


def test_after_erasure_the_headers_still_read() -> None:
    told = TurnSaid(text="老板欠我工资", client_id="c1")

    assert TurnSaid.restore(told.header(), None) == TurnSaid(text=None, client_id="c1")


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert Queued.restore(b'{"reason":"asked","mood":"calm"}', None) == Queued("asked")


def test_a_kind_of_a_newer_version_is_kept_unread() -> None:
    assert event_class("interaction.teleported") is Unread
    assert Unread.restore(b'{"where":"elsewhere"}', b'{"text":"x"}') == Unread()


@pytest.mark.parametrize("text", ["\ud800", "前\udfff后"])
def test_a_lone_surrogate_is_refused_without_its_words(text: str) -> None:
    with pytest.raises(Invalid, match="text：不是有效的文字编码"):
        NoteWritten(text=text).words()


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Queued("asked").reason = "danger"  # type: ignore[misc]
