"""The switchboard: who commits wakes the router here, and whoever hears of it hears."""

from __future__ import annotations

import pytest

from interactions.changes import Change, Changes
from interactions.database import Announcement


@pytest.fixture
def told() -> list[str]:
    """What the router was told, and what went out."""
    return []


@pytest.fixture
def changes(told: list[str]) -> Changes:
    """A switchboard with a router and a way out."""
    made = Changes()
    made.on_router_wake(here=lambda: told.append("wake"), elsewhere=lambda: told.append("hear"))
    made.on_outward(lambda changes, wake_router: told.append("publish"))
    return made


def test_a_commit_here_wakes_the_router_here_and_tells_the_others(changes: Changes, told: list[str]) -> None:
    changes.committed(Announcement(wake_router=True))
    assert told == ["wake", "publish"]


def test_a_commit_elsewhere_is_heard_of_and_goes_no_further(changes: Changes, told: list[str]) -> None:
    changes.deliver((), wake_router=True)
    assert told == ["hear"]


def test_what_frees_nobody_is_no_business_of_the_router(changes: Changes, told: list[str]) -> None:
    changes.deliver((Change(None, 0, None, frozenset()),), wake_router=False)
    changes.committed(Announcement())
    assert told == []
