"""Bad input over HTTP: each path answers in PROTOCOL's form, in Chinese, and tells nothing of the inside."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

import pytest
from yarl import URL

from tests.rig.house import PASSWORD, RunningHouse

CHINESE = re.compile("[一-鿿]")
OUTSIDE = [
    "/assets/shared/../../config.yaml",
    "/assets/shared/%2e%2e/%2e%2e/config.yaml",
    "/assets/shared/..%2f..%2fconfig.yaml",
    "/assets/shared/%00.js",
    "/assets/shared/.js",
    "/assets/../web/shared/socket.js",
    "/assets//etc/passwd",
    "/assets/shared/socket.js/",
    "/assets/nowhere/socket.js",
    "/console/../config.yaml",
    "/%ff",
]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_no_path_leads_outside_the_pages(house: RunningHouse, path: str) -> None:
    async with house.session.get(URL(house.url + path, encoded=True), allow_redirects=False) as answer:
        assert answer.status == HTTPStatus.NOT_FOUND
        told = await answer.json()
    assert told["code"] == "not_found"
    assert CHINESE.search(told["message"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", "/", 405, "not_allowed"),
        ("DELETE", "/api/login", 405, "not_allowed"),
        ("POST", "/api/files", 404, "not_found"),
        ("GET", "/chat/ws", 400, "invalid"),
    ],
)
async def test_what_is_not_offered_is_refused_in_protocols_form(
    house: RunningHouse, method: str, path: str, status: int, code: str
) -> None:
    async with house.session.request(method, house.url + path) as answer:
        assert answer.status == status
        told = await answer.json()
    assert told["code"] == code
    assert CHINESE.search(told["message"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/roster/sheet?month=2026-11&firm=%00", HTTPStatus.BAD_REQUEST),
        ("POST", "/api/roster/seats/%00/sign_out", HTTPStatus.NOT_FOUND),
    ],
)
async def test_what_no_column_holds_is_refused_and_is_no_fault_of_the_house(
    house: RunningHouse, method: str, path: str, status: int
) -> None:
    form = {"username": "supervisor", "password": PASSWORD}
    async with house.session.post(f"{house.url}/api/login", json=form) as answer:
        headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    url = URL(house.url + path, encoded=True)
    async with house.session.request(method, url, headers=headers, json={"note": "交班"}) as answer:
        assert answer.status == status
        assert CHINESE.search((await answer.json())["message"])


async def test_a_body_over_the_limit_is_too_large(house: RunningHouse) -> None:
    async with house.session.post(f"{house.url}/api/login", data=b"x" * 200_000) as answer:
        assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert (await answer.json())["code"] == "too_large"


async def test_a_made_up_address_in_a_header_buys_no_further_guesses(house: RunningHouse) -> None:
    codes = []
    for number in range(12):
        headers = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded"), f"10.0.0.{number}")
        form = {"username": "seat01", "password": f"guess{number}"}
        async with house.session.post(f"{house.url}/api/login", json=form, headers=headers) as answer:
            codes.append((await answer.json())["code"])
    assert codes[:10] == ["not_allowed"] * 10
    assert codes[10:] == ["too_fast"] * 2


async def test_parallel_guesses_are_counted_one_by_one(house: RunningHouse) -> None:
    async def guess(number: int) -> str:
        form = {"username": "seat02", "password": f"guess{number}"}
        async with house.session.post(f"{house.url}/api/login", json=form) as answer:
            return str((await answer.json())["code"])

    codes = await asyncio.gather(*(guess(number) for number in range(30)))

    assert codes.count("not_allowed") <= 11
    assert "too_fast" in codes


async def test_the_cookie_is_no_pages_to_read_and_counts_only_from_our_own_page(house: RunningHouse) -> None:
    form = {"username": "supervisor", "password": PASSWORD}
    async with house.session.post(f"{house.url}/api/login", json=form) as answer:
        cookie = answer.headers["Set-Cookie"]
        token = (await answer.json())["token"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    headers = {"Cookie": f"hotline_login={token}", "Origin": "https://elsewhere.example"}
    async with house.session.post(f"{house.url}/api/logout", headers=headers) as answer:
        assert answer.status == HTTPStatus.FORBIDDEN
    async with house.session.get(f"{house.url}/api/codes", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/", "/api/codes", "/nowhere", "/health/live", "/api/interactions/1"])
async def test_every_answer_says_how_it_may_be_used(house: RunningHouse, path: str) -> None:
    async with house.session.get(house.url + path) as answer:
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == ("no-cache" if path == "/" else "no-store")
    assert "aiohttp" not in headers["Server"]


async def test_logging_out_without_a_login_is_refused(house: RunningHouse) -> None:
    async with house.session.post(f"{house.url}/api/logout", headers={"Authorization": "Bearer nobody"}) as answer:
        assert answer.status == HTTPStatus.UNAUTHORIZED
