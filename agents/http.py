"""The room's routes: logging in, the console's socket, records and code lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from agents.answering import json_answer
from agents.codes import Codes, require_code
from agents.console import Consoles
from agents.login import Logins
from agents.open_list import OpenList
from agents.query import parameters, time_in
from agents.record_form import page_form, record_form
from agents.records import MOST, Filters, Records, parse_cursor
from agents.roles import Right
from agents.roster_http import RosterDeps, roster_routes
from agents.seat_list import SeatList
from interactions.errors import Invalid
from interactions.model import State


@dataclass(frozen=True, slots=True)
class Deps:
    """What the routes stand on."""

    logins: Logins
    consoles: Consoles
    records: Records
    seats: SeatList
    open_list: OpenList
    codes: Codes
    roster: RosterDeps


def routes(deps: Deps) -> list[web.RouteDef]:
    """The routes of this room. Refusals are raised as `HotlineError`; a middleware above makes JSON of them."""
    reading = _Reading(deps)
    return [
        web.post("/api/login", deps.logins.log_in),
        web.post("/api/logout", deps.logins.log_out),
        web.get("/api/codes", reading.codes),
        web.get("/api/seats", reading.seats),
        web.get("/api/supervisor/open", reading.open),
        web.get("/api/interactions", reading.list),
        web.get("/api/interactions/{id}", reading.record),
        web.get("/console/ws", deps.consoles.handle),
        *roster_routes(deps.roster),
    ]


class _Reading:
    """The endpoints that only read."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def codes(self, request: web.Request) -> web.Response:
        """GET /api/codes: `{list: {code: label}}`."""
        viewer = await self._deps.logins.viewer_of(request)
        viewer.require(Right.LIST)
        return json_answer(self._deps.codes.lists())

    async def seats(self, request: web.Request) -> web.Response:
        """GET /api/seats: `{seats: [{code, name, matters, state: free|full|away|absent}]}`."""
        viewer = await self._deps.logins.viewer_of(request)
        if not viewer.may(Right.SUPERVISE):
            viewer.require(Right.SERVE)
        return json_answer({"seats": await self._deps.seats.read()})

    async def open(self, request: web.Request) -> web.Response:
        """GET /api/supervisor/open: `{interactions: [...]}` in the viewer's scope, `limbo` names what stands still."""
        viewer = await self._deps.logins.viewer_of(request)
        return json_answer({"interactions": await self._deps.open_list.read(viewer)})

    async def list(self, request: web.Request) -> web.Response:
        """GET /api/interactions: newest first, no words."""
        viewer = await self._deps.logins.viewer_of(request)
        filters = parse_filters(parameters(request), codes=self._deps.codes)
        return json_answer(page_form(await self._deps.records.list(viewer, filters=filters)))

    async def record(self, request: web.Request) -> web.Response:
        """GET /api/interactions/{id}: by id or 受理编号."""
        viewer = await self._deps.logins.viewer_of(request)
        record = await self._deps.records.read(viewer, key=request.match_info["id"])
        return json_answer(record_form(record))


def parse_filters(given: Mapping[str, str], *, codes: Codes) -> Filters:
    """The filters in a query string; raises `Invalid` naming the parameter."""
    lists = {"matter": codes.matters, "district": codes.districts, "channel": codes.channels, "state": tuple(State)}
    known = {name: require_code(given[name], lists[name], field=name) for name in lists if given.get(name)}
    return Filters(
        state=State(known["state"]) if "state" in known else None,
        matter=known.get("matter"),
        district=known.get("district"),
        channel=known.get("channel"),
        opened_from=time_in(given, "from"),
        opened_to=time_in(given, "to"),
        before=parse_cursor(given["cursor"]) if given.get("cursor") else None,
        limit=_limit(given.get("limit") or "50"),
        unregistered=_flag(given, "unregistered"),
    )


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name) or "false"
    if value not in {"true", "false"}:
        raise Invalid(f"{name}：应为 true 或 false")
    return value == "true"


def _limit(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value[:9]) <= MOST:
        raise Invalid(f"limit：应为 1–{MOST}")
    return int(value[:9])
