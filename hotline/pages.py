"""The pages and their assets, with headers that let nothing in from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WEB = Path(__file__).resolve().parent.parent / "web"
ROOMS = ("resident", "console", "roster", "shared")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}


def routes() -> list[web.RouteDef]:
    """`/`, `/console/`, `/roster/` and `/assets/`."""
    return [
        web.get("/", _page(WEB / "resident" / "index.html")),
        web.get("/console", _to("/console/")),
        web.get("/console/", _page(WEB / "console" / "index.html")),
        web.get("/roster", _to("/roster/")),
        web.get("/roster/", _page(WEB / "roster" / "index.html")),
        *(web.get(f"/assets/{room}/{{name:[a-z_-]+\\.(?:js|css|svg)}}", _asset(WEB / room)) for room in ROOMS),
    ]


def _to(path: str) -> Handler:
    async def go(_: web.Request) -> web.StreamResponse:
        raise web.HTTPMovedPermanently(path)

    return go


def _page(path: Path) -> Handler:
    async def show(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path, headers=HEADERS)

    return show


def _asset(folder: Path) -> Handler:
    async def show(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS)

    return show
