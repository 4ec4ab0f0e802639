"""`make bench`: a table on the terminal, JSON in bench/out, every figure beside its limit from the same run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import durable_turns, matching
from bench.figures import Figure
from bench.servers import durable_servers

OUT = Path(__file__).parent / "out"


def main() -> None:
    """Runs all benches."""
    console = Console()
    console.print("Measuring durable turns and matching; about two minutes.")
    figures, rounds = asyncio.run(_run())
    console.print(_turns_table(figures))
    console.print(_matching_table(rounds))
    OUT.mkdir(exist_ok=True)
    result = {"durable_turns": [one.row() for one in figures], "matching": rounds}
    (OUT / "bench.json").write_text(json.dumps(result, indent=2))


async def _run() -> tuple[list[Figure], list[dict[str, float]]]:
    async with durable_servers() as urls:
        figures = await durable_turns.run(urls.database)
    async with durable_servers() as urls:
        return figures, await matching.run(urls.database)


def _turns_table(figures: Sequence[Figure]) -> Table:
    table = Table(title="Durable turns (medians of 5 interleaved rounds)")
    for column in ("what", "writers", "per s", "p50 ms", "p99 ms", "CPU µs each", "of its limit"):
        table.add_column(column, justify="right" if column != "what" else "left")
    for one in figures:
        numbers = (f"{one.per_s:,.0f}", f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", f"{one.cpu_us:.0f}")
        table.add_row(one.what, str(one.writers), *numbers, _ratio(one, figures))
    return table


def _ratio(one: Figure, figures: Sequence[Figure]) -> str:
    """Ours against the limit of the same run: latency at one writer, throughput at more."""
    if one.what != "durable turn":
        return ""
    limits = {limit.what: limit for limit in figures if limit.writers == one.writers}
    if one.writers == 1:
        return f"p50 {one.p50_ms / limits['bare single insert'].p50_ms:.1f}×"
    return f"{one.per_s / limits['bare group-committed insert'].per_s:.2f}×"


def _matching_table(rounds: Sequence[dict[str, float]]) -> Table:
    table = Table(title="Matching rounds")
    for column in ("seats", "waiting", "offers", "seconds", "offers per s", "idle round ms"):
        table.add_column(column, justify="right")
    for one in rounds:
        table.add_row(
            f"{one['seats']:,.0f}",
            f"{one['waiting']:,.0f}",
            f"{one['offers']:,.0f}",
            f"{one['seconds']:.3f}",
            f"{one['offers'] / one['seconds']:,.0f}",
            f"{one['idle_ms']:.1f}",
        )
    return table


main()
