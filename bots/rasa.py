"""A Rasa server over HTTP: one session, so that connections are used again; every call ends in time or as `EngineDown`.

GET /domain ────────▶ what the model says of itself (rasa_model.py)
POST /model/parse ──▶ which entry a question means (rasa_reply.py)
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from bots.errors import EngineRefused, EngineSilent, ReplyGarbled
from bots.rasa_model import ModelFacts, read_domain
from bots.rasa_reply import Reply, read_reply
from bots.settings import RasaSettings

# A domain of a thousand entries is well under a megabyte.
LARGEST_REPLY = 8 * 1024 * 1024
CONNECTIONS = 8


class RasaClient:
    """Asks the server at `settings.url`; where there is none, it was not started. Close it after use."""

    def __init__(self, settings: RasaSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def facts(self) -> ModelFacts:
        """What the model there says of itself; raises `EngineDown`."""
        return read_domain(await self._call("GET", "/domain"))

    async def parse(self, said: str) -> Reply:
        """What `said` (rasa_project.as_asked, not empty) may mean; raises `EngineDown`."""
        body = await self._call("POST", "/model/parse", json={"text": said})
        return read_reply(body, question=said.partition(" ")[0])

    async def close(self) -> None:
        """Lets go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(self, method: str, path: str, **more: Any) -> bytes:
        if self._settings.url is None:
            raise EngineSilent("Rasa was not started")
        try:
            async with asyncio.timeout(self._settings.answer_s):
                return await self._answered(method, path, **more)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise EngineSilent(f"Rasa does not answer: {type(error).__name__}") from None

    async def _answered(self, method: str, path: str, **more: Any) -> bytes:
        """Never redirected: the token stands in the query, where Rasa wants it."""
        more |= {"params": {"token": self._settings.token}, "headers": {"Accept": "application/json"}}
        url = f"{self._settings.url}{path}"
        async with self._opened().request(method, url, allow_redirects=False, **more) as response:
            if response.status != 200:
                raise EngineRefused(f"Rasa answered {response.status}")
            return await _body(response)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))
        return self._session


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for part in response.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > LARGEST_REPLY:
            raise ReplyGarbled("Rasa's reply: too large")
    return bytes(body)
