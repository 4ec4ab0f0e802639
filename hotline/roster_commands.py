"""`hotline roster …`: plan from a file, who sits where, the hours with too few seats, the monthly sheet."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from agents.calendar import Calendar, load_calendars
from agents.coverage import Coverage
from agents.plan import Plan
from agents.planning import Planning
from agents.roster_file import read_roster
from agents.sheet import Line
from agents.sheet_csv import sheet_csv
from agents.sheet_rows import Sheets
from agents.whereabouts import SeatNow, seats_now
from hotline.roster_tables import coverage_table, gap_lines, left_out_table, plan_line, seats_table, shifts_table
from hotline.settings import Settings
from hotline.staffed_hours import staffing_of
from hotline.terminal import Ground, day_of, on_ground, out
from interactions.errors import Invalid

app = typer.Typer(help="排班：从文件排班、谁在哪个坐席、缺人的时段、月度工时表", no_args_is_help=True)
MOST_SHOWN = 60
Day = Annotated[str | None, typer.Option(metavar="日期", help="如 2026-12-01")]


@app.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="排班文件，样例见 deploy/roster.example.yaml")],
    first: Annotated[str | None, typer.Option("--from", metavar="日期", help="第一天，默认今天")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="日期", help="最后一天，默认按 roster.plan_days")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会改变什么，不写入")] = False,
) -> None:
    """把排班文件展开为具体班次。可反复运行；已开始的班次与班长手工改过的不动。"""

    async def work(ground: Ground) -> tuple[Plan, ZoneInfo]:
        settings, zone = ground.settings, _zone(ground.settings)
        matters = {code for code in settings.city.matters if "." not in code}
        roster = read_roster(file, matters=matters, channels=settings.city.channels)
        planning = Planning(ground.database, clock=ground.clock, calendar=_calendar(settings), timezone=zone)
        begin, end = _stretch(ground, first, last)
        return await planning.plan(roster, first=begin, last=end, dry_run=dry_run), zone

    done, zone = on_ground(work)
    out.print(plan_line(done, dry_run=dry_run), highlight=False)
    if dry_run and (done.added or done.removed):
        out.print(shifts_table(done, zone, most=MOST_SHOWN))
    if done.left_out:
        out.print(f"没有排入 {len(done.left_out)} 个班次：", highlight=False, style="yellow")
        out.print(left_out_table(done, zone, most=MOST_SHOWN))


@app.command("show")
def show(
    every: Annotated[bool, typer.Option("--all", help="连同没有班次、也没有人坐的坐席")] = False,
) -> None:
    """谁在哪个坐席：现在坐着谁、当班的是谁、下一班是谁。"""

    async def work(ground: Ground) -> tuple[list[SeatNow], ZoneInfo]:
        async with ground.database.read() as connection:
            return await seats_now(connection, now=ground.clock.now()), _zone(ground.settings)

    seats, zone = on_ground(work)
    if not seats:
        out.print("还没有坐席：用 hotline roster plan 排班时一并建立", highlight=False)
        return
    shown = seats if every else [one for one in seats if one.in_use]
    if shown:
        out.print(seats_table(shown, zone), highlight=False)
    if len(shown) < len(seats):
        out.print(f"另有 {len(seats) - len(shown)} 个坐席没有班次、也没有人坐：--all 一并列出", highlight=False)


@app.command("coverage")
def coverage(
    every: Annotated[bool, typer.Option("--all", help="列出每一个小时，不只缺人的")] = False,
) -> None:
    """今后若干天（默认 14 天）里在岗坐席少于要求的每一个小时；有缺口时退出码为 1。"""

    async def work(ground: Ground) -> tuple[Coverage, ZoneInfo]:
        staffing = staffing_of(ground.settings, database=ground.database, clock=ground.clock)
        return await staffing.coverage(), _zone(ground.settings)

    found, zone = on_ground(work)
    hours = found.hours if every else found.gaps
    if hours:
        out.print(coverage_table(hours, zone))
    for line in gap_lines(found):
        out.print(line, highlight=False, style=None if found.enough else "bold red")
    if not found.enough:
        raise typer.Exit(1)


@app.command("sheet")
def sheet(
    month: Annotated[str, typer.Option("--month", metavar="年月", help="如 2026-11")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="写到这个文件，Excel 可直接打开")],
    firm: Annotated[str | None, typer.Option("--firm", metavar="律所", help="只要这一家律所的")] = None,
) -> None:
    """月度工时表：每位律师与每家律所的工时、接待人次、受保护分钟。当月未完的算到现在。"""

    async def work(ground: Ground) -> list[Line]:
        return await Sheets(ground.database, clock=ground.clock, timezone=_zone(ground.settings)).read(month, firm=firm)

    lines = on_ground(work)
    try:
        # The line ends are the file's own: CSV has CRLF (RFC 4180).
        file.write_text(sheet_csv(lines, month=month), encoding="utf-8", newline="")
    except OSError as error:
        raise Invalid(f"--out：不能写入 {file}：{error.strerror}") from None
    out.print(f"{month} {len(lines)} 位律师：{file}", highlight=False)


def _stretch(ground: Ground, first: str | None, last: str | None) -> tuple[date, date]:
    today = ground.clock.now().astimezone(_zone(ground.settings)).date()
    begin = day_of(first, option="--from") or today
    end = day_of(last, option="--to") or begin + timedelta(days=ground.settings.agents.roster.plan_days - 1)
    return begin, end


def _zone(settings: Settings) -> ZoneInfo:
    return ZoneInfo(settings.city.timezone)


def _calendar(settings: Settings) -> Calendar:
    return load_calendars(settings.agents.roster.calendars)
