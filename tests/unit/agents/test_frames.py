"""Frames are read strictly, and a refusal names the field and never what was sent."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import TextTooLong
from agents.frames import MAX_TEXT, Note, Say, WrapUp, parse_cursors, parse_frame
from agents.parsing import echo_of
from interactions.errors import BadFrame, HotlineError, Invalid

HERE = str(uuid4())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TYPES = ["hello", "status", "accept", "decline", "say", "note", "release", "wrap_up", "transfer"]
FIELDS = [*WrapUp.model_fields, "offer_id", "text", "status"]


def _say(**fields: object) -> str:
    return json.dumps({"type": "say", "interaction_id": HERE, "text": "您好", **fields})


def test_a_good_frame_is_a_frozen_value_and_unknown_fields_are_ignored() -> None:
    frame = parse_frame(_say(client_id="1", colour="red"))
    assert frame == Say(type="say", interaction_id=UUID(HERE), text="您好", client_id="1")


@given(st.text(max_size=200))
def test_a_text_is_taken_as_it_is_or_refused_naming_the_field(text: str) -> None:
    allowed = bool(text.strip()) and not any(
        unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text
    )
    try:
        frame = parse_frame(_say(text=text))
    except (Invalid, BadFrame) as refused:
        assert not allowed
        assert isinstance(refused, BadFrame) or str(refused).startswith("text")
    else:
        assert allowed
        assert isinstance(frame, Say)
        assert frame.text == text


@given(ANYTHING)
def test_json_that_is_no_frame_is_refused_with_one_of_our_errors(value: Any) -> None:
    with pytest.raises(HotlineError):
        parse_frame(json.dumps(value))


@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from([*WrapUp.model_fields, "offer_id", "text", "status"]), ANYTHING),
)
def test_any_fields_under_a_known_type_are_a_frame_or_refused_with_one_of_our_errors(
    kind: str, fields: dict[str, Any]
) -> None:
    try:
        parse_frame(json.dumps({**fields, "type": kind}))
    except HotlineError as refused:
        assert refused.code in ("bad_frame", "invalid", "too_large")


@given(st.binary(max_size=100))
def test_bytes_are_a_bad_frame_whatever_they_hold(raw: bytes) -> None:
    with pytest.raises(BadFrame):
        parse_frame(raw)


def test_a_text_at_the_limit_is_taken_and_one_more_is_too_large() -> None:
    assert isinstance(parse_frame(_say(text="长" * MAX_TEXT)), Say)
    with pytest.raises(TextTooLong, match="text"):
        parse_frame(_say(text="长" * (MAX_TEXT + 1)))


def test_new_lines_and_tabs_are_words_other_control_characters_are_not() -> None:
    note = parse_frame(json.dumps({"type": "note", "interaction_id": HERE, "text": "一\n\t二"}))
    assert isinstance(note, Note)
    for char in "\x00\x07\x1b\r\x7f\x85":
        with pytest.raises(Invalid, match="text"):
            parse_frame(_say(text=f"一{char}二"))


@pytest.mark.parametrize("client_id", ["", "x" * 129, "a\x00", 7, []])
def test_a_client_id_of_another_shape_is_refused_and_not_echoed(client_id: object) -> None:
    raw = _say(client_id=client_id)
    with pytest.raises((Invalid, TextTooLong), match="client_id"):
        parse_frame(raw)
    assert "client_id" not in echo_of(raw)


def test_a_refused_frames_ids_are_echoed_only_where_they_are_ids() -> None:
    assert echo_of(json.dumps({"interaction_id": HERE, "offer_id": "<b>"})) == {"interaction_id": HERE}
    assert echo_of("{") == {}
    assert echo_of(b"{}") == {}


def test_cursors_are_seqs_by_interaction() -> None:
    assert parse_cursors({HERE: 7}) == {UUID(HERE): 7}
    assert parse_cursors(None) == {}
    with pytest.raises(Invalid, match="after"):
        parse_cursors({str(uuid4()): 1 for _ in range(201)})
