"""A record and a verdict as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hotline.settings import CitySettings
from interactions.events import Event, NoteWritten, TurnSaid
from interactions.head import Head
from interactions.record import Recorded
from interactions.verify import Verdict

BY = {"resident": "居民", "bot": "智能解答", "lawyer": "律师", "supervisor": "班长", "system": "系统"}
STATES = {
    "with_bot": "智能解答中",
    "waiting": "排队中",
    "offered": "待接入",
    "with_lawyer": "律师服务中",
    "wrap_up": "话后整理",
    "callback_due": "预约回电",
    "closed": "已办结",
    "abandoned": "未接通",
}


def record(head: Head, records: Sequence[Recorded], city: CitySettings) -> RenderableType:
    """One interaction: its facts, then its events in order."""
    zone = ZoneInfo(city.timezone)
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(head, city):
        facts.add_row(Text(name, style="dim"), value)
    events = Table(box=None, padding=(0, 1), show_header=True, header_style="dim")
    for column in ("序号", "时间", "谁", "事项", "内容"):
        events.add_column(column, overflow="fold")
    for one in records:
        at = f"{one.at.astimezone(zone):%m-%d %H:%M:%S}"
        events.add_row(str(one.seq), at, BY[one.by.value], one.kind, _content(one))
    return Group(Text(f"服务单 {head.number}", style="bold"), facts, Text(), events)


def verdict(found: Verdict, *, most: int) -> RenderableType:
    """Whether the log holds, with the first violations."""
    summary = f"{found.interactions} 份服务单，{found.events} 条记录"
    if found.holds:
        return Text(f"✓ 全部成立：{summary}", style="bold green")
    lines = [Text(f"✗ {len(found.violations)} 处不成立：{summary}", style="bold red")]
    lines += [Text(f"  {one.interaction} #{one.seq}  {one.what}") for one in found.violations[:most]]
    return Group(*lines)


def _facts(head: Head, city: CitySettings) -> Sequence[tuple[str, str]]:
    return (
        ("状态", STATES[head.state.value]),
        ("渠道", city.channels.get(head.channel, head.channel)),
        ("类别", city.matters.get(head.matter, head.matter)),
        ("地区", city.districts.get(head.district, head.district)),
        ("紧急程度", head.urgency.name.lower()),
        ("链首", head.head.hex()[:16]),
    )


def _content(one: Recorded) -> Text:
    moved = f"{STATES[one.from_state.value]} → {STATES[one.to_state.value]}" if one.from_state and one.to_state else ""
    if isinstance(one.event, TurnSaid | NoteWritten):
        said = one.event.text
        return Text("［已删除］", style="dim") if said is None else Text(said)
    return Text(" · ".join(part for part in (moved, _details(one.event)) if part), style="dim")


def _details(event: Event) -> str:
    values = ((f.name, getattr(event, f.name)) for f in fields(event))
    shown = ((name, value) for name, value in values if value not in (None, (), "") and not name.endswith("_id"))
    return "，".join(f"{name} {_short(value)}" for name, value in shown)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {inner}" for key, inner in value.items()) + "}"
    return str(value)
