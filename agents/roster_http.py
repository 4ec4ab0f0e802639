"""The roster over HTTP, for supervisors and administrators: shifts, coverage, who sits where, the monthly sheet.

GET   /api/roster/seats                         who sits where, who is on shift, who comes next
GET   /api/roster/shifts?from=&to=              the shifts that touch the stretch (at most 35 days)
POST  /api/roster/shifts                        {"seat","lawyer","starts_at","ends_at"} ─▶ 201 {"shift_id"}
PUT   /api/roster/shifts/{id}                   the same ─▶ {"shift_id"}; of a shift that began only the end moves
POST  /api/roster/shifts/{id}/cancel            {"reason"}
GET   /api/roster/coverage                      every hour ahead with its seats and how many are asked for
GET   /api/roster/lawyers                       who may be given shifts, and until when their papers hold
GET   /api/roster/sheet?month=2026-11[&firm=]   the month as CSV
POST  /api/roster/seats/{code}/sign_out         {"note"}: what is open there is handed over with the note
POST  /api/sign_out                             {"drafts"?}: a lawyer's own; 409 with `open` while something is
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, Strict

from agents.answering import json_answer
from agents.bodies import read_form
from agents.coverage import Coverage
from agents.frames import MAX_CURSORS, Id, Line
from agents.licence import LicenceSettings, valid_until
from agents.login import Logins
from agents.parsing import Clean, NotBlank
from agents.query import parameters, time_in
from agents.record_form import utc
from agents.roles import Right, Viewer
from agents.seat_scope import firm_of
from agents.sheet_csv import sheet_csv
from agents.sheet_rows import Sheets
from agents.shift_changes import ShiftChanges, Wanted
from agents.signing_out import SigningOut
from agents.staffing import Staffing
from agents.whereabouts import SeatNow, seats_now
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Invalid, NotFound

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_our_time(at: datetime) -> datetime:
    """A time at the edge of what a calendar holds overflows as soon as it is reckoned with."""
    if not EARLIEST <= at <= LATEST:
        raise ValueError("out of our time")
    return at.astimezone(UTC)


At = Annotated[AwareDatetime, Strict(strict=False), AfterValidator(_in_our_time)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class ShiftForm(_Form):
    """A shift that is wanted."""

    seat: Annotated[Line, NotBlank]
    lawyer: Annotated[Line, NotBlank]
    starts_at: At
    ends_at: At

    def wanted(self) -> Wanted:
        """As a value."""
        return Wanted(self.seat, self.lawyer, self.starts_at, self.ends_at)


class CancelForm(_Form):
    """Why a shift is cancelled."""

    reason: Annotated[Line, NotBlank]


class ForceForm(_Form):
    """What the next lawyer is told about everything that is handed over."""

    note: Annotated[str, Field(max_length=500), Clean, NotBlank]


class SignOutForm(_Form):
    """A lawyer's own way out."""

    drafts: Annotated[tuple[Id, ...], Strict(strict=False), Field(max_length=MAX_CURSORS)] = ()


@dataclass(frozen=True, slots=True)
class RosterDeps:
    """What the routes stand on; `timezone` is the city's, for pages that show its clock."""

    database: Database
    logins: Logins
    changes: ShiftChanges
    staffing: Staffing
    sheets: Sheets
    signing_out: SigningOut
    licence: LicenceSettings
    timezone: str
    clock: Clock


def roster_routes(deps: RosterDeps) -> list[web.RouteDef]:
    """The routes of this file."""
    at = _Roster(deps)
    return [
        web.get("/api/roster/seats", at.seats),
        web.get("/api/roster/shifts", at.shifts),
        web.post("/api/roster/shifts", at.add),
        web.put("/api/roster/shifts/{id}", at.change),
        web.post("/api/roster/shifts/{id}/cancel", at.cancel),
        web.get("/api/roster/coverage", at.coverage),
        web.get("/api/roster/lawyers", at.lawyers),
        web.get("/api/roster/sheet", at.sheet),
        web.post("/api/roster/seats/{code}/sign_out", at.force),
        web.post("/api/sign_out", at.sign_out),
    ]


