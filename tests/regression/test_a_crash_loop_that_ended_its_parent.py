"""Symptom: after some three hours in which a worker died at every start, the parent ended with an `OverflowError`.

The pause doubled with every short life before it was bounded, and 2 to the 1024th is no float.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline.embedded import keeper
from hotline.workers import parent


@pytest.mark.parametrize(
    ("pause_s", "longest"), [(parent.pause_s, parent.LONGEST_PAUSE_S), (keeper.pause_s, keeper.LONGEST_PAUSE_S)]
)
def test_pauses_double_up_to_the_longest_however_often(pause_s: Callable[[int], float], longest: float) -> None:
    assert [pause_s(lives) for lives in range(3)] == [0.1, 0.2, 0.4]
    assert pause_s(10) == longest
    assert pause_s(5_000) == longest
