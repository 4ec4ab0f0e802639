"""The roster over HTTP: by role and scope, only what lies ahead, and nothing that bends it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from agents.roles import Role, Scope, ScopeKind
from agents.tables import cancelled_shift
from interactions.tables import audit, shift
from tests.integration.agents.console_client import log_in
from tests.integration.agents.house import House

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """A supervisor's browser."""

    house: House
    client: TestClient[Any, Any]
    token: str

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and what came back."""
        answer: ClientResponse = await self.client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {self.token}"}
        )
        return answer.status, await answer.json() if answer.content_type == "application/json" else await answer.text()

    async def shifts(self) -> list[dict[str, Any]]:
        """The coming week."""
        now = self.house.clock.now()
        times = f"from={_iso(now)}&to={_iso(now + timedelta(days=7))}"
        status, told = await self.ask("GET", f"/api/roster/shifts?{times}")
        assert status == 200, told
        return told["shifts"]  # type: ignore[no-any-return]

    def form(self, begin: float = 2, end: float = 10, **rest: Any) -> dict[str, Any]:
        """A shift so many hours from now."""
        now = self.house.clock.now()
        times = {"starts_at": _iso(now + begin * HOUR), "ends_at": _iso(now + end * HOUR)}
        return {"seat": "A01", "lawyer": "one", **times, **rest}


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def desk_of(house: House, client: TestClient[Any, Any], username: str, **account: Any) -> Desk:
    """The browser of a new account."""
    await house.add_account(username, **account)
    return Desk(house, client, await log_in(client, username))


@pytest.fixture
async def desk(house: House, client: TestClient[Any, Any]) -> Desk:
    """A supervisor of the city, two seats, two lawyers of two firms."""
    for code, name, firm in (("A01", "one", "甲所"), ("A02", "two", "乙所")):
        await house.add_seat(code)
        await house.add_account(name, firm=firm)
    return await desk_of(house, client, "chief", role=Role.SUPERVISOR)


async def test_a_shift_is_added_changed_and_cancelled_with_a_trail(desk: Desk) -> None:
    status, added = await desk.ask("POST", "/api/roster/shifts", desk.form())
    assert status == 201
    desk.house.clock.advance(timedelta(seconds=1))
    status, changed = await desk.ask("PUT", f"/api/roster/shifts/{added['shift_id']}", desk.form(end=11))
    assert status == 200
    (shown,) = await desk.shifts()
    assert (shown["shift_id"], shown["seat"], shown["lawyer"], shown["origin"]) == (
        changed["shift_id"],
        "A01",
        "one",
        "hand",
    )
    path = f"/api/roster/shifts/{changed['shift_id']}/cancel"
    desk.house.clock.advance(timedelta(seconds=1))
    assert await desk.ask("POST", path, {"reason": "病假"}) == (200, {})
    assert await desk.shifts() == []
    assert (await desk.ask("POST", path, {"reason": "病假"}))[0] == 404

    async with desk.house.database.read() as connection:
        actions = list(await connection.scalars(select(audit.c.action).order_by(audit.c.audit_id)))
        gone = (await connection.execute(select(cancelled_shift).order_by(cancelled_shift.c.cancelled_at))).all()
    assert actions == ["shift.added", "shift.changed", "shift.cancelled"]
    assert {row.reason for row in gone} == {"changed", "病假"}
    assert all(row.cancelled_by is not None for row in gone)


async def test_two_at_once_are_refused_and_named(desk: Desk) -> None:
    assert (await desk.ask("POST", "/api/roster/shifts", desk.form()))[0] == 201

    seat = await desk.ask("POST", "/api/roster/shifts", desk.form(9, 12, lawyer="two"))
    lawyer = await desk.ask("POST", "/api/roster/shifts", desk.form(9, 12, seat="A02"))

    assert seat == (409, {"code": "wrong_state", "message": "该坐席在这个时间已有别的班次"})
    assert lawyer == (409, {"code": "wrong_state", "message": "该律师在这个时间已有别的班次"})
    assert (await desk.ask("POST", "/api/roster/shifts", desk.form(10, 12)))[0] == 201
    _, later = await desk.ask("POST", "/api/roster/shifts", desk.form(20, 22))
    clash = await desk.ask("PUT", f"/api/roster/shifts/{later['shift_id']}", desk.form(11, 13))
    assert clash[0] == 409
    # What was refused changed nothing.
    assert len(await desk.shifts()) == 3


async def test_of_a_shift_that_began_only_the_end_moves_and_never_before_now(desk: Desk) -> None:
    _, added = await desk.ask("POST", "/api/roster/shifts", desk.form(0, 8))
    begun = (await desk.shifts())[0]
    path = f"/api/roster/shifts/{added['shift_id']}"
    desk.house.clock.advance(2 * HOUR)
    now = desk.house.clock.now()

    async def put(**changes: Any) -> int:
        return (await desk.ask("PUT", path, {**begun, **changes}))[0]

    assert await put(lawyer="two") == 409
    assert await put(starts_at=_iso(now)) == 409
    assert await put(ends_at=_iso(now - HOUR)) == 400
    assert (await desk.ask("POST", f"{path}/cancel", {"reason": "x"}))[0] == 409
    assert await put(ends_at=_iso(now)) == 200
    assert await put(ends_at=_iso(now + HOUR)) == 409
    # The seat is free for somebody else from this moment on.
    assert (await desk.ask("POST", "/api/roster/shifts", desk.form(0, 6, lawyer="two")))[0] == 201


@pytest.mark.parametrize(
    "path", ["seats", "shifts?from=2026-11-23&to=2026-11-24", "coverage", "lawyers", "sheet?month=2026-11"]
)
@pytest.mark.parametrize("role", [Role.LAWYER, Role.ANALYST, None])
async def test_only_who_keeps_the_roster_sees_it(
    house: House, client: TestClient[Any, Any], path: str, role: Role | None
) -> None:
    if role is None:
        answer = await client.get(f"/api/roster/{path}")
        assert answer.status == 401
        return
    other = await desk_of(house, client, "other", role=role)
    assert (await other.ask("GET", f"/api/roster/{path}"))[0] == 403


async def test_a_firms_supervisor_reaches_that_firms_lawyers_only(desk: Desk) -> None:
    firm = Scope(ScopeKind.FIRM, "甲所")
    own = await desk_of(desk.house, desk.client, "own", role=Role.SUPERVISOR, scope=firm)
    _, theirs = await desk.ask("POST", "/api/roster/shifts", desk.form(seat="A02", lawyer="two"))
    assert (await own.ask("POST", "/api/roster/shifts", own.form()))[0] == 201

    assert [one["lawyer"] for one in await own.shifts()] == ["one"]
    assert [one["lawyer"] for one in (await own.ask("GET", "/api/roster/lawyers"))[1]["lawyers"]] == ["one"]
    path = f"/api/roster/shifts/{theirs['shift_id']}"
    assert (await own.ask("PUT", path, own.form(seat="A02", lawyer="two")))[0] == 404
    assert (await own.ask("POST", f"{path}/cancel", {"reason": "x"}))[0] == 404
    # Another firm's name is refused in the words for a name that nobody has.
    refused = [await own.ask("POST", "/api/roster/shifts", own.form(30, 32, lawyer=one)) for one in ("two", "nobody")]
    assert refused[0] == refused[1]
    assert refused[0][0] == 400
    seats = (await own.ask("GET", "/api/roster/seats"))[1]["seats"]
    assert [one["next_lawyer"] for one in seats] == ["one 的显示名", "其他律所律师"]
    _, sheet = await own.ask("GET", "/api/roster/sheet?month=2026-11&firm=乙所")
    assert "乙所" not in sheet


async def test_a_district_has_no_roster(desk: Desk) -> None:
    scope = Scope(ScopeKind.DISTRICT, "120104")
    other = await desk_of(desk.house, desk.client, "d", role=Role.SUPERVISOR, scope=scope)

    assert (await other.ask("GET", "/api/roster/seats"))[0] == 403
    assert (await other.ask("POST", "/api/roster/shifts", other.form()))[0] == 403


async def test_coverage_and_sheet_come_as_they_are_asked_for(desk: Desk) -> None:
    await desk.ask("POST", "/api/roster/shifts", desk.form(0, 8))

    _, told = await desk.ask("GET", "/api/roster/coverage")
    assert (len(told["hours"]), told["seats"], told["seats_total"]) == (14 * 24, 1, 15)
    assert [one["seats"] for one in told["hours"][:9]] == [1] * 8 + [0]
    desk.house.clock.advance(3 * HOUR)
    status, sheet = await desk.ask("GET", "/api/roster/sheet?month=2026-11")
    rows = [*csv.reader(io.StringIO(sheet.removeprefix("\ufeff")))]
    assert (status, rows[1][3], rows[1][4]) == (200, "one", "3.00")
    assert (await desk.ask("GET", "/api/roster/sheet?month=2026-13"))[0] == 400


async def test_a_lawyer_signs_out_over_http_too(desk: Desk) -> None:
    lawyer = await desk.house.add_lawyer("seat01")
    own = Desk(desk.house, desk.client, await log_in(desk.client, "seat01"))
    head = await desk.house.open()
    await desk.house.give(head, lawyer)

    status, told = await own.ask("POST", "/api/sign_out", {})
    assert (status, [one["kind"] for one in told["open"]]) == (409, ["chat"])
    assert (await desk.ask("POST", "/api/sign_out", {}))[0] == 403
    assert await desk.ask("POST", "/api/roster/seats/seat01/sign_out", {"note": "突发不适"}) == (200, {})
    assert await own.ask("POST", "/api/sign_out", {}) == (200, {})


HOSTILE: list[Any] = [
    None,
    [],
    "x",
    {},
    {"seat": 1},
    {"seat": "A01", "lawyer": "one", "starts_at": "morgen", "ends_at": "x"},
    {"seat": "A01", "lawyer": "one", "starts_at": "2026-12-01T08:00:00", "ends_at": "2026-12-01T16:00:00"},
    {"seat": "A01", "lawyer": "one", "starts_at": "0001-01-01T00:00:00Z", "ends_at": "9999-12-31T23:59:59Z"},
    {"seat": "A01", "lawyer": "one", "starts_at": 1e300, "ends_at": 1e301},
    {"seat": "A01\u0000", "lawyer": "one", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T16:00:00Z"},
    {"seat": "A" * 201, "lawyer": "one", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T16:00:00Z"},
    {"seat": "' or 1=1 --", "lawyer": "one", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T16:00:00Z"},
    {"seat": "A01", "lawyer": "chief", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T16:00:00Z"},
    {"seat": "A01", "lawyer": "one", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T08:00:00Z"},
    {"seat": "A01", "lawyer": "one", "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-02T08:00:01Z"},
    {"seat": "A01", "lawyer": "one", "starts_at": "2026-11-22T08:00:00Z", "ends_at": "2026-11-22T16:00:00Z"},
    {"seat": "A01", "lawyer": "one", "starts_at": "2029-12-01T08:00:00Z", "ends_at": "2029-12-01T16:00:00Z"},
]


@pytest.mark.parametrize("body", HOSTILE)
async def test_a_hostile_shift_is_refused_with_its_field_and_changes_nothing(desk: Desk, body: Any) -> None:
    status, told = await desk.ask("POST", "/api/roster/shifts", body)

    assert status in {400, 413}
    assert told["code"] in {"invalid", "too_large"}
    async with desk.house.database.read() as connection:
        assert (await connection.execute(select(shift))).all() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("shifts", 400),
        ("shifts?from=2026-11-23", 400),
        ("shifts?from=2026-11-23&to=2026-11-23", 400),
        ("shifts?from=2026-11-24&to=2026-11-23", 400),
        ("shifts?from=2026-11-23&to=2026-12-31", 400),
        ("shifts?from=0001-01-01&to=0001-01-02", 400),
        ("shifts?from=2026-11-23&from=2026-11-24&to=2026-11-25", 400),
        ("shifts?from=2026-11-23T00:00:00&to=2026-11-24", 400),
        ("sheet", 400),
        ("sheet?month=%0d%0aX:1", 400),
    ],
)
async def test_a_hostile_question_is_refused(desk: Desk, path: str, status: int) -> None:
    assert (await desk.ask("GET", f"/api/roster/{path}"))[0] == status


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"shifts/{uuid4()}/cancel", {"reason": "x"}, 404),
        ("shifts/x/cancel", {"reason": "x"}, 404),
        (f"shifts/{uuid4()}/cancel", {"reason": " "}, 400),
        (f"shifts/{uuid4()}/cancel", {}, 400),
        ("seats/nowhere/sign_out", {"note": "x"}, 404),
        ("seats/A01/sign_out", {"note": "x"}, 409),
        ("seats/A01/sign_out", {"note": "x" * 501}, 413),
        ("seats/A01/sign_out", {"note": ""}, 400),
        ("seats/..%2f..%2fx/sign_out", {"note": "x"}, 404),
    ],
)
async def test_a_hostile_command_is_refused(desk: Desk, path: str, body: Any, status: int) -> None:
    assert (await desk.ask("POST", f"/api/roster/{path}", body))[0] == status


async def test_another_page_cannot_change_the_roster_with_our_cookie(desk: Desk) -> None:
    answer = await desk.client.post(
        "/api/roster/shifts", json=desk.form(), headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status == 403
