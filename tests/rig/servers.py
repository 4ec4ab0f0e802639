"""PostgreSQL and Redis for one test session, on a loop of their own, started by the session itself."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.embedded.errors import ProgramMissing
from hotline.embedded.postgres import EmbeddedPostgres
from hotline.embedded.redis import EmbeddedRedis


def missing(reason: str) -> None:
    """Skips on a laptop, fails where CI promises that everything is there."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running(server: EmbeddedPostgres | EmbeddedRedis) -> Iterator[str]:
    """The server's URL while it runs; tests have loops of their own, so it gets one in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    except ProgramMissing as absent:
        missing(str(absent))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL for the session: the given one, or our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with running(EmbeddedPostgres(folder, fast=True)) as url:
        yield url


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis for the session: the given one, or our own."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with running(EmbeddedRedis(folder)) as url:
        yield url
