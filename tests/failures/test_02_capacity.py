"""Failure 2: more at once than a seat may have; counters that drift."""

from __future__ import annotations

import pytest

from tests.rig.budget import STEPPED
from tests.rig.interleavings import Stage, play_all


@pytest.mark.parametrize("kind", ["capacity", "handing_on", "leaving_seat"])
async def test_after_each_statement_of_anybody_no_seat_has_more_than_it_may(on_stage: Stage, kind: str) -> None:
    # The stage counts every seat's rows after each statement; the log is proved after each interleaving.
    different = await play_all(on_stage, kind, seeds=range(STEPPED[kind]), ledger=kind)

    assert different > STEPPED[kind] * 0.9
