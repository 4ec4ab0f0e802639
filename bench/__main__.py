"""`make bench`: tables on the terminal, JSON in bench/out, every figure beside its limit from the same run.

`make bench ONLY="arrivals matching"` runs some of them. Each bench gets servers of its own, durable as shipped.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import platform
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import (
    arrivals,
    bot,
    durable_turns,
    matching,
    policies,
    policy_report,
    report,
    scale,
    scale_page,
    verdicts,
    web_turns,
)
from bench.processes import allow_many_sockets
from bench.progress import Step
from bench.servers import durable_servers
from bench.verdicts import Verdict

OUT = Path(__file__).parent / "out"
WIDTH = 100
SEATS = (15, 1_000)


@dataclass(frozen=True, slots=True)
class Result:
    """What one bench found: rows for a machine, tables for a person, and its verdicts."""

    rows: list[dict[str, object]]
    shown: Sequence[RenderableType]
    verdicts: Sequence[Verdict]


async def _durable_turns(step: Step) -> Result:
    step("durable turns of the log", 0, 0)
    async with durable_servers() as urls:
        figures = await durable_turns.run(urls.database)
    ours = "durable turn"
    shown = report.turns("Durable turns of the log", figures, ours=ours, writers="writers")
    judged = [*verdicts.of_turns(figures, ours=ours, alone=verdicts.SINGLE)]
    return Result([one.row() for one in figures], [shown], judged)


async def _web_turns(step: Step) -> Result:
    async with durable_servers() as urls:
        figures = await web_turns.run(urls, step=step)
    ours = web_turns.SERVICE
    shown = report.turns("Web-chat turns through sockets", figures, ours=ours, writers="sockets")
    return Result([one.row() for one in figures], [shown], [*verdicts.of_web_turns(figures, ours=ours)])


async def _matching(step: Step) -> Result:
    async with durable_servers() as urls:
        rounds = await matching.run(urls.database, step=step)
    return Result([dict(one) for one in rounds], [report.matching(rounds)], [*verdicts.of_matching(rounds)])


async def _arrivals(step: Step) -> Result:
    runs = []
    for course, seats in itertools.product(arrivals.COURSES, SEATS):
        async with durable_servers() as urls:
            runs.append(await arrivals.run(urls, course=course, seats=seats, step=step))
    shown = [report.arrivals(runs), *(report.histogram(one) for one in runs)]
    return Result([one.row() for one in runs], shown, [*verdicts.of_arrivals(runs)])


async def _policies(step: Step) -> Result:
    step("a day of three thousand", 0, 0)
    quick = policy_report.quick(*policies.full_day_s())
    found = policies.run(step=step)
    judged = [quick, *policy_report.judged(found)]
    return Result([one.row() for one in found], [policy_report.table(found)], judged)


async def _scale(step: Step) -> Result:
    rows = await scale.run(step=step)
    return Result([one.row() for one in rows], [*scale_page.tables(rows)], [*verdicts.of_scale(rows)])


async def _bot(step: Step) -> Result:
    cost = await asyncio.to_thread(bot.run, step=step)
    return Result([cost.row()], [report.bot(cost)], [*verdicts.of_bot(cost)])


class Name(StrEnum):
    """What can be run."""

    DURABLE_TURNS = "durable_turns"
    WEB_TURNS = "web_turns"
    MATCHING = "matching"
    ARRIVALS = "arrivals"
    POLICIES = "policies"
    SCALE = "scale"
    BOT = "bot"


BENCHES: Mapping[Name, Callable[[Step], Coroutine[Any, Any, Result]]] = {
    Name.DURABLE_TURNS: _durable_turns,
    Name.WEB_TURNS: _web_turns,
    Name.MATCHING: _matching,
    Name.ARRIVALS: _arrivals,
    Name.POLICIES: _policies,
    Name.SCALE: _scale,
    Name.BOT: _bot,
}


def main(only: Annotated[list[Name] | None, typer.Option(help="run this bench only; may be repeated")] = None) -> None:
    """Figures beside their limits, all from one run."""
    allow_many_sockets()
    console = Console(record=True, width=None if Console().is_terminal else WIDTH)
    found = [_run(name, console) for name in only or BENCHES]
    console.print(report.verdicts([one for result in found for one in result.verdicts]))
    console.print(_machine_line(), style="dim")
    console.save_text(str(OUT / "report.txt"))


def _run(name: Name, console: Console) -> Result:
    """Runs one bench, shows its tables and writes its JSON."""
    with _progress(console) as progress:
        task = progress.add_task(name, total=None)

        def step(what: str, done: float, total: float) -> None:
            progress.update(task, description=f"{name}: {what}", completed=done, total=total or None)

        result = asyncio.run(BENCHES[name](step))
    console.print(*result.shown, sep="\n")
    OUT.mkdir(exist_ok=True)
    written = {"at": datetime.now(UTC).isoformat(), "machine": _machine(), "rows": result.rows}
    judged = [one.row() for one in result.verdicts]
    (OUT / f"{name}.json").write_text(json.dumps({**written, "verdicts": judged}, indent=2, ensure_ascii=False))
    return result


def _progress(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True, width=console.width), transient=True)


def _machine() -> dict[str, object]:
    return {"processors": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()}


def _machine_line() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} processors for client, service and database together; load {load:.1f}: look at ratios."


if __name__ == "__main__":
    typer.run(main)
