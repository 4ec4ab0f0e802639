"""Failure 5: it still rings after the caller left; "accepted" though nobody is there.

That the media leg never joins belongs to voice, whose `connected` is a fact of its own: it is tested with that channel.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from interactions.errors import OfferGone
from interactions.model import State
from interactions.record import Written
from tests.rig.budget import STEPPED
from tests.rig.ground import Ground, Seat
from tests.rig.house import running_house
from tests.rig.interleavings import Stage, play_all
from tests.rig.leaving import leave
from tests.rig.routing import Routing

KIND = "ghost_ring"


async def test_the_caller_leaves_at_any_moment_around_accept_and_timeout(on_stage: Stage) -> None:
    different = await play_all(on_stage, KIND, seeds=range(STEPPED[KIND]), ledger=KIND)

    assert different > STEPPED[KIND] * 0.9


@pytest.mark.parametrize("after_ms", [0, 50, 500])
async def test_leaving_after_the_accept_ends_the_talk_and_before_it_the_offer(ground: Ground, after_ms: int) -> None:
    routing = Routing.on(ground)
    at = await ground.seat(capacity=2)
    for leaves_first in (False, True):
        resident_id = await ground.resident()
        interaction_id = await ground.waiting(resident_id=resident_id)
        await routing.router.turn()
        offer_id = (await routing.live())[interaction_id].offer_id

        if leaves_first:
            await leave(routing, resident_id)
            ground.clock.advance(timedelta(milliseconds=after_ms))
            with pytest.raises(OfferGone):
                await _accept(routing, offer_id, at)
        else:
            await _accept(routing, offer_id, at)
            ground.clock.advance(timedelta(milliseconds=after_ms))
            await leave(routing, resident_id)

        expected = State.ABANDONED if leaves_first else State.WRAP_UP
        head, records = await ground.reader.read(interaction_id)
        assert head.state is expected
        await routing.router.turn()
        assert await routing.live() == {}
        assert (await ground.reader.read(interaction_id))[1] == records


@pytest.mark.parametrize("by_ms", [-1, 0, 1])
async def test_an_accept_around_the_leases_end_wins_as_long_as_nobody_ended_the_offer(
    ground: Ground, by_ms: int
) -> None:
    routing = Routing.on(ground)
    at = await ground.seat()
    interaction_id = await ground.waiting()
    await routing.router.turn()
    ringing = (await routing.live())[interaction_id]
    ground.clock.advance(timedelta(seconds=45, milliseconds=by_ms))

    # Nobody's clock ends an offer: its lapse does, once it is committed.
    lapsed = await routing.offers.lapse_due()

    if by_ms < 0:
        assert lapsed == 0
        assert (await _accept(routing, ringing.offer_id, at)).head.state is State.WITH_LAWYER
    else:
        assert lapsed == 1
        with pytest.raises(OfferGone):
            await _accept(routing, ringing.offer_id, at)
        head, _ = await ground.reader.read(interaction_id)
        assert (head.state, head.waiting_since) == (State.WAITING, head.rank_at)


async def test_the_console_stops_ringing_when_the_caller_has_left(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as house:
        console = await house.lawyer()
        page = await house.resident()
        asked = await page.command(type="ask_lawyer")
        offer = await console.next_of("offer", interaction_id=asked["interaction_id"])

        await page.command(type="leave")

        gone = await console.next_of("offer_gone", offer_id=offer["offer_id"])
        assert gone["reason"] == "resident_left"
        refused = await console.command(type="accept", offer_id=offer["offer_id"])
        assert refused["code"] == "offer_gone"


async def _accept(routing: Routing, offer_id: UUID, at: Seat) -> Written:
    return await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)
