"""Lawyers who hand interactions on, on a test's ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import select, text

from agents.serving import Server, Serving
from agents.transferring import Target, Transferring
from interactions.record import RepeatKey, Written
from interactions.tables import assignment, interaction, seat
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.ground import KEYS, Seat
from tests.rig.routing import Routing
from tests.rig.serving import CODES, serving_on


@dataclass(frozen=True)
class Lawyers:
    """What lawyers do with what they have in hand, over the router of the same ground."""

    routing: Routing

    @cached_property
    def transferring(self) -> Transferring:
        """Transfers."""
        ground = self.routing.ground
        return Transferring(
            ground.database, log=ground.log, codes=CODES, clock=ground.clock, settings=RoutingSettings()
        )

    @cached_property
    def serving(self) -> Serving:
        """Words, release, wrap-up."""
        return serving_on(self.routing.ground)

    async def with_lawyer(self, at: Seat, **waiting: object) -> UUID:
        """An interaction that `at`, the only one who can, has accepted."""
        interaction_id = await self.routing.ground.waiting(**waiting)  # type: ignore[arg-type]
        await self.routing.router.turn()
        await self.accept(interaction_id, at)
        return interaction_id

    async def accept(self, interaction_id: UUID, at: Seat, *, repeat_of: RepeatKey | None = None) -> Written:
        """What rings at this seat is accepted."""
        ringing = (await self.routing.live())[interaction_id]
        assert ringing.seat_id == at.seat_id
        return await self.routing.offers.accept(
            ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id, repeat_of=repeat_of
        )

    async def decline(self, interaction_id: UUID, at: Seat, *, reason: str = "busy") -> Written:
        """What rings at this seat is refused."""
        ringing = (await self.routing.live())[interaction_id]
        return await self.routing.offers.decline(
            ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id, reason=reason
        )

    async def to_matter(
        self, interaction_id: UUID, at: Seat, matter: str = "family", *, note: str = "", client_id: str | None = None
    ) -> Written:
        """The lawyer at `at` hands it on to whoever serves the matter, and the router looks."""
        repeat_of = RepeatKey(at.account_id, client_id) if client_id else None
        written = await self.transferring.ask(
            server(at), interaction_id=interaction_id, to=Target(matter, None), note=note, repeat_of=repeat_of
        )
        await self.routing.router.turn()
        return written

    async def to_seat(self, interaction_id: UUID, at: Seat, to: Seat, *, note: str = "") -> Written:
        """The lawyer at `at` hands it on to a named seat."""
        target = Target(None, await self.code(to))
        return await self.transferring.ask(server(at), interaction_id=interaction_id, to=target, note=note)

    async def code(self, at: Seat) -> str:
        """What a seat is called by."""
        async with self.routing.ground.database.read() as connection:
            return str(await connection.scalar(select(seat.c.code).where(seat.c.seat_id == at.seat_id)))

    async def kinds(self, interaction_id: UUID) -> list[str]:
        """Every event's kind, in order."""
        _, records = await self.routing.ground.reader.read(interaction_id)
        return [record.kind for record in records]

    async def place(self, interaction_id: UUID) -> tuple[str, UUID | None]:
        """The state and the seat."""
        columns = select(interaction.c.state, interaction.c.seat_id)
        async with self.routing.ground.database.read() as connection:
            row = (await connection.execute(columns.where(interaction.c.interaction_id == interaction_id))).one()
        return row.state, row.seat_id

    async def held_by(self, at: Seat) -> int:
        """How many unfinished assignments the seat has."""
        unfinished = select(assignment.c.segment_id).where(
            assignment.c.seat_id == at.seat_id, assignment.c.finished_at.is_(None)
        )
        async with self.routing.ground.database.read() as connection:
            return len(await connection.scalars(unfinished))

    async def transfer_states(self) -> list[str]:
        """What became of all transfers, in order."""
        async with self.routing.ground.database.read() as connection:
            return list(await connection.scalars(text("select state from transfer order by transfer_id")))

    async def require_true_log(self) -> None:
        """The whole log verifies."""
        verdict = await verify(self.routing.ground.database, keys=KEYS)
        assert verdict.holds, verdict.violations


def server(at: Seat) -> Server:
    """The seat and its lawyer, as `Serving` knows them."""
    return Server(at.account_id, at.seat_id)
