"""Errors as JSON, requests measured, headers on every answer: the outermost layer of HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from hotline.metrics import Metrics
from interactions.errors import HotlineError, TooFast

_log = structlog.get_logger(__name__)
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
            return web.json_response(told, status=error.status)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return web.json_response({"code": "not_found", "message": error.reason}, status=error.status)
        except Exception as error:
            # The edge: only the kind is logged, a message or traceback may hold words.
            _log.error("http.failed", route=_route(request), error=type(error).__name__)
            return web.json_response({"code": "unavailable", "message": "服务出现问题，请稍后再试"}, status=500)

    return answer


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
