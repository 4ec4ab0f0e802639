"""A whole agents room on one database, wired by hand, with short words for what tests do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import insert, update

from agents.accounts import Accounts, NewAccount
from agents.attempts import Attempts
from agents.calendar import Calendar
from agents.commands import Commands
from agents.console import ConsoleDeps, Consoles
from agents.desks import Desks
from agents.errors import StillOpen
from agents.handing_back import HandingBack
from agents.http import Deps, routes
from agents.logging_in import LoggingIn
from agents.login import LoginDeps, Logins
from agents.named_seat import NamedSeats
from agents.open_list import OpenList
from agents.overdue import Overdue
from agents.parties import Naming
from agents.parting import Parting
from agents.passwords import Passwords
from agents.presence import Presence
from agents.rate_limit import ProcessRateLimit
from agents.ratings import Ratings
from agents.records import Records
from agents.roles import Role, Scope, Viewer
from agents.roster import Roster
from agents.roster_http import RosterDeps
from agents.seat_list import SeatList
from agents.serving import Server, Serving
from agents.settings import AgentsSettings, PasswordSettings
from agents.sheet_rows import Sheets
from agents.shift_changes import ShiftChanges
from agents.signing_out import SigningOut
from agents.staffing import Staffing
from agents.supervising import Supervising
from agents.tokens import Tokens
from agents.transferring import Transferring
from hotline.resuming import Resuming
from hotline.work_phrases import Words
from interactions.changes import Changes
from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.errors import HotlineError, TooFast
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.identity import new_id
from interactions.log import Log
from interactions.model import By
from interactions.opening import FirstWords, Opening
from interactions.reading import LogReader
from interactions.record import Bundle, Draft, RepeatKey
from interactions.sealing import KeyRing
from interactions.settings import DatabaseSettings, SharedCommitSettings
from interactions.shared_commit import SharedCommit
from interactions.tables import interaction, resident, seat, shift
from routing.offers import Offers
from routing.settings import RoutingSettings
from tests.integration.agents.row_offers import RowOffers
from tests.rig.serving import CODES, FORM, farewell, serving_on

PASSWORD = "a-password-of-the-tests"
CHEAP = PasswordSettings(time_cost=1, memory_kib=64, lanes=1)


@dataclass(frozen=True, slots=True)
class Lawyer:
    """A lawyer who has a seat."""

    username: str
    account_id: UUID
    seat_id: UUID

    @property
    def server(self) -> Server:
        """As `Serving` knows them."""
        return Server(self.account_id, self.seat_id)


@dataclass
class House:
    """Everything of the room, and what it stands on."""

    database: Database
    settings: AgentsSettings = field(default_factory=lambda: AgentsSettings(password=CHEAP))
    clock: ManualClock = field(default_factory=ManualClock)
    rescues: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    @cached_property
    def keys(self) -> KeyRing:
        """One master key."""
        return KeyRing({"one": bytes(range(32))}, "one", bytes(32))

    @cached_property
    def log(self) -> Log:
        """The log."""
        return Log(clock=self.clock, keys=self.keys)

    @cached_property
    def shared_commit(self) -> SharedCommit:
        """Shared commits."""
        return SharedCommit(self.database, log=self.log, settings=SharedCommitSettings())

    @cached_property
    def opening(self) -> Opening:
        """Opens interactions."""
        zone = ZoneInfo("Asia/Shanghai")
        return Opening(self.database, log=self.log, keys=self.keys, clock=self.clock, timezone=zone)

    @cached_property
    def reader(self) -> LogReader:
        """Reads the log."""
        return LogReader(self.database, log=self.log)

    @cached_property
    def passwords(self) -> Passwords:
        """Cheap hashes."""
        return Passwords(self.settings.password)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts."""
        return Accounts(self.database, passwords=self.passwords, clock=self.clock)

    @cached_property
    def tokens(self) -> Tokens:
        """Logins."""
        return Tokens(self.database, clock=self.clock, settings=self.settings.login)

    @cached_property
    def logging_in(self) -> LoggingIn:
        """The way in."""
        limit = ProcessRateLimit(clock=self.clock)
        return LoggingIn(accounts=self.accounts, tokens=self.tokens, rate_limit=limit, settings=self.settings.login)

    @cached_property
    def roster(self) -> Roster:
        """Who sits where."""
        zone = ZoneInfo("Asia/Shanghai")
        return Roster(self.database, clock=self.clock, settings=self.settings.roster, timezone=zone)

    @cached_property
    def presence(self) -> Presence:
        """This process."""
        return Presence(self.database, clock=self.clock, settings=self.settings.presence)

    @cached_property
    def ratings(self) -> Ratings:
        """Ratings."""
        return Ratings(self.database, log=self.log, clock=self.clock, settings=self.settings.serving)

    @cached_property
    def serving(self) -> Serving:
        """A lawyer's commands."""
        return serving_on(self, settings=self.settings.serving)

    @cached_property
    def attempts(self) -> Attempts:
        """Tries to reach residents."""
        words = Words(ZoneInfo("Asia/Shanghai"))
        return Attempts(
            self.database,
            log=self.log,
            clock=self.clock,
            settings=RoutingSettings(),
            serving=self.settings.serving,
            words=words,
        )

    @cached_property
    def handing_back(self) -> HandingBack:
        """What a lawyer who goes hands over."""
        return HandingBack(
            self.database,
            log=self.log,
            clock=self.clock,
            serving=self.settings.serving,
            routing=RoutingSettings(),
            told="请稍候，下一位律师会接着为您解答。",
        )

    @cached_property
    def signing_out(self) -> SigningOut:
        """The way out of a seat."""
        return SigningOut(self.database, handing_back=self.handing_back, offers=self.answers, clock=self.clock)

    @cached_property
    def overdue(self) -> Overdue:
        """What lawyers left behind."""
        settings, serving = self.settings.roster, self.settings.serving
        return Overdue(self.database, log=self.log, clock=self.clock, settings=settings, serving=serving)

    @cached_property
    def offers(self) -> RowOffers:
        """Offers for whom a test chooses."""
        return RowOffers(self.database, self.log, self.clock)

    @cached_property
    def answers(self) -> Offers:
        """What seats may answer."""
        parting = Parting(ratings=self.ratings, clock=self.clock, settings=self.settings.serving, moved=str)
        return Offers(self.database, log=self.log, clock=self.clock, settings=RoutingSettings(), parting=parting)

    @cached_property
    def supervising(self) -> Supervising:
        """What supervisors do by hand."""
        parting = Parting(ratings=self.ratings, clock=self.clock, settings=self.settings.serving, moved=str)
        return Supervising(
            self.database,
            log=self.log,
            clock=self.clock,
            seats=NamedSeats(clock=self.clock, settings=RoutingSettings(), openly=True),
            parting=parting,
            settings=self.settings.supervisor,
            serving=self.settings.serving,
            farewell=farewell,
        )

    @cached_property
    def open_list(self) -> OpenList:
        """What is open, for supervisors."""
        settings = self.settings.supervisor
        return OpenList(self.database, clock=self.clock, settings=settings, routing=RoutingSettings())

    @cached_property
    def desks(self) -> Desks:
        """Where supervisors sit."""
        return Desks(self.database, clock=self.clock)

    @cached_property
    def transferring(self) -> Transferring:
        """A lawyer's transfers."""
        return Transferring(self.database, log=self.log, codes=CODES, clock=self.clock, settings=RoutingSettings())

    @cached_property
    def records(self) -> Records:
        """Records."""
        return Records(self.database, reader=self.reader, clock=self.clock)

    @cached_property
    def consoles(self) -> Consoles:
        """Console sockets."""
        commands = Commands(
            serving=self.serving,
            attempts=self.attempts,
            transferring=self.transferring,
            naming=Naming(self.database, log=self.log),
            supervising=self.supervising,
            offers=self.answers,
            roster=self.roster,
            handing_back=self.handing_back,
            signing_out=self.signing_out,
        )
        return Consoles(
            ConsoleDeps(
                database=self.database,
                reader=self.reader,
                changes=self.changes,
                clock=self.clock,
                tokens=self.tokens,
                roster=self.roster,
                presence=self.presence,
                commands=commands,
                desks=self.desks,
                settings=self.settings.console,
                rescued=self.rescues.append,
            )
        )

    def app(self) -> web.Application:
        """The room's routes behind the one middleware they count on."""
        logins = Logins(
            LoginDeps(
                logging_in=self.logging_in,
                tokens=self.tokens,
                roster=self.roster,
                settings=self.settings.login,
                address_of=lambda request: request.remote or "",
                ended=lambda holder: self.consoles.end_login(holder.login_id),
            )
        )
        app = web.Application(middlewares=[_errors_as_json])
        seats = SeatList(self.database, clock=self.clock, settings=RoutingSettings())
        deps = Deps(
            logins=logins,
            consoles=self.consoles,
            records=self.records,
            seats=seats,
            open_list=self.open_list,
            codes=CODES,
            roster=self._roster_deps(logins),
        )
        app.add_routes(routes(deps))
        return app

    def _roster_deps(self, logins: Logins) -> RosterDeps:
        settings, zone = self.settings.roster, ZoneInfo("Asia/Shanghai")
        staffing = Staffing(
            self.database,
            clock=self.clock,
            policy=settings.coverage,
            licence=settings.licence,
            calendar=Calendar(),
            timezone=zone,
        )
        return RosterDeps(
            database=self.database,
            logins=logins,
            changes=ShiftChanges(self.database, clock=self.clock),
            staffing=staffing,
            sheets=Sheets(self.database, clock=self.clock, timezone=zone),
            signing_out=self.signing_out,
            licence=settings.licence,
            timezone=zone.key,
            clock=self.clock,
        )

    async def add_account(
        self, username: str, *, role: Role = Role.LAWYER, scope: Scope | None = None, firm: str | None = None
    ) -> Viewer:
        """An account that logs in with `PASSWORD`."""
        today = self.clock.now().date()
        new = NewAccount(username, f"{username} 的显示名", role, PASSWORD, scope or Scope(), firm)
        if role is Role.LAWYER:
            new = replace(new, licence_until=today + timedelta(days=365), trained_on=today)
        async with self.database.unit() as unit:
            account_id = await self.accounts.add(unit, new)
        return Viewer(account_id, new.display_name, role, new.scope)

    async def add_chief(self, *, scope: Scope | None = None) -> Viewer:
        """A supervisor, of the whole city unless told."""
        return await self.add_account("chief", role=Role.SUPERVISOR, scope=scope)

    async def add_lawyer(self, username: str, *, firm: str | None = None, sits: bool = True) -> Lawyer:
        """A lawyer with a seat and an open-ended shift, signed in where `sits`."""
        viewer = await self.add_account(username, firm=firm)
        seat_id = await self.add_seat(username)
        await self.add_shift(viewer.account_id, seat_id)
        if sits:
            await self.roster.sign_in(viewer.account_id)
        return Lawyer(username, viewer.account_id, seat_id)

    async def add_seat(self, code: str) -> UUID:
        """A seat for every matter."""
        seat_id = new_id(self.clock.now())
        row = {
            "seat_id": seat_id,
            "code": code,
            "name": f"{code} 坐席",
            "matters": ["general"],
            "languages": ["zh"],
            "channels": ["web"],
            "chat_capacity": 3,
        }
        async with self.database.unit() as unit:
            await unit.connection.execute(insert(seat).values(row))
        return seat_id

    async def add_shift(self, account_id: UUID, seat_id: UUID, **bounds: Any) -> None:
        """A shift, from now on where no bounds are given."""
        now = self.clock.now()
        row = {"shift_id": new_id(now), "seat_id": seat_id, "account_id": account_id, "starts_at": now, **bounds}
        async with self.database.unit() as unit:
            await unit.connection.execute(insert(shift).values(row))

    async def open(self, text: str = "老板拖欠工资", **facts: object) -> Head:
        """A fresh interaction of a new resident, with one turn; `facts` are columns of its head."""
        now = self.clock.now()
        resident_id = new_id(now)
        async with self.database.unit() as unit:
            await unit.connection.execute(insert(resident).values(resident_id=resident_id, created_at=now))
        said = Draft(TurnSaid(text=text), By.RESIDENT, resident_id, changes=facts)
        return (await self.opening.open(FirstWords(resident_id, "web", lambda _: [said]))).head

    async def offer(self, head: Head, lawyer: Lawyer) -> UUID:
        """Queues the interaction and offers it to the lawyer."""
        await self.offers.queue(head.interaction_id)
        return await self.offers.make(head.interaction_id, seat_id=lawyer.seat_id)

    async def give(self, head: Head, lawyer: Lawyer) -> None:
        """The lawyer has accepted the interaction."""
        offer_id = await self.offer(head, lawyer)
        await self.answers.accept(offer_id, seat_id=lawyer.seat_id, account_id=lawyer.account_id)

    async def wrap_up(self, head: Head, lawyer: Lawyer) -> None:
        """The lawyer closes the interaction with the shortest 小结."""
        await self.serving.wrap_up(lawyer.server, interaction_id=head.interaction_id, form=FORM)

    async def resident_says(self, head: Head, text: str) -> int:
        """The seq of another turn of the resident."""
        draft = Draft(TurnSaid(text=text), By.RESIDENT, head.resident_id)
        return (await self.shared_commit.submit(Bundle(head.interaction_id, lambda _: [draft]))).seq

    async def say_in_wrap_up(self, head: Head, text: str) -> None:
        """The resident says more, and the talk goes on."""
        settings, serving = RoutingSettings(), self.settings.serving
        resuming = Resuming(self.database, log=self.log, clock=self.clock, settings=settings, serving=serving)
        said = [Draft(TurnSaid(text=text), By.RESIDENT, head.resident_id)]
        await resuming.say(head.interaction_id, said, repeat_of=RepeatKey(head.resident_id, text))

    async def move_to(self, head: Head, *, district: str, street: str | None = None) -> None:
        """Sets where the interaction belongs."""
        statement = update(interaction).where(interaction.c.interaction_id == head.interaction_id)
        async with self.database.unit() as unit:
            await unit.connection.execute(statement.values(district=district, street=street))


@asynccontextmanager
async def house_on(url: str, *, settings: AgentsSettings | None = None) -> AsyncIterator[House]:
    """A house on the database at `url`, with its presence begun."""
    database = connect(url, settings=DatabaseSettings(pool_size=8))
    house = House(database, settings or AgentsSettings(password=CHEAP))
    database.listen(house.changes.committed)
    try:
        await house.presence.renew()
        yield house
    finally:
        await house.shared_commit.drain()
        await house.presence.leave()
        await database.close()


@web.middleware
async def _errors_as_json(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except HotlineError as error:
        told: dict[str, object] = {"code": error.code, "message": error.message}
        if isinstance(error, TooFast):
            told["retry_s"] = error.retry_s
        if isinstance(error, StillOpen):
            told["open"] = list(error.open)
        return web.json_response(told, status=error.status)
    return answer
