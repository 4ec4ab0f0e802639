"""A call file of our own in the form of the recorded ones: two days, two servers, nobody real."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

HEADER = (
    *("vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time"),
    *("q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server"),
)


def call(**cells: object) -> dict[str, str]:
    """Somebody answered at once at nine by server A, unless `cells` say otherwise."""
    plain = {
        "vru+line": "AA0101",
        "call_id": "1",
        "customer_id": "0",
        "priority": "0",
        "type": "PS",
        "date": "990201",
        "vru_entry": "9:00:00",
        "vru_exit": "9:00:00",
        "vru_time": "0",
        "q_start": "0:00:00",
        "q_exit": "0:00:00",
        "q_time": "0",
        "outcome": "AGENT",
        "ser_start": "9:00:00",
        "ser_exit": "9:01:40",
        "ser_time": "100",
        "server": "A",
    }
    return plain | {name: str(value) for name, value in cells.items()}


def waited(at: str, wait_s: int, **cells: object) -> dict[str, str]:
    """Somebody who stood in line from `at`."""
    return call(vru_exit=at, q_start=at, q_time=wait_s, **cells)


def hung_up(at: str, wait_s: int, **cells: object) -> dict[str, str]:
    """Somebody who gave up."""
    return waited(at, wait_s, outcome="HANG", ser_time=0, server="NO_SERVER", **cells)


def write(path: Path, calls: Iterable[dict[str, str]], *, header: Iterable[str] = HEADER) -> Path:
    """The file."""
    columns = list(header)
    lines = ["\t".join(columns), *("\t".join(one.get(name, "") for name in columns) for one in calls)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
