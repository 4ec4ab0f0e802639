"""The roster on a terminal: tables and lines in the city's time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from agents.calendar import DAY_NAMES, WEEKDAY_NAMES
from agents.coverage import Coverage, Hour
from agents.plan import Plan
from agents.shift_pattern import PlannedShift
from agents.whereabouts import SeatNow

STATUS: Mapping[str, str] = {"available": "示闲", "away": "示忙", "signed_out": "签出"}
WHY: Mapping[str, str] = {
    "by_hand": "与手工班次冲突，保留手工的",
    "cancelled": "已被手工取消",
    "begun": "与已开始的班次冲突",
    "other_days": "与本次区间之外的班次冲突",
}


def plan_line(plan: Plan, *, dry_run: bool) -> str:
    """One line about what a plan changed, or would change."""
    changed = f"新增 {len(plan.added)}，撤下 {len(plan.removed)}，保持 {plan.kept}"
    seats = f"；新建坐席 {'、'.join(plan.seats_added)}" if plan.seats_added else ""
    return f"{'试算（未写入）' if dry_run else '已排班'}：{changed}{seats}"


def shifts_table(plan: Plan, zone: ZoneInfo, *, most: int) -> Table:
    """What is added and removed, by time."""
    shown = _table("", "坐席", "律师", "班次")
    changes = [("+", one.seat, one.lawyer, one.starts_at, one.ends_at) for one in plan.added]
    changes += [("-", one.seat, one.lawyer, one.starts_at, one.ends_at) for one in plan.removed]  # type: ignore[misc]
    changes.sort(key=lambda one: (one[3], one[1]))
    for sign, seat, lawyer, starts_at, ends_at in changes[:most]:
        shown.add_row(sign, seat, lawyer, span(starts_at, ends_at, zone))
    if len(changes) > most:
        shown.add_row("…", "", "", f"另有 {len(changes) - most} 个")
    return shown


def left_out_table(plan: Plan, zone: ZoneInfo, *, most: int) -> Table:
    """What was not taken over, and why."""
    shown = _table("坐席", "律师", "班次", "原因")
    for one in plan.left_out[:most]:
        shift: PlannedShift = one.shift
        shown.add_row(shift.seat, shift.lawyer, span(shift.starts_at, shift.ends_at, zone), WHY[one.why])
    if len(plan.left_out) > most:
        shown.add_row("…", "", "", f"另有 {len(plan.left_out) - most} 个")
    return shown


def seats_table(seats: Sequence[SeatNow], zone: ZoneInfo) -> Table:
    """Who sits where."""
    shown = _table("坐席", "状态", "在座", "当班", "当班至", "下一班", "自")
    for one in seats:
        until = _at(one.on_shift_until, zone) if one.on_shift_until else "不限" if one.on_shift else ""
        status = STATUS[one.status]
        following = _at(one.next_at, zone) if one.next_at else ""
        shown.add_row(one.code, status, one.sits or "", one.on_shift or "", until, one.next_lawyer or "", following)
    return shown


def coverage_table(hours: Sequence[Hour], zone: ZoneInfo) -> Table:
    """Hours with the seats they have and the seats asked for."""
    shown = _table("日期", "", "时段", "日别", "在岗", "要求", "")
    for one in hours:
        local = one.starts_at.astimezone(zone)
        short = f"缺 {one.least - one.seats}" if one.short else ""
        shown.add_row(
            f"{local:%Y-%m-%d}",
            f"周{WEEKDAY_NAMES[local.weekday()]}",
            f"{local:%H:%M}–{(local.hour + 1) % 24:02d}:{local:%M}",
            DAY_NAMES[one.kind],
            str(one.seats),
            str(one.least),
            short,
            style="red" if one.short else None,
        )
    return shown


def gap_lines(found: Coverage) -> Iterator[str]:
    """What the check found, in sentences."""
    days = len(found.hours) // 24
    gaps, none = len(found.gaps), sum(one.seats == 0 for one in found.hours)
    if gaps:
        yield f"今后 {days} 天有 {gaps} 个小时少于要求" + (f"，其中 {none} 个小时无人在岗" if none else "")
    else:
        yield f"今后 {days} 天每个小时都达到要求"
    if found.seats < found.seats_total:
        yield f"排了班的坐席 {found.seats} 个，要求至少 {found.seats_total} 个"
    else:
        yield f"排了班的坐席 {found.seats} 个，律师 {found.lawyers} 人"
    for year in found.unknown_years:
        yield f"没有 {year} 年的节假日文件：这一年的日别只按星期判断"


def span(starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> str:
    """`12-01 周二 21:00 – 05:00`; the end with its date where it is not the next one."""
    begin = starts_at.astimezone(zone)
    told = f"{begin:%Y-%m-%d} 周{WEEKDAY_NAMES[begin.weekday()]} {begin:%H:%M}"
    if ends_at is None:
        return f"{told} – 不限"
    end = ends_at.astimezone(zone)
    same = end.date() == begin.date()
    return f"{told} – {end:%H:%M}" if same else f"{told} – {end:%m-%d %H:%M}"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 1), header_style="dim")
