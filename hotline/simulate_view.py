"""A simulated day as a person reads it in a terminal, and as a program does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from routing.estimate import CONFIDENCE as TOLD
from routing.simulate import Course
from routing.simulation.announcing import NOBODY, Coverage, parts_of_day
from routing.simulation.measures import Hour, Measures, groups, hours, measured
from routing.simulation.posts import Skills
from routing.simulation.replay import Replay
from routing.simulation.replications import CONFIDENCE, Interval, interval, together
from routing.simulation.study import WhatIf

URGENCIES = {"danger": "人身危险", "deadline": "期限将至", "protected": "重点人群", "normal": "一般"}
# Of the day, told apart: fewer hours would hold too few announcements to judge.
PART_H = 6
GROUPINGS = {"urgency": "紧急程度", "matter": "咨询类别", "language": "语言", "channel": "渠道"}


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _seconds(value: float) -> str:
    return f"{value:,.1f} 秒"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _plain(value: float) -> str:
    return f"{value:.2f}"


# Name, how it is called, how it is written.
FIGURES: Sequence[tuple[str, str, Callable[[float], str]]] = (
    ("came", "来访", _count),
    ("answered", "接通", _count),
    ("abandoned", "未接通", _percent),
    ("waiting_still", "到最后仍在排队", _count),
    ("asa_s", "平均应答时间 ASA", _seconds),
    ("p50_s", "等待中位数（接通者）", _seconds),
    ("p95_s", "等待 95 分位（接通者）", _seconds),
    ("line_mean_s", "平均在线等待（含未接通者）", _seconds),
    ("longest_s", "最长等待", _seconds),
    ("sl", "SL：目标内接通 / 全部来访", _percent),
    ("sl2", "SL2：目标内接通 / 接通者", _percent),
    ("aht_s", "平均处理时长 AHT", _seconds),
    ("acw_s", "其中话后整理 ACW", _seconds),
    ("occupancy", "坐席占用率", _percent),
    ("worst_group_s", "最差人群 95 分位", _seconds),
    ("gini", "工作量基尼系数（0 为均等）", _plain),
    ("chi2_df", "工作量 χ² / 自由度（约 1 为随机）", _plain),
)


@dataclass(frozen=True)
class Shown:
    """What is shown: the study's name and what it assumes, its courses, the recorded one where there is one."""

    name: str
    days: int
    seed: int
    assumptions: Sequence[str] = ()
    recorded: Course | None = None
    courses: Sequence[Course] = ()
    announced: Mapping[int, Coverage] = field(default_factory=dict)
    what_if: Sequence[WhatIf] = ()

    @cached_property
    def measures(self) -> Sequence[Measures]:
        """Of each replication."""
        return [measured(one) for one in self.courses]

    @property
    def coverage(self) -> Coverage:
        """How what was told at first turned out, at all hours."""
        return sum(self.announced.values(), NOBODY)

    @property
    def facts(self) -> str:
        """How much was simulated."""
        return f"{self.days} 天 × {len(self.courses)} 次，种子 {self.seed}"

    @property
    def visits(self) -> Iterator[Any]:
        """Of all replications."""
        return (visit for course in self.courses for visit in course.visits)


def assumptions_of(played: Replay) -> list[str]:
    """What a replay takes from the file and what it has to assume."""
    return [
        "接通者剩余的耐心按文件中的挂断率推算：平均 "
        + (_seconds(played.patience_s) if played.patience_s < float("inf") else "无人挂断"),
        f"两次接听之间的间隔取排队不断时的均值 {_seconds(played.wrap_up_s)}",
        "坐席在席时间由接听记录推得：间隔超过 10 分钟，或有人排队仍超过 1 分钟，视为离席",
    ]


def shown(found: Shown, *, matters: Mapping[str, str], channels: Mapping[str, str]) -> RenderableType:
    """Everything as tables."""
    names = {"urgency": URGENCIES, "matter": matters, "channel": channels}
    facts = f"{found.facts}；± 为 {CONFIDENCE:.0%} 置信区间半宽"
    parts: list[RenderableType] = [Text(found.name, style="bold"), Text(facts, style="dim"), _figures(found)]
    parts += [_announced(found), _fairness(found, names), *_hours(found), *_what_if(found)]
    assumed = Text("\n".join(["假设与推算", *(f"  · {one}" for one in found.assumptions)]), style="dim")
    return Group(*(part for one in [*parts, assumed] for part in (one, Text())))


def as_json(found: Shown) -> dict[str, Any]:
    """All figures with their intervals, the groups, the hours and the what-if rows."""
    told: dict[str, Any] = {
        "name": found.name,
        "days": found.days,
        "replications": len(found.courses),
        "seed": found.seed,
        "assumptions": [*found.assumptions],
        "measures": {name: _interval(one) for name, one in together(found.measures).items()},
        "announced": _coverage(found.coverage) | {"confidence": TOLD, "hours": _by_hour(found.announced)},
        "groups": [asdict(one) for one in groups(found.visits)],
        "hours": [asdict(one) for one in hours(found.visits)],
        "what_if": [_row(one) for one in found.what_if],
    }
    if found.recorded is not None:
        told["recorded"] = asdict(measured(found.recorded))
    return told


