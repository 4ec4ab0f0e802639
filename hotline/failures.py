"""Errors as JSON, requests measured, headers on every answer: the outermost layer of HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from agents.errors import StillOpen
from hotline.metrics import Metrics
from interactions.errors import HotlineError, TooFast

_log = structlog.get_logger(__name__)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
REFUSALS = {
    404: ("not_found", "没有这个地址"),
    405: ("not_allowed", "该地址不支持这种请求方式"),
    413: ("too_large", "请求内容过大"),
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def errors_as_json() -> Middleware:
    """Turns what a handler raises into `{"code", "message"}`; what nobody foresaw tells nothing of itself."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except HotlineError as error:
            told: dict[str, object] = {"code": error.code, "message": error.message}
            if isinstance(error, TooFast):
                told["retry_s"] = round(error.retry_s, 3)
            if isinstance(error, StillOpen):
                told["open"] = list(error.open)
            return web.json_response(told, status=error.status)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _refused(error)
        except Exception as error:
            # The edge: only the kind is logged, a message or traceback may hold words.
            _log.error("http.failed", route=_route(request), error=type(error).__name__)
            return web.json_response({"code": "unavailable", "message": "服务出现问题，请稍后再试"}, status=500)

    return answer


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every answer, errors too: nothing is kept by a browser, guessed at, framed or told to the next site."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "hotline"


def _refused(error: web.HTTPException) -> web.Response:
    """A refusal of the framework in PROTOCOL's form; `Allow` goes along where there is one."""
    code, message = REFUSALS.get(error.status, ("invalid", "请求格式不正确"))
    allow = {name: value for name, value in error.headers.items() if name == "Allow"}
    return web.json_response({"code": code, "message": message}, status=error.status, headers=allow)


def measured(metrics: Metrics) -> Middleware:
    """Times every answer by route."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Upgrade"):
            return await handler(request)
        with metrics.requests.labels(route=_route(request)).time():
            return await handler(request)

    return answer


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
