"""The ground of the house, wired for a test, and the shortest ways to bring an interaction somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from interactions.clock import ManualClock
from interactions.database import Database
from interactions.events import Queued, TurnSaid
from interactions.identity import new_id
from interactions.log import Log
from interactions.model import OPEN_STATES, By, State, Urgency
from interactions.opening import FirstWords, Opening
from interactions.reading import LogReader
from interactions.record import Bundle, Draft, RepeatKey, Written, drafts
from interactions.sealing import KeyRing
from interactions.settings import SharedCommitSettings
from interactions.shared_commit import SharedCommit
from interactions.tables import (
    account,
    connection,
    process,
    resident,
    seat,
    shift,
)

KEYS = KeyRing(masters={"k1": bytes(range(32)), "k2": bytes(range(32, 64))}, current="k1", index_key=b"i" * 32)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything of floor 1, on one database and one clock."""

    database: Database
    clock: ManualClock
    keys: KeyRing
    log: Log
    shared_commit: SharedCommit
    opening: Opening
    reader: LogReader

    @classmethod
    def on(cls, database: Database, *, clock: ManualClock, keys: KeyRing = KEYS) -> Self:
        """Wires the ground."""
        log = Log(clock=clock, keys=keys)
        shared = SharedCommit(database, log=log, settings=SharedCommitSettings())
        opening = Opening(database, log=log, keys=keys, clock=clock, timezone=ZoneInfo("Asia/Shanghai"))
        return cls(database, clock, keys, log, shared, opening, LogReader(database, log=log))

    async def resident(self) -> UUID:
        """A new resident."""
        resident_id = new_id(self.clock.now())
        async with self.database.unit() as unit:
            row = {"resident_id": resident_id, "created_at": self.clock.now()}
            await unit.connection.execute(insert(resident).values(row))
        return resident_id

    async def opened(self, *, text: str = "你好", channel: str = "web", resident_id: UUID | None = None) -> Written:
        """An interaction with the bot, with one turn of its resident."""
        said = drafts(Draft(TurnSaid(text=text), By.RESIDENT), only_in=OPEN_STATES)
        return await self.opening.open(FirstWords(resident_id or await self.resident(), channel, said))

    async def waiting(
        self,
        *,
        matter: str = "labour",
        urgency: Urgency = Urgency.NORMAL,
        channel: str = "web",
        head_start: timedelta = timedelta(),
        resident_id: UUID | None = None,
    ) -> UUID:
        """An interaction in line since now; returns its id."""
        written = await self.opened(channel=channel, resident_id=resident_id)
        now = self.clock.now()
        changes = {"waiting_since": now, "rank_at": now - head_start, "matter": matter, "urgency": urgency}
        queued = Draft(Queued("asked"), By.SYSTEM, to=State.WAITING, changes=changes)
        await self.shared_commit.submit(Bundle(written.head.interaction_id, drafts(queued, only_in=OPEN_STATES)))
        return written.head.interaction_id

    async def say(self, interaction_id: UUID, text: str, *, client_id: str | None = None) -> Written:
        """A resident's turn."""
        key = RepeatKey(interaction_id, client_id) if client_id else None
        said = drafts(Draft(TurnSaid(text=text), By.RESIDENT), only_in=OPEN_STATES)
        return await self.shared_commit.submit(Bundle(interaction_id, said, key))

    async def seat(
        self,
        *,
        matters: tuple[str, ...] = ("labour",),
        capacity: int = 3,
        status: str = "available",
        signed_in: timedelta = timedelta(hours=1),
        idle: timedelta = timedelta(minutes=5),
        connected: bool = True,
        languages: tuple[str, ...] = ("zh",),
    ) -> Seat:
        """A lawyer at a seat, on shift, signed in for a while, with a console open."""
        now = self.clock.now()
        made = Seat(new_id(now), new_id(now))
        async with self.database.unit() as unit:
            await unit.connection.execute(insert(account).values(_account(made, today=now.date())))
            values = _seat(made, matters, languages, capacity) | {
                "status": status,
                "account_id": None if status == "signed_out" else made.account_id,
                "signed_in_at": now - signed_in,
                "idle_since": now - idle,
                "last_seen_at": now,
            }
            await unit.connection.execute(insert(seat).values(values))
            await unit.connection.execute(insert(shift).values(_shift(made, now - timedelta(days=1))))
        if connected:
            await self.connect(made)
        return made

    async def connect(self, seat_at: Seat, *, lease: timedelta = timedelta(days=365)) -> UUID:
        """A console of the seat, on a process whose lease holds for `lease`."""
        process_id = new_id(self.clock.now())
        now = self.clock.now()
        async with self.database.unit() as unit:
            row = {"process_id": process_id, "started_at": now, "lease_until": now + lease}
            await unit.connection.execute(insert(process).values(row))
            link = {"connection_id": new_id(now), "process_id": process_id, "seat_id": seat_at.seat_id}
            await unit.connection.execute(insert(connection).values(**link, opened_at=now))
            unit.wake_router = True
        return process_id


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat and the account that sits there."""

    seat_id: UUID
    account_id: UUID


def code_of(made: Seat) -> str:
    """What a seat of a test is called by."""
    return f"s{made.seat_id.hex[-12:]}"


def _account(made: Seat, *, today: date) -> dict[str, object]:
    name = f"lawyer-{made.account_id.hex[-12:]}"
    values = {"account_id": made.account_id, "username": name, "display_name": name, "password_hash": "!"}
    return {**values, "role": "lawyer", "licence_until": today + timedelta(days=365), "trained_on": today}


def _seat(made: Seat, matters: tuple[str, ...], languages: tuple[str, ...], capacity: int) -> dict[str, object]:
    code = code_of(made)
    skills = {"matters": list(matters), "languages": list(languages), "channels": ["web", "wechat", "voice"]}
    return {"seat_id": made.seat_id, "code": code, "name": code, "chat_capacity": capacity, **skills}


def _shift(made: Seat, starts_at: object) -> dict[str, object]:
    shift_id = new_id(starts_at)  # type: ignore[arg-type]
    return {"shift_id": shift_id, "seat_id": made.seat_id, "account_id": made.account_id, "starts_at": starts_at}