def _coverage(one: Coverage) -> dict[str, float]:
    return asdict(one) | {"share": one.share}


def _by_hour(found: Mapping[int, Coverage]) -> list[dict[str, float]]:
    return [{"hour": hour} | _coverage(one) for hour, one in found.items()]


def _interval(one: Interval) -> dict[str, float | None]:
    return {"mean": one.mean, "half": one.half}


def _row(one: WhatIf) -> dict[str, Any]:
    figures = {name: _interval(at) for name, at in together(one.found).items()}
    return {"more": one.more, "skills": one.skills or "as_is", "seats": one.seats, "measures": figures}


def _figures(found: Shown) -> Table:
    told = together(found.measures)
    table = _table("指标", "模拟", "±", *(["文件中"] if found.recorded is not None else []))
    recorded = asdict(measured(found.recorded)) if found.recorded is not None else None
    for name, label, written in FIGURES:
        one = told[name]
        if name == "waiting_still" and not one.mean:
            continue
        half = "" if one.half is None else written(one.half)
        table.add_row(label, written(one.mean), half, *([written(recorded[name])] if recorded is not None else []))
    return table


def _announced(found: Shown) -> RenderableType:
    """Whether the interval told at first held, over the day and in each part of it."""
    if not found.coverage.told:
        return Text("首次告知的等待区间：没有人需要等待", style="dim")
    table = _table(f"首次告知的 {TOLD:.0%} 等待区间", "告知", "落在其中", "更快", "更慢")
    parts = parts_of_day(found.announced, hours=PART_H) if len(found.announced) > 1 else {}
    for name, one in [("全天", found.coverage), *((f"{a:02d}–{b:02d} 时", told) for (a, b), told in parts.items())]:
        cells = (_percent(count / one.told) for count in (one.within, one.sooner, one.later))
        table.add_row(name, _count(one.told), *cells)
    return table


def _fairness(found: Shown, names: Mapping[str, Mapping[str, str]]) -> RenderableType:
    told = groups(found.visits)
    if not told:
        return Text("公平：只有一类人，没有可比的", style="dim")
    recorded = {(one.by, one.name): one for one in groups(found.recorded.visits)} if found.recorded is not None else {}
    table = _table("公平", "", "来访", "在线等待", "95 分位", "未接通", *_beside(recorded))
    worst = max(one.p95_s for one in told)
    before = ""
    for one in told:
        if before and one.by != before:
            table.add_section()
        kind, before = ("" if one.by == before else GROUPINGS[one.by]), one.by
        cells = [_count(one.count), _seconds(one.mean_s), _seconds(one.p95_s), _percent(one.abandoned)]
        if (there := recorded.get((one.by, one.name))) is not None:
            cells += [_seconds(there.mean_s), _percent(there.abandoned)]
        name = names.get(one.by, {}).get(one.name, one.name)
        table.add_row(kind, name, *cells, style="yellow" if one.p95_s == worst else "")
    return table


def _hours(found: Shown) -> Iterator[Table]:
    told = hours(found.visits)
    recorded = {one.hour: one for one in hours(found.recorded.visits)} if found.recorded is not None else None
    if len(told) < 2:
        return
    extra = _beside(recorded)
    table = _table("时段", "每天来访", "在线等待", "未接通", *extra)
    each_day = found.days * len(found.courses)
    for one in told:
        there = recorded.get(one.hour) if recorded is not None else None
        cells = [_seconds(there.mean_s), _percent(there.abandoned)] if there is not None else [""] * len(extra)
        table.add_row(_span(one), f"{one.count / each_day:,.1f}", _seconds(one.mean_s), _percent(one.abandoned), *cells)
    yield table


def _beside(recorded: object) -> list[str]:
    """What stands beside the simulated figures where a file tells what really happened."""
    return ["文件等待", "文件未接通"] if recorded else []


def _span(one: Hour) -> str:
    return f"{one.hour:02d}–{one.hour + 1:02d} 时"


def _what_if(found: Shown) -> Iterator[RenderableType]:
    """One line a number of seats, one column a layout: mean time in line and what share is not answered."""
    if not found.what_if:
        return
    layouts = list(dict.fromkeys(one.skills for one in found.what_if))
    table = _table("如果坐席……", *(_layout(one) for one in layouts))
    for more in dict.fromkeys(one.more for one in found.what_if):
        row = [one for one in found.what_if if one.more == more]
        label = f"{row[0].seats} 席 {more:+d}" if more else f"{row[0].seats} 席 现有"
        table.add_row(label, *(_cell(one) for one in row), style="bold" if not more else "")
    yield table
    yield Text("  每格：平均在线等待 ± 半宽，目标内接通率 SL；各格是同样的来访者", style="dim")


def _cell(one: WhatIf) -> str:
    wait = interval([each.line_mean_s for each in one.found])
    half = "" if wait.half is None else f"±{wait.half:.0f}"
    return f"{wait.mean:.0f}{half} 秒 {interval([each.sl for each in one.found]).mean:.0%}"


def _layout(skills: Skills | None) -> str:
    if skills is None:
        return "技能不变"
    return "每席全部技能" if skills == "all" else f"每席 {skills} 项技能"


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 or not column else "right", no_wrap=True)
    return table
