"""Callbacks and messages on a test's ground: asked for, due, taken, tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.attempts import Attempts
from agents.serving import Server, Serving
from agents.settings import ServingSettings
from hotline.care import Care
from hotline.windows import Window
from hotline.wishes import CallbackWish, MessageWish, Promising, Wish
from hotline.work_items import WorkItems
from hotline.work_phrases import Words
from interactions.model import How, Others, State
from interactions.record import RepeatKey, Written
from interactions.work import Work, work_after
from interactions.work_rows import WorkRow, open_work
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat
from tests.rig.routing import Routing
from tests.rig.serving import serving_on

ZONE = ZoneInfo("Asia/Shanghai")
# No subscriber has it.
PHONE = "13800000000"


@dataclass(frozen=True, slots=True)
class Promises:
    """What residents ask for, and the lawyers who keep it, on one router."""

    ground: Ground
    routing: Routing
    items: WorkItems
    attempts: Attempts
    serving: Serving
    settings: RoutingSettings

    @classmethod
    def on(cls, ground: Ground, *, settings: RoutingSettings | None = None, routing: Routing | None = None) -> Self:
        """Wires both sides."""
        chosen = settings or RoutingSettings()
        routing = routing or Routing.on(ground, settings=chosen)
        words = Words(ZONE)
        items = WorkItems(
            ground.database,
            log=ground.log,
            opening=ground.opening,
            offers=routing.offers,
            promising=Promising(Care(chosen), chosen, ZONE, words, works=lambda day: day.weekday() < 5),
            clock=ground.clock,
        )
        attempts = Attempts(
            ground.database,
            log=ground.log,
            clock=ground.clock,
            settings=chosen,
            serving=ServingSettings(),
            words=words,
        )
        return cls(ground, routing, items, attempts, serving_on(ground), chosen)

    def window(self, begins: timedelta | None = None, *, length: timedelta = timedelta(hours=2)) -> Window:
        """A time that begins so long from now; as soon as the turn comes without one."""
        now = self.ground.clock.now()
        return Window(now, now, soon=True) if begins is None else Window(now + begins, now + begins + length)

    def callback(self, begins: timedelta | None = None, *, others: Others = Others.NOTHING) -> Wish:
        """A wish to be called."""
        return CallbackWish(How.PHONE, PHONE, self.window(begins), others)

    def message(self, text: str = "请问押金能不能退", *, client_id: str = "m") -> Wish:
        """A wish to be answered in writing."""
        return MessageWish(text, None, client_id)

    async def promise(self, resident_id: UUID, wish: Wish, *, client_id: str = "wish") -> Written:
        """What a resident of the web chat asked for."""
        key = RepeatKey(resident_id, client_id)
        return await self.items.promise(resident_id, channel="web", wished=lambda _: wish, repeat_of=key)

    async def cancel(self, resident_id: UUID, *, client_id: str = "cancel") -> Written:
        """What a resident no longer wants."""
        return await self.items.cancel(resident_id, channel="web", repeat_of=RepeatKey(resident_id, client_id))

    async def taken(self, interaction_id: UUID, at: Seat) -> None:
        """The router's turn, and this seat takes the interaction."""
        await self.routing.router.turn()
        ringing = (await self.routing.live())[interaction_id]
        assert ringing.seat_id == at.seat_id
        await self.routing.offers.accept(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id)

    async def tried(self, interaction_id: UUID, at: Seat, result: str, *, client_id: str | None = None) -> Written:
        """What came of a call."""
        key = RepeatKey(at.account_id, client_id) if client_id else None
        server = Server(at.account_id, at.seat_id)
        return await self.attempts.record(server, interaction_id=interaction_id, result=result, repeat_of=key)

    async def item(self, interaction_id: UUID) -> WorkRow | None:
        """The open row."""
        async with self.ground.database.read() as connection:
            return (await open_work(connection, [interaction_id])).get(interaction_id)

    async def told(self, interaction_id: UUID) -> Work | None:
        """The same, as the log tells it."""
        _, records = await self.ground.reader.read(interaction_id)
        return work_after(records)

    async def state(self, interaction_id: UUID) -> State:
        """Where it is."""
        return (await self.ground.reader.read(interaction_id))[0].state
