"""Who was blind for a while begins to watch anew."""

from __future__ import annotations

from datetime import timedelta

from routing.watch import Watch
from tests.unit.routing.lines import NOW


def test_looks_close_together_are_one_watch() -> None:
    watch = Watch(gap=timedelta(seconds=6))

    assert {watch.look(NOW + timedelta(seconds=at)) for at in (0, 2, 8, 14)} == {NOW}


def test_a_longer_break_begins_a_new_watch() -> None:
    watch = Watch(gap=timedelta(seconds=6))
    watch.look(NOW)
    back = NOW + timedelta(seconds=7)

    assert (watch.look(back), watch.look(back + timedelta(seconds=1))) == (back, back)
