"""The stairs of the house: a room imports only from floors below it, and frameworks stay in their room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = {"hotline": 4, "agents": 3, "routing": 2, "bots": 2, "knowledge": 2, "demand": 2, "interactions": 1}
# Which files may import a framework, by room and, where a room allows it only there, by file.
FRAMEWORKS = {
    "aiohttp": {"hotline", "agents", "bots/rasa.py"},
    "twilio": {"hotline/channels"},
    "wechatpy": {"hotline/channels"},
    "redis": {"hotline"},
    "typer": {"hotline"},
    "alembic": {"hotline"},
}
PURE = {"policy.py", "states.py", "model.py", "append.py", "chain.py", "record.py", "events.py", "triage.py", "care.py"}


def imports_of(source: str) -> Iterator[str]:
    """Every imported module, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def violations(path: str, source: str) -> list[str]:
    """What `source` at `path` (relative to the root) imports against the stairs."""
    room, found = path.split("/", maxsplit=1)[0], []
    for module in imports_of(source):
        top = module.split(".")[0]
        if top in FLOORS and top != room and FLOORS[top] >= FLOORS[room]:
            found.append(f"{path}: {room} (floor {FLOORS[room]}) imports {module} (floor {FLOORS[top]})")
        if top in FRAMEWORKS and not any(path.startswith(place) for place in FRAMEWORKS[top]):
            found.append(f"{path}: {top} outside its room")
        if top in ("sqlalchemy", "asyncpg") and Path(path).name in PURE:
            found.append(f"{path}: {top} in a pure file")
    return found


def sources() -> Iterator[tuple[str, str]]:
    """Every file of every room."""
    for room in FLOORS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_no_room_imports_from_beside_or_above() -> None:
    found = [violation for path, source in sources() for violation in violations(path, source)]

    assert found == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("interactions/x.py", "import routing.policy"),
        ("routing/x.py", "def f():\n    from bots.triage import triage"),
        ("bots/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import agents.roles"),
        ("agents/x.py", "from hotline import wiring"),
        ("routing/x.py", "import aiohttp"),
        ("routing/policy.py", "from sqlalchemy import select"),
        ("agents/x.py", "import redis.asyncio"),
    ],
)
def test_a_wrong_arrow_is_caught(path: str, source: str) -> None:
    assert violations(path, source)


def test_a_right_arrow_is_not() -> None:
    assert violations("hotline/x.py", "import agents.roles\nimport routing.policy\nimport aiohttp") == []
