"""Whatever Rasa says: evidence out of numbers between 0 and 1, or `ReplyGarbled`, and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.calibration import Curve
from bots.errors import ReplyGarbled
from bots.rasa_model import ModelFacts, content_digest, read_domain
from bots.rasa_project import SELF
from bots.rasa_reply import WEIGHTS, read_reply
from tests.rig.rasa import parsed
from tests.unit.bots.content import CONTENT

shares = st.floats(0.0, 1.0)
any_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def reply_of(body: object, question: str = "问题") -> Any:
    """Read from its bytes."""
    return read_reply(json.dumps(body).encode(), question=question)


@given(st.lists(shares, min_size=1, max_size=6), shares)
def test_evidence_is_finite_whatever_the_shares(found: list[float], scope: float) -> None:
    reply = reply_of(parsed({f"e{at}.x": share for at, share in enumerate(found)}, scope=scope))

    assert all(math.isfinite(value) for value in astuple(reply.evidence))
    assert reply.evidence.lead >= 0.0
    assert reply.shares == tuple(sorted(found, reverse=True))


@given(shares, shares, shares)
def test_more_of_either_gate_is_never_less_evidence(scope: float, before: float, after: float) -> None:
    low, high = sorted((before, after))

    less = reply_of(parsed({"a.x": low}, scope=scope)).evidence
    more = reply_of(parsed({"a.x": high}, scope=scope)).evidence

    assert more.odds >= less.odds
    assert reply_of(parsed({"a.x": low}, scope=high)).evidence.scope >= (
        reply_of(parsed({"a.x": low}, scope=low)).evidence.scope
    )


@given(any_json)
def test_any_other_json_is_garbled(body: object) -> None:
    with pytest.raises(ReplyGarbled):
        reply_of(body)


@given(st.binary(max_size=60))
def test_any_other_bytes_are_garbled_and_the_message_repeats_none_of_them(body: bytes) -> None:
    with pytest.raises(ReplyGarbled) as garbled:
        read_reply(b"\xff secret " + body, question="问题")

    assert "secret" not in garbled.value.message


def test_a_model_says_of_itself_what_it_was_given() -> None:
    facts = ModelFacts("digest", Curve((0.5,) * WEIGHTS))
    domain = {"responses": {SELF: [{"custom": facts.as_payload()}]}}

    assert read_domain(json.dumps(domain).encode()) == facts


def test_the_digest_follows_every_byte_of_the_content_and_of_what_trains_it(tmp_path: Any) -> None:
    for path in CONTENT.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = content_digest(tmp_path, also=b"lock")

    (tmp_path / "labour.yaml").write_bytes((tmp_path / "labour.yaml").read_bytes() + b"\n")

    assert before == content_digest(CONTENT, also=b"lock")
    assert content_digest(tmp_path, also=b"lock") != before
    assert content_digest(CONTENT, also=b"another") != before
