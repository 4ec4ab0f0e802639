"""What a web-chat turn is measured against: bare aiohttp WebSocket servers, each a process of its own.

    python -m bench.bare_server echo PORT              answers each frame with itself
    python -m bench.bare_server insert PORT DATABASE   the same, after a group-committed insert of one comparable row

The row is the least that could be durable: id, seq, kind, the frame's bytes with what sealing adds, a hash. Rows
gather while the last batch commits; one INSERT a batch on one connection, no state, no lock, nothing looked up.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
from aiohttp import web

TABLE = (
    "create table if not exists bare_turn (id uuid, seq bigint, kind text not null, body bytea not null, "
    "hash bytea not null, primary key (id, seq))"
)
INSERT = "insert into bare_turn select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::bytea[])"
# AES-GCM: a nonce of 12 bytes before the words, a tag of 16 behind them.
SEALING = b"\x00" * 28
HASH = b"\x00" * 32
Row = tuple[UUID, int, str, bytes, bytes]
Store = Callable[[Row], Awaitable[None]]


class GroupCommit:
    """Inserts rows, many at once."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._pending: list[tuple[Row, asyncio.Future[None]]] = []
        self._something = asyncio.Event()

    async def store(self, row: Row) -> None:
        """Returns when `row` is durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((row, done))
        self._something.set()
        await done

    async def run(self) -> None:
        """Commits what gathered, again and again, until cancelled."""
        statement = await self._connection.prepare(INSERT)
        while True:
            await self._something.wait()
            self._something.clear()
            batch, self._pending = self._pending, []
            await statement.fetch(*(list(column) for column in zip(*(row for row, _ in batch), strict=True)))
            for _, done in batch:
                done.set_result(None)


def application(database_url: str | None) -> web.Application:
    """An echo at /chat/ws; with a database, an echo of what is durable."""
    app = web.Application()
    stores: list[Store] = []
    app.add_routes([web.get("/chat/ws", lambda request: _converse(request, stores)), web.get("/health/ready", _ready)])
    if database_url is not None:
        app.cleanup_ctx.append(lambda _: _storing(database_url, stores))
    return app


async def _storing(database_url: str, stores: list[Store]) -> AsyncIterator[None]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(TABLE)
    group = GroupCommit(connection)
    committing = asyncio.ensure_future(group.run())
    stores.append(group.store)
    yield
    committing.cancel()
    await asyncio.gather(committing, return_exceptions=True)
    await connection.close()


async def _converse(request: web.Request, stores: list[Store]) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    talk, seq = uuid4(), 0
    async for message in socket:
        seq += 1
        for store in stores:
            await store((talk, seq, "turn.said", message.data.encode() + SEALING, HASH))
        await socket.send_str(message.data)
    return socket


async def _ready(_: web.Request) -> web.Response:
    return web.Response()


def main(kind: str, port: str, *database: str) -> None:
    """Serves until told to stop."""
    url = database[0] if kind == "insert" else None
    web.run_app(application(url), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
