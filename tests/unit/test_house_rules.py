"""Rules of the house that no linter knows, each shown to catch what it forbids."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("interactions", "routing", "bots", "agents", "hotline", "migrations", "deploy")
BANNED = {"util", "utils", "helper", "helpers", "manager", "common", "misc", "data", "base"}
LONGEST = 300
# The tables of all rooms are one idea.
LONG_ALLOWED = {"interactions/tables.py", "migrations/versions/0001_ground.py"}
# The keeper is a process of its own beside the embedded servers: it has no database to take the time from.
CLOCKS = {"interactions/clock.py", "hotline/embedded/keeper.py"}


def banned_name(path: str, _: str) -> str | None:
    """A file named for nothing."""
    return "a name that says nothing" if Path(path).stem in BANNED else None


def too_long(path: str, source: str) -> str | None:
    """A file in which a second idea hides."""
    over = len(source.splitlines()) > LONGEST and path not in LONG_ALLOWED
    return f"more than {LONGEST} lines" if over else None


def own_clock(path: str, source: str) -> str | None:
    """Time that no test can move."""
    reads = re.search(r"\btime\.time\(|\bdatetime\.now\(|\bdatetime\.utcnow\(", source)
    return "reads a clock of its own" if reads and path not in CLOCKS else None


def lost_task(_: str, source: str) -> str | None:
    """A task that nobody keeps may vanish, and its error with it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called in ("asyncio.create_task", "asyncio.ensure_future", "loop.create_task"):
                return "a task nobody keeps"
    return None


def prints(_: str, source: str) -> str | None:
    """Words on the terminal that no log and no screen knows of."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    found = any(isinstance(called, ast.Name) and called.id == "print" for called in calls)
    return "prints" if found else None


RULES: tuple[Callable[[str, str], str | None], ...] = (banned_name, too_long, own_clock, lost_task, prints)


def sources() -> Iterator[tuple[str, str]]:
    """Every file of every room."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_its_rules(rule: Callable[[str, str], str | None]) -> None:
    found = [f"{path}: {told}" for path, source in sources() if (told := rule(path, source))]

    assert found == []


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (banned_name, "agents/helper.py", ""),
        (too_long, "agents/x.py", "\n" * 301),
        (own_clock, "agents/x.py", "import time\nnow = time.time()"),
        (own_clock, "agents/x.py", "now = datetime.now(UTC)"),
        (lost_task, "agents/x.py", "async def f():\n    asyncio.create_task(g())"),
        (lost_task, "agents/x.py", "asyncio.ensure_future(g())"),
        (prints, "agents/x.py", "def f():\n    print('x')"),
    ],
)
def test_a_broken_rule_is_caught(rule: Callable[[str, str], str | None], path: str, source: str) -> None:
    assert rule(path, source)


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (banned_name, "agents/database.py", ""),
        (too_long, "agents/x.py", "\n" * 300),
        (own_clock, "interactions/clock.py", "now = time.time()"),
        (own_clock, "agents/x.py", "now = clock.now()\ntook = time.monotonic()"),
        (lost_task, "agents/x.py", "kept = asyncio.create_task(g())"),
        (prints, "agents/x.py", "console.print('x')"),
    ],
)
def test_what_keeps_the_rule_passes(rule: Callable[[str, str], str | None], path: str, source: str) -> None:
    assert rule(path, source) is None