class _Roster:
    """The handlers."""

    def __init__(self, deps: RosterDeps) -> None:
        self._deps = deps

    async def seats(self, request: web.Request) -> web.Response:
        """Who sits where; lawyers of other firms are told as occupied only."""
        viewer = await self._keeper(request)
        firm, now = firm_of(viewer), self._deps.clock.now()
        async with self._deps.database.read() as connection:
            found = await seats_now(connection, now=now)
        seats = [_seat_form(one, firm) for one in found]
        return json_answer({"seats": seats, "now": utc(now), "timezone": self._deps.timezone})

    async def shifts(self, request: web.Request) -> web.Response:
        """The shifts of a stretch."""
        viewer = await self._keeper(request)
        given = parameters(request)
        start, end = time_in(given, "from"), time_in(given, "to")
        if start is None or end is None:
            raise Invalid("from、to：都要给出")
        rows = await self._deps.changes.list(viewer, start=_in_range(start, "from"), end=_in_range(end, "to"))
        return json_answer({"shifts": [_shift_form(row) for row in rows], "now": utc(self._deps.clock.now())})

    async def add(self, request: web.Request) -> web.Response:
        """Puts a shift in."""
        viewer = await self._keeper(request)
        form = await read_form(request, ShiftForm)
        return json_answer({"shift_id": str(await self._deps.changes.add(viewer, form.wanted()))}, status=201)

    async def change(self, request: web.Request) -> web.Response:
        """Changes a shift."""
        viewer = await self._keeper(request)
        form = await read_form(request, ShiftForm)
        return json_answer({"shift_id": str(await self._deps.changes.change(viewer, _id(request), form.wanted()))})

    async def cancel(self, request: web.Request) -> web.Response:
        """Takes a shift out."""
        viewer = await self._keeper(request)
        form = await read_form(request, CancelForm)
        await self._deps.changes.cancel(viewer, _id(request), reason=form.reason)
        return json_answer({})

    async def coverage(self, request: web.Request) -> web.Response:
        """The hours ahead: counts, nobody's name."""
        await self._keeper(request)
        return json_answer(_coverage_form(await self._deps.staffing.coverage()))

    async def lawyers(self, request: web.Request) -> web.Response:
        """Who may be given shifts."""
        rows = await self._deps.changes.lawyers(await self._keeper(request))
        return json_answer({"lawyers": [_lawyer_form(row, self._deps.licence) for row in rows]})

    async def sheet(self, request: web.Request) -> web.Response:
        """A month as a file; a firm's supervisor gets that firm's, whatever is asked for."""
        viewer = await self._keeper(request)
        given = parameters(request)
        month = given.get("month", "")
        own = firm_of(viewer)
        lines = await self._deps.sheets.read(month, firm=own if own is not None else given.get("firm") or None)
        name = f"attachment; filename=roster-{month}.csv; filename*=UTF-8''{quote(f'工时表-{month}.csv')}"
        body = sheet_csv(lines, month=month).encode()
        return web.Response(body=body, content_type="text/csv", charset="utf-8", headers={"Content-Disposition": name})

    async def force(self, request: web.Request) -> web.Response:
        """Signs a seat out."""
        viewer = await self._keeper(request)
        form = await read_form(request, ForceForm)
        await self._deps.signing_out.force(viewer, code=_code(request), note=form.note)
        return json_answer({})

    async def sign_out(self, request: web.Request) -> web.Response:
        """The lawyer leaves the seat, and stays logged in."""
        viewer = await self._deps.logins.viewer_of(request)
        viewer.require(Right.SERVE)
        form = await read_form(request, SignOutForm)
        await self._deps.signing_out.sign_out(viewer.account_id, drafts=form.drafts)
        return json_answer({})

    async def _keeper(self, request: web.Request) -> Viewer:
        viewer = await self._deps.logins.viewer_of(request)
        viewer.require(Right.ROSTER)
        return viewer


def _in_range(at: datetime, name: str) -> datetime:
    if not EARLIEST <= at <= LATEST:
        raise Invalid(f"{name}：不在可查询的年份内")
    return at


def _id(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["id"])
    except ValueError:
        raise NotFound("没有这个坐席或班次") from None


def _code(request: web.Request) -> str:
    code = request.match_info["code"]
    if "\0" in code:  # no text column holds it
        raise NotFound("没有这个坐席")
    return code


def _seat_form(one: SeatNow, firm: str | None) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "status": one.status,
        "reason": one.reason,
        "sits": _seen(one.sits, one.sits_firm, firm),
        "on_shift": _seen(one.on_shift, one.on_shift_firm, firm),
        "on_shift_until": utc(one.on_shift_until) if one.on_shift_until else None,
        "next_lawyer": _seen(one.next_lawyer, one.next_firm, firm),
        "next_at": utc(one.next_at) if one.next_at else None,
    }


def _seen(name: str | None, of: str | None, firm: str | None) -> str | None:
    """A name, where it is in reach of a viewer of `firm`: that a seat is taken is known to all."""
    return name if name is None or firm is None or of == firm else "其他律所律师"


def _shift_form(row: Any) -> dict[str, Any]:
    return {
        "shift_id": str(row.shift_id),
        "seat": row.seat,
        "lawyer": row.lawyer,
        "display_name": row.display_name,
        "firm": row.firm,
        "starts_at": utc(row.starts_at),
        "ends_at": utc(row.ends_at) if row.ends_at else None,
        "origin": row.origin,
    }


def _lawyer_form(row: Any, licence: LicenceSettings) -> dict[str, Any]:
    until = valid_until(row.licence_until, row.trained_on, licence)
    return {
        "lawyer": row.username,
        "display_name": row.display_name,
        "firm": row.firm,
        "papers_until": until.isoformat() if until else None,
    }


def _coverage_form(found: Coverage) -> Mapping[str, Any]:
    hours = [
        {"starts_at": utc(one.starts_at), "kind": one.kind.value, "seats": one.seats, "least": one.least}
        for one in found.hours
    ]
    return {
        "hours": hours,
        "seats": found.seats,
        "seats_total": found.seats_total,
        "lawyers": found.lawyers,
        "calendar_missing": list(found.unknown_years),
    }
