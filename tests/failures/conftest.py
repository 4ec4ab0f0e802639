"""What the tests of failures share: a stage for interleavings, and the count of them at the end of a run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.rig.budget import LEDGER
from tests.rig.interleavings import Stage, stage


@pytest.fixture
async def on_stage(postgres_url: str) -> AsyncIterator[Stage]:
    """Four processes of the house on a fresh database, stepped by seeds."""
    async with stage(postgres_url) as made:
        yield made


@pytest.fixture
async def plain(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A look at the rows."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many interleavings ran, of which kind."""
    if LEDGER:
        terminalreporter.section("interleavings")
        for name, ran in sorted(LEDGER.items()):
            terminalreporter.write_line(f"{ran:>6}  {name}")
