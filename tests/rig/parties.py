"""Parties of disputes on a test's ground: named, and advised by a lawyer who may change the seat."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from interactions.model import OPEN_STATES, By
from interactions.party_events import PartiesNamed
from interactions.record import Bundle, Draft, drafts
from tests.rig.ground import Ground, Seat
from tests.rig.transferring import Lawyers


async def named(ground: Ground, interaction_id: UUID, *, own: str | None = None, other: str | None = None) -> None:
    """The resident tells who is in dispute."""
    told = Draft(PartiesNamed(own=own, other=other), By.RESIDENT)
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(told, only_in=OPEN_STATES)))


async def advised(lawyers: Lawyers, at: Seat, *, own: str | None, other: str | None) -> UUID:
    """An interaction that the lawyer at `at` served to its end."""
    ground = lawyers.routing.ground
    talk = await lawyers.with_lawyer(at)
    await named(ground, talk, own=own, other=other)
    await lawyers.routing.release(talk)
    await lawyers.routing.wrap_up(talk)
    return talk


async def change_places(ground: Ground, first: Seat, second: Seat) -> None:
    """Each lawyer sits where the other sat, with shifts to match."""
    pairs = {"a": first.seat_id, "b": second.seat_id, "first": first.account_id, "second": second.account_id}
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("delete from shift where seat_id in (:a, :b)"), _only(pairs, "ab"))
        for at, who in ((first, second), (second, first)):
            values = {"seat_id": at.seat_id, "account_id": who.account_id}
            await unit.connection.execute(
                text("update seat set account_id = :account_id where seat_id = :seat_id"), values
            )
            await unit.connection.execute(
                text(
                    "insert into shift (shift_id, seat_id, account_id, starts_at) "
                    "values (gen_random_uuid(), :seat_id, :account_id, '2020-01-01 00:00+00')"
                ),
                values,
            )
        unit.wake_router = True


def _only(values: dict[str, UUID], names: str) -> dict[str, UUID]:
    return {name: values[name] for name in names}
