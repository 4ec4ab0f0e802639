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
PURE = {
    *("policy.py", "states.py", "model.py", "ports.py", "append.py", "chain.py", "record.py", "event.py"),
    *("events.py", "work_events.py", "work.py"),
    *("triage.py", "care.py", "needs.py", "sealing.py", "identity.py", "normal.py"),
}
# Beside the house: nothing inside it may lean on them.
OUTSIDE = {"tests", "bench", "deploy"}


def imports_of(source: str) -> Iterator[str]:
    """Every imported module, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            yield from (str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))


def violations(path: str, source: str) -> list[str]:
    """What `source` at `path` (relative to the root) imports against the stairs."""
    room, found = path.split("/", maxsplit=1)[0], []
    for module in imports_of(source):
        top = module.split(".")[0]
        if top in FLOORS and top != room and FLOORS[top] >= FLOORS[room]:
            found.append(f"{path}: {room} (floor {FLOORS[room]}) imports {module} (floor {FLOORS[top]})")
        if top in OUTSIDE:
            found.append(f"{path}: {module} is not part of the house")
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
        ("bots/x.py", "import knowledge.search as search"),
        ("bots/retrieval.py", "import aiohttp"),
        ("agents/ports.py", "import sqlalchemy.ext.asyncio"),
        ("routing/x.py", "import importlib\nimportlib.import_module('agents.roles')"),
        ("hotline/x.py", "from tests.rig import house"),
    ],
)
def test_a_wrong_arrow_is_caught(path: str, source: str) -> None:
    assert violations(path, source)


def test_a_right_arrow_is_not() -> None:
    assert violations("hotline/x.py", "import agents.roles\nimport routing.policy\nimport aiohttp") == []
    assert violations("bots/rasa.py", "import aiohttp\nfrom bots.ports import Bot\nimport interactions.model") == []
