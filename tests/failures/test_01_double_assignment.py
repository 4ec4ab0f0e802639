"""Failure 1: two take one; automatic overrides manual."""

from __future__ import annotations

from tests.rig.budget import STEPPED
from tests.rig.interleavings import Stage, play_all


async def test_of_two_accepts_one_wins_in_every_order_of_their_statements(on_stage: Stage) -> None:
    kind = "double_assignment"

    different = await play_all(on_stage, kind, seeds=range(STEPPED[kind]), ledger=kind)

    assert different > STEPPED[kind] * 0.9
