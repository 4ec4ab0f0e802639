"""What makes the router work, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.database import Announcement
from interactions.events import Abandoned
from interactions.model import By, State
from interactions.record import Bundle, Draft, drafts
from tests.rig.ground import Ground
from tests.rig.routing import Routing


async def rounds_so_far(ground: Ground) -> int:
    """How many matching rounds were asked for."""
    async with ground.database.read() as connection:
        return int(
            await connection.scalar(text("select case when is_called then last_value else 0 end from round_request"))
        )


async def test_with_nobody_in_line_a_wake_costs_no_round(routing: Routing) -> None:
    await routing.ground.seat()
    await routing.router.turn()

    assert await rounds_so_far(routing.ground) == 0


async def test_with_nobody_in_line_it_sleeps_until_the_next_sweep(routing: Routing) -> None:
    await routing.ground.seat()

    due_at = await routing.router.turn()

    assert due_at == routing.ground.clock.now() + timedelta(seconds=2)


async def test_the_last_in_line_is_matched_in_one_round(routing: Routing) -> None:
    await routing.ground.seat()
    await routing.ground.waiting()

    await routing.router.turn()

    assert len(await routing.live()) == 1
    assert await rounds_so_far(routing.ground) == 1


async def test_joining_the_line_and_leaving_it_for_good_wake_the_router_but_an_offer_and_its_acceptance_do_not(
    routing: Routing,
) -> None:
    told: list[tuple[str, bool]] = []

    def note(announcement: Announcement) -> None:
        told.extend((str(one.to_state), announcement.wake_router) for one in announcement.recorded if one.to_state)

    ground = routing.ground
    at = await ground.seat()
    ground.database.listen(note)
    interaction_id = await ground.waiting()
    await routing.router.turn()
    offer_id = (await routing.live())[interaction_id].offer_id
    await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)
    await close(ground, await ground.waiting())

    assert told == [
        ("waiting", True),
        ("offered", False),
        ("with_lawyer", False),
        ("waiting", True),
        ("abandoned", True),
    ]


async def close(ground: Ground, interaction_id: UUID) -> None:
    """Ends an interaction in line."""
    left = Draft(Abandoned("left", 0.0), By.RESIDENT, to=State.ABANDONED, changes={"closed_at": ground.clock.now()})
    async with ground.database.unit() as unit:
        only_in = frozenset({State.WAITING})
        await ground.log.write_one(unit, Bundle(interaction_id, drafts(left, only_in=only_in)))
