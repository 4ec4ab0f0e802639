"""Logging in and out: passwords, limits, cookies, and bodies nobody well-meaning sends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from agents.errors import LoginRefused
from agents.login import COOKIE
from agents.passwords import Passwords
from agents.roles import Role
from agents.settings import PasswordSettings
from agents.tables import login
from interactions.errors import TooFast
from interactions.tables import account
from tests.integration.agents.console_client import log_in
from tests.integration.agents.house import PASSWORD, House


async def _try(client: TestClient[Any, Any], username: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
    answer = await client.post("/api/login", json={"username": username, "password": password})
    return answer.status, await answer.json()


async def test_a_login_tells_token_role_name_and_seat_and_sets_a_cookie_of_ours_only(
    house: House, client: TestClient[Any, Any]
) -> None:
    await house.add_lawyer("seat01")
    answer = await client.post("/api/login", json={"username": "seat01", "password": PASSWORD})
    told = await answer.json()
    assert {name: told[name] for name in ("role", "seat")} == {"role": "lawyer", "seat": "seat01"}
    cookie = answer.cookies[COOKIE]
    assert cookie.value == told["token"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", "")
    assert len(told["token"]) >= 43  # 256 bits


async def test_a_token_lies_in_the_database_as_a_hash_only(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_account("admin", role=Role.ADMIN)
    token = await log_in(client, "admin")
    async with house.database.read() as connection:
        row = (await connection.execute(select(login))).one()
    assert len(row.token_hash) == 32
    assert token.encode() not in row.token_hash


async def test_unknown_wrong_and_disabled_are_refused_alike_after_the_same_work(
    house: House, client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.add_account("known", role=Role.ADMIN)
    gone = await house.add_account("disabled", role=Role.ADMIN)
    async with house.database.unit() as unit:
        await house.accounts.disable(unit, gone.account_id)
    checked: list[str] = []
    verify = Passwords._verify

    def counted(self: Passwords, stored: str, said: str) -> bool:
        checked.append(stored)
        return verify(self, stored, said)

    monkeypatch.setattr(Passwords, "_verify", counted)
    answers = [await _try(client, *who) for who in (("unknown",), ("known", "wrong"), ("disabled",))]
    assert [answer[0] for answer in answers] == [401, 401, 401]
    assert answers[0][1] == answers[1][1] == answers[2][1]
    # One check each, at the same cost: how long it takes tells nothing about who exists.
    assert len(checked) == 3
    assert len({stored.split("$")[3] for stored in checked}) == 1


async def test_a_password_hashed_at_another_cost_is_hashed_anew_at_login(
    house: House, client: TestClient[Any, Any]
) -> None:
    viewer = await house.add_account("admin", role=Role.ADMIN)
    older = await Passwords(PasswordSettings(time_cost=2, memory_kib=64, lanes=1)).hash(PASSWORD)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(account).values(password_hash=older))
    await log_in(client, "admin")
    async with house.database.read() as connection:
        fresh = await connection.scalar(
            select(account.c.password_hash).where(account.c.account_id == viewer.account_id)
        )
    assert fresh is not None
    assert not house.passwords.outdated(fresh)
    await log_in(client, "admin")


async def test_guessing_one_name_is_limited_even_for_the_right_password_and_ends_with_time(
    house: House, client: TestClient[Any, Any]
) -> None:
    await house.add_account("admin", role=Role.ADMIN)
    rate = house.settings.login.per_username
    for _ in range(rate.count):
        assert (await _try(client, "admin", "wrong"))[0] == 401
    status, told = await _try(client, "admin")
    assert (status, told["code"]) == (429, "too_fast")
    house.clock.advance(timedelta(seconds=told["retry_s"]))
    assert (await _try(client, "admin"))[0] == 200


async def test_a_stranger_who_guesses_elsewhere_locks_nobody_out_but_has_an_end(house: House) -> None:
    await house.add_account("seat01")
    login, password = house.settings.login, "wrong"
    for address in range(login.per_username_everywhere.count // login.per_username.count):
        for _ in range(login.per_username.count):
            with pytest.raises(LoginRefused):
                await house.logging_in.log_in("seat01", password=password, address=f"192.0.2.{address}")
        if address == 0:
            await house.logging_in.log_in("seat01", password=PASSWORD, address="at-the-desk")
    with pytest.raises(TooFast):
        await house.logging_in.log_in("seat01", password=password, address="one-more")


async def test_guessing_many_names_from_one_address_is_limited(house: House, client: TestClient[Any, Any]) -> None:
    for number in range(house.settings.login.per_address.count):
        assert (await _try(client, f"nobody{number}"))[0] == 401
    assert (await _try(client, "one-more"))[0] == 429


async def test_successful_logins_use_up_nothing(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_account("admin", role=Role.ADMIN)
    for _ in range(house.settings.login.per_address.count + 5):
        assert (await _try(client, "admin"))[0] == 200


async def test_a_login_ends_after_its_lifetime(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_account("admin", role=Role.ADMIN)
    bearer = {"Authorization": f"Bearer {await log_in(client, 'admin')}"}
    house.clock.advance(timedelta(seconds=house.settings.login.lifetime_s - 1))
    assert (await client.get("/api/codes", headers=bearer)).status == 200
    house.clock.advance(timedelta(seconds=1))
    assert (await client.get("/api/codes", headers=bearer)).status == 401


async def test_a_disabled_accounts_login_ends_at_once(house: House, client: TestClient[Any, Any]) -> None:
    viewer = await house.add_account("admin", role=Role.ADMIN)
    bearer = {"Authorization": f"Bearer {await log_in(client, 'admin')}"}
    async with house.database.unit() as unit:
        await house.accounts.disable(unit, viewer.account_id)
    assert (await client.get("/api/codes", headers=bearer)).status == 401


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "http://[", ""])
async def test_a_post_that_rests_on_the_cookie_must_come_from_our_own_page(
    house: House, client: TestClient[Any, Any], origin: str | None
) -> None:
    await house.add_account("admin", role=Role.ADMIN)
    await log_in(client, "admin")
    headers = {} if origin is None else {"Origin": origin}
    refused = await client.post("/api/logout", headers=headers)
    assert (refused.status, (await refused.json())["code"]) == (403, "not_allowed")
    assert (await client.get("/api/codes")).status == 200
    ours = {"Origin": f"http://{client.host}:{client.port}"}
    assert (await client.post("/api/logout", headers=ours)).status == 200
    assert (await client.get("/api/codes")).status == 401


async def test_logging_out_keeps_the_seat_while_somebody_is_in_hand(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    bearer = {"Authorization": f"Bearer {await log_in(client, 'seat01')}"}
    assert (await client.post("/api/logout", headers=bearer)).status == 200
    assert (await house.reader.read(head.interaction_id))[0].seat_id == lawyer.seat_id
    assert (await house.roster.sign_in(lawyer.account_id)).status == "available"


BODIES = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"username":"admin"}',
    b'{"username":"admin","password":null}',
    b'{"username":{"$ne":1},"password":"x"}',
    b'{"username":"","password":"x"}',
    json.dumps({"username": "a\x00b", "password": "x"}).encode(),
    json.dumps({"username": "x" * 65, "password": "x"}).encode(),
    json.dumps({"username": "x", "password": "x" * 257}).encode(),
    b'{"username":"x","password":"' + b"x" * 5_000 + b'"}',
    b"[" * 4_000,
]


@pytest.mark.parametrize("body", BODIES)
async def test_a_hostile_login_body_is_refused_and_named(client: TestClient[Any, Any], body: bytes) -> None:
    answer = await client.post("/api/login", data=body, headers={"Content-Type": "application/json"})
    told = await answer.json()
    assert (answer.status, told["code"]) in ((400, "invalid"), (413, "too_large"))
    assert told["message"].startswith(("body", "username", "password"))
