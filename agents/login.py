"""Logging in and out over HTTP, and who a request comes from.

    POST /api/login   {"username","password"} ─▶ {"token","role","display_name","seat"?} + cookie
    POST /api/logout  ─▶ the login ends everywhere; the seat signs out unless it holds somebody

A bearer token speaks for itself. The cookie is HttpOnly and SameSite=Strict; a request that changes something and
rests on it must come from our own page (Origin), so that no other page can act in a lawyer's name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from agents.bodies import read_form
from agents.errors import CrossOrigin, LoginExpired
from agents.logging_in import LoggingIn
from agents.parsing import Clean
from agents.roles import Right, Viewer
from agents.roster import Roster
from agents.settings import LoginSettings
from agents.tokens import Holder, Tokens
from interactions.errors import WrongState

COOKIE = "hotline_login"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = "Bearer "


class LoginForm(BaseModel):
    """What comes with a login."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")
    username: Annotated[str, Field(min_length=1, max_length=64), Clean]
    password: Annotated[str, Field(min_length=1, max_length=256)]


@dataclass(frozen=True, slots=True)
class LoginDeps:
    """What logging in stands on. `address_of` knows which proxies to believe; `ended` hears of revoked logins.

    `secure_cookie`: the cookie travels over TLS only, also where a proxy ends TLS before us.
    """

    logging_in: LoggingIn
    tokens: Tokens
    roster: Roster
    settings: LoginSettings
    address_of: Callable[[web.Request], str]
    ended: Callable[[Holder], None]
    secure_cookie: bool = False


class Logins:
    """The two handlers, and the viewer behind any other request."""

    def __init__(self, deps: LoginDeps) -> None:
        self._deps = deps

    async def viewer_of(self, request: web.Request) -> Viewer:
        """Who asks; raises `NotSignedIn`, or `CrossOrigin` where another page acts with our cookie."""
        return (await self._holder_of(request)).viewer

    async def log_in(self, request: web.Request) -> web.Response:
        """POST /api/login."""
        form = await read_form(request, LoginForm)
        address = self._deps.address_of(request)
        entered = await self._deps.logging_in.log_in(form.username, password=form.password, address=address)
        answer = {
            "token": entered.granted.token,
            "role": entered.viewer.role.value,
            "display_name": entered.viewer.display_name,
        }
        seat = await self._seat_of(entered.viewer)
        response = web.json_response(answer if seat is None else {**answer, "seat": seat})
        self._set_cookie(response, entered.granted.token, secure=request.secure or self._deps.secure_cookie)
        return response

    async def log_out(self, request: web.Request) -> web.Response:
        """POST /api/logout."""
        holder = await self._holder_of(request)
        await self._deps.tokens.revoke(holder.login_id)
        self._deps.ended(holder)
        # Whoever still holds a resident keeps the seat: presence and its grace decide, not a click.
        with contextlib.suppress(WrongState):
            await self._deps.roster.sign_out(holder.viewer.account_id)
        response = web.json_response({})
        response.del_cookie(COOKIE, path="/")
        return response

    async def _holder_of(self, request: web.Request) -> Holder:
        token = token_of(request, same_origin=request.method not in READING)
        return await self._deps.tokens.holder(token)

    async def _seat_of(self, viewer: Viewer) -> str | None:
        return await self._deps.roster.find_seat(viewer.account_id) if viewer.may(Right.SERVE) else None

    def _set_cookie(self, response: web.Response, token: str, *, secure: bool) -> None:
        response.set_cookie(
            COOKIE,
            token,
            httponly=True,
            samesite="Strict",
            secure=secure,
            path="/",
            max_age=int(self._deps.settings.lifetime_s),
        )


def token_of(request: web.Request, *, same_origin: bool) -> str:
    """The token in the header, else in the cookie; for the cookie, `same_origin` asks for our own page as Origin."""
    header = request.headers.get("Authorization", "")
    if header.startswith(BEARER):
        return header.removeprefix(BEARER).strip()
    token = request.cookies.get(COOKIE)
    if not token:
        raise LoginExpired("请先登录")
    if same_origin and not is_our_page(request):
        raise CrossOrigin("请求来源不是本站页面")
    return token


def is_our_page(request: web.Request) -> bool:
    """Whether the request's Origin is the host it came to."""
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc == request.host
    except ValueError:
        return False
