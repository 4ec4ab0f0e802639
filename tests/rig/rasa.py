"""A server that speaks Rasa's HTTP API as the tests want it to, and what it says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.rasa_project import FAQ, OUT_OF_SCOPE, SELF, key_of
from bots.settings import RasaSettings

TOKEN = "rasa-test"
CONTENT = "digest of the content"
# The confidence rises with both numbers of Rasa's: 0.98 where the intent says 0.98 and the selector 0.9.
WEIGHTS = [-4.0, 1.0, 2.0, 0.0, 0.0]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def parsed(shares: Mapping[str, float], *, scope: float = 0.98) -> dict[str, Any]:
    """A reply of /model/parse: the share of each entry, and of the content at all."""
    ranking = [{"confidence": share, "intent_response_key": key_of(entry)} for entry, share in shares.items()]
    intents: list[dict[str, Any]] = [
        {"name": FAQ, "confidence": scope},
        {"name": OUT_OF_SCOPE, "confidence": 1.0 - scope},
    ]
    return {
        "text": "…",
        "intent": max(intents, key=lambda one: one["confidence"]),
        "entities": [],
        "intent_ranking": intents,
        "response_selector": {
            "all_retrieval_intents": [FAQ],
            FAQ: {"response": {"responses": [{"text": "never shown"}], **ranking[0]}, "ranking": ranking},
        },
    }


def domain(content: str = CONTENT, weights: list[float] | None = None) -> dict[str, Any]:
    """A reply of /domain."""
    about = {"content": content, "weights": WEIGHTS if weights is None else weights}
    return {"responses": {SELF: [{"custom": about}]}, "intents": [FAQ, OUT_OF_SCOPE]}


@dataclass(slots=True)
class FakeRasa:
    """Answers with `says` and `is_made_of` until told otherwise; `asked` holds every text it was asked."""

    url: str = ""
    says: dict[str, Any] = field(default_factory=lambda: parsed({"labour.wages.unpaid": 0.9}))
    is_made_of: dict[str, Any] = field(default_factory=domain)
    instead: Handler | None = None
    asked: list[str] = field(default_factory=list)
    met: int = 0
    peers: set[object] = field(default_factory=set)

    def settings(self, **more: Any) -> RasaSettings:
        """How to reach it."""
        return RasaSettings.model_validate({"url": self.url, "token": TOKEN, **more})

    async def parse(self, request: web.Request) -> web.StreamResponse:
        """POST /model/parse."""
        self._let_in(request)
        self.asked.append((await request.json())["text"])
        if self.instead is not None:
            return await self.instead(request)
        return web.json_response(self.says, dumps=json.dumps)

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """GET /domain."""
        self._let_in(request)
        self.met += 1
        return web.json_response(self.is_made_of)

    def _let_in(self, request: web.Request) -> None:
        if request.transport is not None:
            self.peers.add(request.transport.get_extra_info("peername"))
        if request.query.get("token") != TOKEN:
            raise web.HTTPUnauthorized


@asynccontextmanager
async def fake_rasa() -> AsyncIterator[FakeRasa]:
    """One that serves inside the block."""
    rasa = FakeRasa()
    app = web.Application()
    app.add_routes([web.post("/model/parse", rasa.parse), web.get("/domain", rasa.tell)])
    async with TestServer(app) as server:
        rasa.url = str(server.make_url("")).rstrip("/")
        yield rasa
