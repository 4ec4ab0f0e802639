"""Questions whose process died: asked again, by one of the living processes and counted once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bots.ports import Answer, Context, Unavailable, Unsure
from hotline.wiring import House, build
from interactions.clock import ManualClock
from interactions.events import TurnSaid
from interactions.model import OPEN_STATES, By
from interactions.opening import FirstWords
from interactions.record import Draft, drafts
from tests.rig.ground import KEYS, Ground
from tests.rig.house import settings

QUESTIONS = 12
LONG = timedelta(seconds=15)


class Silent:
    """A bot that answers nothing until it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def answer(self, _: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """Nothing, late."""
        await self.let.wait()
        return Unavailable(reason=context.channel)


async def test_living_processes_share_them_and_one_that_left_has_no_share(
    ground: Ground, postgres_url: str, redis_url: str, clock: ManualClock
) -> None:
    for _ in range(QUESTIONS):
        now = clock.now()
        asked = Draft(TurnSaid(text="？"), By.RESIDENT, changes={"unanswered_since": now, "last_turn_at": now})
        await ground.opening.open(FirstWords(await ground.resident(), "web", drafts(asked, only_in=OPEN_STATES)))
    clock.advance(2 * LONG)
    bot = Silent()
    houses = [_house(postgres_url, redis_url, clock, bot) for _ in range(3)]
    for house in houses:
        await house.presence.renew()

    shares = [await house.bot_turns.sweep(older_than=LONG) for house in houses]
    await houses[0].presence.leave()
    await houses[1].presence.leave()
    rest = await houses[2].bot_turns.sweep(older_than=LONG)

    assert sum(shares) == QUESTIONS
    assert rest == QUESTIONS - shares[2]
    bot.let.set()
    for house in houses:
        await house.bot_turns.drain()
        await house.redis.aclose()
        await house.database.close()


def _house(database_url: str, redis_url: str, clock: ManualClock, bot: Silent) -> House:
    return build(settings(), database_url=database_url, redis_url=redis_url, keys=KEYS, clock=clock, bot=bot)
