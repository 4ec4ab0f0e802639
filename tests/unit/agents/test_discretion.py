"""What a record tells of conflicts of interest, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agents.discretion import discreet, discreet_why
from routing.barred import PARTY
from routing.offers import CONFLICTED, FOR_GOOD

SECRETS = {PARTY, CONFLICTED, *FOR_GOOD}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"how": "declined", "reason": "conflict"}, {"how": "declined"}),
        ({"how": "declined", "reason": "competence"}, {"how": "declined"}),
        ({"how": "declined", "reason": "busy"}, {"how": "declined", "reason": "busy"}),
        ({"how": "conflicted", "reason": None}, {"how": "withdrawn", "reason": None}),
        ({"why": {"excluded": {"party": 1, "declined": 2}}}, {"why": {"excluded": {"barred": 3}}}),
        ({"why": {"excluded": {"vanished": 1}}}, {"why": {"excluded": {"barred": 1}}}),
        ({"why": {"excluded": {}, "place": 1}}, {"why": {"excluded": {}, "place": 1}}),
        ({"why": {"chosen_for": "named"}}, {"why": {"chosen_for": "named"}}),
        ({"text": "conflict", "summary": "party"}, {"text": "conflict", "summary": "party"}),
        ({"why": "hostile", "how": ["x"], "reason": {"a": 1}}, {"why": "hostile", "how": ["x"], "reason": {"a": 1}}),
    ],
)
def test_a_conflict_is_not_told_and_nothing_else_is_lost(body: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    assert discreet(body) == told


def test_an_offer_excluded_for_a_conflict_looks_like_one_excluded_for_a_pause() -> None:
    shown = [discreet_why({"excluded": {reason: 1}}) for reason in (*sorted(SECRETS), "declined", "lapsed")]

    assert all(one == shown[0] for one in shown)
