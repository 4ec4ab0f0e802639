"""`hotline simulate`: a day of the hotline on a virtual clock, and what other staffings would change."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hotline import simulate_plot, simulate_view
from hotline.scenario_file import built_in, read_scenario
from hotline.settings import Settings, load
from hotline.simulate_view import Shown
from hotline.terminal import CONFIG, bar, out
from interactions.errors import Invalid
from routing.simulation.announcing import together
from routing.simulation.arrivals import generated
from routing.simulation.curves import curves
from routing.simulation.posts import posts_of
from routing.simulation.recorded import Call, calls_in
from routing.simulation.replay import as_recorded, replay
from routing.simulation.replay import settings as settings_of_file
from routing.simulation.scenario import Answering
from routing.simulation.study import LAYOUTS, SEATS_MORE, Setting, courses, what_if

DEFAULT = Path("city")


def simulate(  # noqa: PLR0917 - typer passes options by place
    scenario: Annotated[
        Path | None, typer.Option(help=f"场景文件（YAML），或自带的场景：{'、'.join(built_in())}；默认 {DEFAULT}")
    ] = None,
    calls: Annotated[Path | None, typer.Option(help="通话记录文件（制表符分隔，带表头）：照原样重放")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="几天；重放时只取前几天")] = None,
    replications: Annotated[int, typer.Option(min=1, help="独立重复几次")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="随机种子：同样的种子，同样的结果")] = 1,
    ask_what_if: Annotated[
        bool | None, typer.Option("--what-if/--no-what-if", help="增减坐席、调整技能会怎样；重放时默认不算")
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="结果另存为 JSON")] = None,
    plot: Annotated[Path | None, typer.Option(help="一天的排队、等待、占用画成图：.svg 或 .html")] = None,
) -> None:
    """用线上同一套派单规则，在虚拟时钟上模拟一天：等待、接通率、忙闲、公平，以及增减坐席的后果。"""
    if scenario is not None and calls is not None:
        raise Invalid("--scenario 与 --calls 只能给一个")
    if plot is not None:
        simulate_plot.require_ending(plot)
    settings = load(CONFIG, os.environ)
    if calls is not None:
        shown, setting = _recorded(calls, days=days, seed=seed)
    else:
        shown, setting = _scenario(scenario or DEFAULT, settings, days=days or 1, seed=seed)
    tables = ask_what_if if ask_what_if is not None else calls is None
    shown = _run(shown, setting, replications=replications, tables=tables)
    out.print(simulate_view.shown(shown, matters=settings.city.matters, channels=settings.city.channels))
    if as_json is not None:
        as_json.write_text(json.dumps(simulate_view.as_json(shown), ensure_ascii=False, indent=2), encoding="utf-8")
        out.print(f"结果已存为 {as_json}", style="dim", highlight=False)
    if plot is not None:
        _draw(plot, shown)


def _draw(path: Path, shown: Shown) -> None:
    recorded = curves([shown.recorded], days=shown.days) if shown.recorded is not None else None
    drawn = curves(shown.courses, days=shown.days)
    simulate_plot.write(path, drawn, name=shown.name, facts=shown.facts, recorded=recorded)
    out.print(f"图已存为 {path}", style="dim", highlight=False)


def _scenario(path: Path, settings: Settings, *, days: int, seed: int) -> tuple[Shown, Setting]:
    found = read_scenario(path)
    setting = Setting(
        draw=lambda number: generated(found, days=days, seed=(seed, number)),
        posts=posts_of(found, days=days),
        matters=[*found.matters],
        settings=settings.routing,
        answering=found.answering,
    )
    return Shown(found.name, days, seed, assumptions=found.assumptions), setting


def _recorded(path: Path, *, days: int | None, seed: int) -> tuple[Shown, Setting]:
    calls = _first(calls_in(path), days)
    played = replay(calls, seed=(seed, 0))
    setting = Setting(
        draw=lambda number: replay(calls, seed=(seed, number)).arrivals,
        posts=played.posts,
        matters=sorted({one.matter for one in calls}),
        settings=settings_of_file(),
        answering=Answering(),
    )
    assumptions = simulate_view.assumptions_of(played)
    recorded = as_recorded(calls, played)
    return Shown(f"重放 {path.name}", played.days, seed, assumptions=assumptions, recorded=recorded), setting


def _first(calls: list[Call], days: int | None) -> list[Call]:
    """Those of the first days of the file."""
    if not calls:
        raise Invalid("通话记录里没有找律师的通话")
    kept = sorted({one.day for one in calls})[:days]
    return [one for one in calls if one.day in kept]


def _run(shown: Shown, setting: Setting, *, replications: int, tables: bool) -> Shown:
    runs = replications * (1 + (len(SEATS_MORE) * len(LAYOUTS) if tables else 0))
    with bar() as progress:
        task = progress.add_task("模拟", total=runs)
        found, told = [], []
        for course, turned_out in courses(setting, replications=replications):
            found.append(course)
            told.append(turned_out)
            progress.advance(task)
        rows = what_if(setting, replications=replications, done=lambda: progress.advance(task)) if tables else []
        progress.update(task, completed=runs)
    return replace(shown, courses=found, announced=together(told), what_if=rows)
