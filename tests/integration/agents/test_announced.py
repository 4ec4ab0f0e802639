"""What a change says about a seat by itself is what the rows say; where it does not say all, the rows are asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.announced import Rung, Taken, announced
from agents.seat_view import explanation, read_view
from interactions.changes import Change, Changes
from interactions.model import Urgency
from tests.rig.ground import Ground, Seat
from tests.rig.routing import Routing


@pytest.fixture
async def at(ground: Ground) -> Seat:
    """A seat with room."""
    return await ground.seat()


async def _heard(ground: Ground, at: Seat, *, accepted: bool) -> Change:
    """The last change of the seat, once somebody was offered to it, and where asked, accepted."""
    heard: list[Change] = []
    changes = Changes()
    ground.database.listen(changes.committed)
    routing = Routing.on(ground)
    await ground.waiting(urgency=Urgency.DEADLINE)
    with changes.subscribed(at.seat_id, heard.append):
        await (routing.accept_all() if accepted else routing.rounds.run())
    return heard[-1]


async def test_an_offer_rings_as_its_rows_say(ground: Ground, at: Seat) -> None:
    said = announced(await _heard(ground, at, accepted=False), at.seat_id)

    assert isinstance(said, Rung)
    async with ground.database.read() as connection:
        view = await read_view(connection, at.seat_id)
        assert view.offers == {said.ringing.offer_id: said.ringing}
        assert said.why == await explanation(connection, said.ringing)


async def test_an_acceptance_is_held_as_its_rows_say(ground: Ground, at: Seat) -> None:
    said = announced(await _heard(ground, at, accepted=True), at.seat_id)

    assert isinstance(said, Taken)
    async with ground.database.read() as connection:
        view = await read_view(connection, at.seat_id)
    assert view.held == {said.held.interaction_id: said.held}
    assert view.offers == {}


@pytest.mark.parametrize("accepted", [False, True])
async def test_another_seat_is_told_nothing(ground: Ground, at: Seat, accepted: bool) -> None:
    heard = await _heard(ground, at, accepted=accepted)
    other = await ground.seat()

    assert announced(heard, other.seat_id) is None


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_change_of_another_process_says_nothing(ground: Ground, at: Seat, accepted: bool) -> None:
    heard = await _heard(ground, at, accepted=accepted)

    assert announced(replace(heard, recorded=(), head=None), at.seat_id) is None


async def test_what_something_came_after_is_for_the_rows_to_say(ground: Ground, at: Seat) -> None:
    offered = await _heard(ground, at, accepted=False)
    accepted = await _heard(ground, at, accepted=True)

    assert announced(replace(offered, head=accepted.head), at.seat_id) is None
    assert announced(replace(accepted, recorded=(*accepted.recorded, *offered.recorded)), at.seat_id) is None
