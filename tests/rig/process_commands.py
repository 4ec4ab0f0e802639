"""What a test can have done by a process of the house: everything people do, as the gateways would ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from agents.roster import Sitting
from agents.serving import Server
from hotline.front_desk import Visitor
from hotline.wiring import House
from interactions.model import SeatStatus
from interactions.record import RepeatKey, Written
from tests.rig.serving import FORM


class Commands:
    """Each method is a command; values are JSON, ids are strings."""

    def __init__(self, house: House, *, go_on: Callable[[], None]) -> None:
        self._house = house
        self._go_on = go_on
        consoles, pages = house.consoles._deps, house.web_chat._deps
        self._offers = consoles.commands._offers
        self._serving = consoles.commands._serving
        self._roster = consoles.roster
        self._tokens = pages.tokens
        self._front_desk = pages.front_desk
        self._presence: dict[str, asyncio.Event] = {}
        self._kept: set[asyncio.Task[None]] = set()

    async def carry_out(self, command: str, values: Mapping[str, Any]) -> Any:
        """What became of it; raises what it is refused with."""
        return await getattr(self, command)(**values)

    async def resident(self) -> dict[str, str]:
        """Somebody comes for the first time."""
        browser = await self._tokens.grant()
        return {"resident_id": str(browser.resident_id), "token_id": str(browser.token_id)}

    async def ask_lawyer(self, resident_id: str, token_id: str, client_id: str) -> dict[str, Any]:
        """They ask for a person."""
        repeat_of = RepeatKey(UUID(token_id), client_id)
        return _told(await self._front_desk.ask_lawyer(_visitor(resident_id), repeat_of=repeat_of))

    async def say(
        self, resident_id: str, token_id: str, client_id: str, text: str, interaction_id: str | None = None
    ) -> dict[str, Any]:
        """They say something, in the visit their page shows or in whichever there is."""
        known = UUID(interaction_id) if interaction_id else None
        repeat_of = RepeatKey(UUID(token_id), client_id)
        visitor = _visitor(resident_id)
        return _told(await self._front_desk.say(visitor, text=text, repeat_of=repeat_of, interaction_id=known))

    async def leave(self, resident_id: str, token_id: str, client_id: str) -> dict[str, Any]:
        """They leave."""
        repeat_of = RepeatKey(UUID(token_id), client_id)
        return _told(await self._front_desk.leave(_visitor(resident_id), repeat_of=repeat_of))

    async def accept(
        self, offer_id: str, seat_id: str, account_id: str, client_id: str | None = None
    ) -> dict[str, Any]:
        """A lawyer takes an offer."""
        repeat_of = RepeatKey(UUID(account_id), client_id) if client_id else None
        return _told(
            await self._offers.accept(
                UUID(offer_id), seat_id=UUID(seat_id), account_id=UUID(account_id), repeat_of=repeat_of
            )
        )

    async def decline(self, offer_id: str, seat_id: str, account_id: str, reason: str = "busy") -> dict[str, Any]:
        """A lawyer refuses an offer."""
        return _told(
            await self._offers.decline(
                UUID(offer_id), seat_id=UUID(seat_id), account_id=UUID(account_id), reason=reason, repeat_of=None
            )
        )

    async def release(self, interaction_id: str, seat_id: str, account_id: str) -> dict[str, Any]:
        """A lawyer ends the talk."""
        by = Server(UUID(account_id), UUID(seat_id))
        return _told(await self._serving.release(by, interaction_id=UUID(interaction_id)))

    async def wrap_up(self, interaction_id: str, seat_id: str, account_id: str) -> dict[str, Any]:
        """A lawyer registers it."""
        by = Server(UUID(account_id), UUID(seat_id))
        return _told(await self._serving.wrap_up(by, interaction_id=UUID(interaction_id), form=FORM))

    async def answer(self, interaction_id: str, seat_id: str, account_id: str, text: str) -> dict[str, Any]:
        """A lawyer says something."""
        by = Server(UUID(account_id), UUID(seat_id))
        return _told(await self._serving.say(by, interaction_id=UUID(interaction_id), text=text))

    async def sign_in(self, account_id: str) -> None:
        """A lawyer sits down."""
        await self._roster.sign_in(UUID(account_id))

    async def sign_out(self, account_id: str) -> None:
        """A lawyer stands up."""
        await self._roster.sign_out(UUID(account_id))

    async def status(self, seat_id: str, account_id: str, status: str) -> None:
        """A lawyer is available, or not."""
        sitting = Sitting(UUID(seat_id), "", "", UUID(account_id), SeatStatus.AVAILABLE)
        await self._roster.set_status(sitting, SeatStatus(status))

    async def connect(self, seat_id: str) -> None:
        """A console of the seat opens here and stays."""
        opened, closing = asyncio.Event(), asyncio.Event()
        self._presence[seat_id] = closing
        self._keep(asyncio.create_task(self._present(UUID(seat_id), opened, closing)))
        await opened.wait()

    async def disconnect(self, seat_id: str) -> None:
        """It closes."""
        self._presence.pop(seat_id).set()

    async def turn(self) -> None:
        """One turn of the router."""
        await self._house.router.turn()

    async def renew(self) -> None:
        """The process says that it lives, and buries who does not."""
        await self._house.presence.renew()

    async def route(self) -> None:
        """Routes from now on."""
        self._keep(asyncio.create_task(self._house.router.run()))
        self._keep(asyncio.create_task(self._house.wakes.run()))

    async def go_on(self) -> None:
        """Whoever was paused goes on."""
        self._go_on()

    async def rescues(self) -> dict[str, float]:
        """What only a sweep found, by what it was."""
        found = self._house.metrics.rescues.collect()
        return {
            one.labels["what"]: one.value for metric in found for one in metric.samples if one.name.endswith("_total")
        }

    async def _present(self, seat_id: UUID, opened: asyncio.Event, closing: asyncio.Event) -> None:
        async with self._house.presence.connected(seat_id=seat_id):
            opened.set()
            await closing.wait()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)


def _visitor(resident_id: str) -> Visitor:
    return Visitor(UUID(resident_id), "web")


def _told(written: Written) -> dict[str, Any]:
    return {"interaction_id": str(written.interaction_id), "seq": written.seq, "state": written.head.state.value}
