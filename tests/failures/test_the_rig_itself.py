"""The rig is shown to find what it is there for, and to find it again from the seed it tells."""

from __future__ import annotations

from typing import Any

import pytest

from routing.offer_rows import find_offer
from routing.offers import Offers
from routing.round import Rounds
from tests.rig.interleavings import KINDS, Broken, Stage

SEEDS = 60
FIRST_PICKS = 8


async def test_a_seed_means_the_same_interleaving_each_time(on_stage: Stage) -> None:
    for kind in KINDS:
        for seed in ("one", "another"):
            first = await on_stage.play(kind, seed)
            again = await on_stage.play(kind, seed)

            assert first.outcomes.keys() == again.outcomes.keys()
            # Later a commit may let two go at once, and PostgreSQL decides which of them is faster.
            assert first.trace[:FIRST_PICKS] == again.trace[:FIRST_PICKS]


async def test_a_round_that_does_not_look_again_under_the_locks_is_found(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believes_what_it_saw(self: Rounds, unit: Any, matches: Any, *_: Any, **__: Any) -> Any:
        return list(matches)

    monkeypatch.setattr(Rounds, "_still_true", believes_what_it_saw)

    await _found_again(on_stage, "leaving_seat")


async def test_an_accept_that_does_not_lock_is_found(on_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def locks_nothing(self: Offers, unit: Any, offer_id: Any, seat_id: Any) -> Any:
        return await find_offer(unit.connection, offer_id)

    monkeypatch.setattr(Offers, "_lock", locks_nothing)

    await _found_again(on_stage, "ghost_ring")


async def _found_again(on: Stage, kind: str) -> None:
    """The first seed that does not hold, and once more from its report."""
    for seed in range(SEEDS):
        try:
            await on.play(kind, str(seed))
        except Broken as broken:
            assert f"make soak SEED={seed} KIND={kind}" in str(broken)
            with pytest.raises(Broken):
                await on.play(kind, str(seed))
            return
    raise AssertionError("not found")
