"""Who greeted and said to be back was told to call the police, and taken from the bot as somebody in danger."""

from __future__ import annotations

import pytest

from bots.triage import triage


@pytest.mark.parametrize("said", ["你好，我又来了", "我又来了", "你好我回来了", "又是我", "刚才掉线了，接着说"])
def test_who_is_back_is_in_no_danger_by_that(said: str) -> None:
    heard = triage(said)

    assert not heard.dangers
    assert heard.emergency_text is None


def test_somebody_else_who_is_back_in_a_threatening_way_still_is_one() -> None:
    assert triage("我老公又来了，在砸门").emergency_text is not None
