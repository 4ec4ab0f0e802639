"""A lawyer goes while something is owed: it stays owed, and whoever answers the phone is not cut off."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from agents.errors import CallRunning, StillOpen
from agents.handing_back import HandingBack
from agents.serving import Server
from agents.settings import ServingSettings
from agents.signing_out import SigningOut
from interactions.model import State, WorkState
from interactions.verify import verify
from tests.rig.ground import KEYS, Ground, Seat
from tests.rig.promises import Promises


@dataclass(frozen=True, slots=True)
class Leaving:
    """The way out, and whose it is."""

    back: HandingBack
    out: SigningOut
    at: Seat

    async def kinds(self) -> list[str]:
        """What signing out lists."""
        with pytest.raises(StillOpen) as refused:
            await self.out.sign_out(self.at.account_id)
        return [one["kind"] for one in refused.value.open]

    async def hand_back(self, interaction_id: object) -> None:
        """Handed over with a note."""
        server = Server(self.at.account_id, self.at.seat_id)
        await self.back.hand_back(server, interaction_id=interaction_id, note="未接通，请继续")  # type: ignore[arg-type]


@pytest.fixture
def promises(ground: Ground) -> Promises:
    """Both sides of a promise."""
    return Promises.on(ground)


@pytest.fixture
async def leaving(ground: Ground, promises: Promises) -> Leaving:
    """A lawyer about to go."""
    back = HandingBack(
        ground.database,
        log=ground.log,
        clock=ground.clock,
        serving=ServingSettings(),
        routing=promises.settings,
        told="请稍候",
    )
    out = SigningOut(ground.database, handing_back=back, offers=promises.routing.offers, clock=ground.clock)
    return Leaving(back, out, await ground.seat())


async def test_a_callback_not_made_yet_goes_back_and_is_still_owed(
    ground: Ground, promises: Promises, leaving: Leaving
) -> None:
    asked = (await promises.promise(await ground.resident(), promises.callback())).interaction_id
    await promises.taken(asked, leaving.at)
    assert await leaving.kinds() == ["callback"]

    await leaving.hand_back(asked)

    item = await promises.item(asked)
    assert item is not None
    assert (await promises.state(asked), item.state) == (State.WAITING, WorkState.DUE)
    other = await ground.seat()
    await promises.taken(asked, other)
    assert (await verify(ground.database, keys=KEYS)).violations == []


async def test_a_callback_whose_resident_answered_is_a_call_and_is_not_cut(
    ground: Ground, promises: Promises, leaving: Leaving
) -> None:
    asked = (await promises.promise(await ground.resident(), promises.callback())).interaction_id
    await promises.taken(asked, leaving.at)
    await promises.tried(asked, leaving.at, "reached")

    assert await leaving.kinds() == ["call"]
    with pytest.raises(CallRunning):
        await leaving.hand_back(asked)
    assert await promises.state(asked) is State.WITH_LAWYER


async def test_a_message_goes_to_the_next_lawyer(ground: Ground, promises: Promises, leaving: Leaving) -> None:
    asked = (await promises.promise(await ground.resident(), promises.message())).interaction_id
    item = await promises.item(asked)
    assert item is not None
    ground.clock.advance(item.due_at - ground.clock.now())
    await promises.taken(asked, leaving.at)

    assert await leaving.kinds() == ["message"]
    await leaving.hand_back(asked)

    assert (await promises.state(asked), (await promises.item(asked)) is not None) == (State.WAITING, True)
    assert (await verify(ground.database, keys=KEYS)).violations == []
