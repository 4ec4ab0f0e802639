"""A fresh, migrated database per test, copied from a template that was migrated once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import asyncpg
from sqlalchemy.engine import make_url

from hotline.migrate import migrate

TEMPLATE = "hotline_template"
TODAY = date(2026, 11, 23)
_numbers = itertools.count(1)


def make_template(server_url: str) -> None:
    """Migrates the template, on the server's own database URL."""
    _execute(server_url, f"drop database if exists {TEMPLATE}", f"create database {TEMPLATE}")
    asyncio.run(migrate(named(server_url, TEMPLATE), today=TODAY))


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of a database with every table and no row; dropped after."""
    with _database(server_url, template=TEMPLATE) as url:
        yield url


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """The URL of a database that no revision has touched; dropped after."""
    with _database(server_url, template="template0") as url:
        yield url


@contextmanager
def _database(server_url: str, *, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _execute(server_url, f"drop database if exists {name} with (force)", f"create database {name} template {template}")
    try:
        yield named(server_url, name)
    finally:
        _execute(server_url, f"drop database if exists {name} with (force)")


def named(server_url: str, name: str) -> str:
    """The URL of database `name` on the same server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, *statements: str) -> None:
    asyncio.run(_execute_all(url, statements))


async def _execute_all(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
