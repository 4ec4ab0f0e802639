"""Wilson's interval: known values, its bounds, and that it narrows as more is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.intervals import Share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe 1998, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    share = Share(count, of)

    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_of_nothing_nothing_is_known() -> None:
    assert (Share(0, 0).share, Share(0, 0).low, Share(0, 0).high) == (0.0, 0.0, 1.0)


@given(st.integers(1, 5_000), st.floats(0.0, 1.0))
def test_the_share_lies_within_and_more_questions_tell_more(of: int, part: float) -> None:
    share = Share(round(of * part), of)
    more = Share(10 * share.count, 10 * of)

    assert 0.0 <= share.low <= share.share <= share.high <= 1.0
    assert more.high - more.low < share.high - share.low
