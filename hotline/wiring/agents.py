"""Floor 3: consoles, logins, serving, supervising and the roster."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from agents.accounts import Accounts
from agents.attempts import Attempts
from agents.codes import Codes
from agents.commands import Commands
from agents.console import ConsoleDeps, Consoles
from agents.desks import Desks
from agents.handing_back import HandingBack
from agents.logging_in import LoggingIn
from agents.login import LoginDeps, Logins
from agents.named_seat import NamedSeats
from agents.parties import Naming
from agents.parting import Parting
from agents.passwords import Passwords
from agents.presence import Presence
from agents.ratings import Ratings
from agents.roster import Roster
from agents.roster_http import RosterDeps
from agents.serving import Serving
from agents.sheet_rows import Sheets
from agents.shift_changes import ShiftChanges
from agents.signing_out import SigningOut
from agents.staffing import Staffing
from agents.supervising import Supervising
from agents.tokens import Tokens
from agents.transferring import Transferring
from hotline import phrases
from hotline.settings import Settings
from hotline.wiring.ground import Ground
from hotline.wiring.routing import Routing
from hotline.work_phrases import Words
from interactions.head import Head


@dataclass(frozen=True, slots=True)
class Agents:
    """Seats as people use them."""

    presence: Presence
    ratings: Ratings
    passwords: Passwords
    consoles: Consoles
    logins: Logins
    codes: Codes
    signing_out: SigningOut


def agents_of(ground: Ground, routing: Routing, *, ratings: Ratings, parting: Parting) -> Agents:
    """Consoles and logins over the same tokens, roster and presence."""
    database, clock, settings = ground.database, ground.clock, ground.settings.agents
    presence = Presence(database, clock=clock, settings=settings.presence)
    tokens = Tokens(database, clock=clock, settings=settings.login)
    roster = Roster(database, clock=clock, settings=settings.roster, timezone=ZoneInfo(ground.settings.city.timezone))
    codes = codes_of(ground.settings)
    serving = _serving(ground, ratings=ratings, codes=codes)
    handing_back = HandingBack(
        database,
        log=ground.log,
        clock=clock,
        serving=settings.serving,
        routing=ground.settings.routing,
        told=phrases.HANDED_BACK,
    )
    signing_out = SigningOut(database, handing_back=handing_back, offers=routing.offers, clock=clock)
    transferring = Transferring(database, log=ground.log, codes=codes, clock=clock, settings=ground.settings.routing)
    consoles = Consoles(
        ConsoleDeps(
            database=database,
            reader=ground.reader,
            changes=ground.changes,
            clock=clock,
            tokens=tokens,
            roster=roster,
            presence=presence,
            commands=Commands(
                serving=serving,
                attempts=_attempts(ground),
                transferring=transferring,
                naming=Naming(database, log=ground.log),
                supervising=_supervising(ground, parting),
                offers=routing.offers,
                roster=roster,
                handing_back=handing_back,
                signing_out=signing_out,
            ),
            desks=Desks(database, clock=clock),
            settings=settings.console,
            rescued=ground.metrics.rescued,
        )
    )
    passwords = Passwords(settings.password)
    logins = _logins(ground, tokens=tokens, roster=roster, passwords=passwords, consoles=consoles)
    return Agents(presence, ratings, passwords, consoles, logins, codes, signing_out)


def _attempts(ground: Ground) -> Attempts:
    """Tries to reach somebody, told in the city's time."""
    words = Words(ZoneInfo(ground.settings.city.timezone))
    return Attempts(
        ground.database,
        log=ground.log,
        clock=ground.clock,
        settings=ground.settings.routing,
        serving=ground.settings.agents.serving,
        words=words,
    )


def _supervising(ground: Ground, parting: Parting) -> Supervising:
    clock, settings = ground.clock, ground.settings
    return Supervising(
        ground.database,
        log=ground.log,
        clock=clock,
        seats=NamedSeats(clock=clock, settings=settings.routing, openly=True),
        parting=parting,
        settings=settings.agents.supervisor,
        serving=settings.agents.serving,
        farewell=farewell,
    )


def _serving(ground: Ground, *, ratings: Ratings, codes: Codes) -> Serving:
    return Serving(
        ground.database,
        log=ground.log,
        ratings=ratings,
        codes=codes,
        clock=ground.clock,
        settings=ground.settings.agents.serving,
        farewell=farewell,
    )


def _logins(ground: Ground, *, tokens: Tokens, roster: Roster, passwords: Passwords, consoles: Consoles) -> Logins:
    """Logins whose end closes the consoles opened with them."""
    settings = ground.settings.agents.login
    accounts = Accounts(ground.database, passwords=passwords, clock=ground.clock)
    logging_in = LoggingIn(accounts=accounts, tokens=tokens, rate_limit=ground.rate_limit, settings=settings)
    return Logins(
        LoginDeps(
            logging_in=logging_in,
            tokens=tokens,
            roster=roster,
            settings=settings,
            address_of=address_of,
            ended=lambda holder: consoles.end_login(holder.login_id),
            secure_cookie=ground.settings.environment == "production",
        )
    )


def roster_deps(ground: Ground, agents: Agents, staffing: Staffing) -> RosterDeps:
    """What supervisors keep the roster with."""
    database, clock = ground.database, ground.clock
    return RosterDeps(
        database=database,
        logins=agents.logins,
        changes=ShiftChanges(database, clock=clock),
        staffing=staffing,
        sheets=Sheets(database, clock=clock, timezone=ZoneInfo(ground.settings.city.timezone)),
        signing_out=agents.signing_out,
        licence=ground.settings.agents.roster.licence,
        timezone=ground.settings.city.timezone,
        clock=clock,
    )


def codes_of(settings: Settings) -> Codes:
    """The city's code lists."""
    city = settings.city
    return Codes(city.matters, city.districts, city.request_kinds, city.caller_groups, city.channels)


def address_of(request: web.Request) -> str:
    """The address a request came from. Proxies are believed only once a setting names them (deploy issue)."""
    return request.remote or "unknown"


def farewell(head: Head) -> str:
    """The last words of a service."""
    return phrases.farewell(head.number)
