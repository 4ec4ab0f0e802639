"""`hotline accounts …`: real accounts. A password is asked for, never taken from the command line nor shown."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from agents.accounts import Accounts, NewAccount
from agents.passwords import Passwords
from agents.roles import ROLE_NAMES, Role, Scope, ScopeKind
from agents.staff import LEAST_PASSWORD, Member, Papers, Staff
from hotline.terminal import Ground, day_of, err, on_ground, out
from interactions.errors import Invalid

T = TypeVar("T")
app = typer.Typer(help="账号：新增、停用、恢复、改密码、登记执业证与培训、列表", no_args_is_help=True)
SCOPES = {ScopeKind.CITY: "全市", ScopeKind.DISTRICT: "区", ScopeKind.STREET: "街道", ScopeKind.FIRM: "律所"}
Username = Annotated[str, typer.Argument(metavar="用户名", help="登录名，小写字母、数字、点、横线、下划线")]
Number = Annotated[str | None, typer.Option("--licence", metavar="号码", help="律师执业证号")]
Until = Annotated[str | None, typer.Option("--licence-until", metavar="日期", help="执业证有效期至，如 2027-05-31")]
Trained = Annotated[str | None, typer.Option("--trained-on", metavar="日期", help="最近一次热线培训的日期")]


@app.command("add")
def add(
    username: Username,
    *,
    name: Annotated[str, typer.Option("--name", metavar="姓名", help="页面上显示的名字")],
    role: Annotated[
        Role, typer.Option("--role", help="lawyer 律师，supervisor 班长，analyst 分析员，admin 管理员")
    ] = Role.LAWYER,
    firm: Annotated[str | None, typer.Option("--firm", metavar="律所", help="所属律所")] = None,
    scope: Annotated[
        str, typer.Option("--scope", help="city，或 district:120104、street:120104/街道、firm:律所")
    ] = "city",
    licence: Number = None,
    licence_until: Until = None,
    trained_on: Trained = None,
) -> None:
    """新增账号；密码在提示后输入两次（不在终端时从标准输入读一行）。"""
    papers = _papers(licence, licence_until, trained_on)
    reach = _scope(scope)
    new = NewAccount(
        username,
        name,
        role,
        _password(),
        reach,
        firm,
        licence_number=papers.licence_number,
        licence_until=papers.licence_until,
        trained_on=papers.trained_on,
    )
    _with_staff(lambda staff: staff.add(new))
    out.print(f"已新增{ROLE_NAMES[role]}账号 {username}", highlight=False)
    if role is Role.LAWYER and not (papers.licence_until and papers.trained_on):
        out.print("还没有登记执业证有效期或培训日期：登记之前不能签入坐席（hotline accounts papers）", style="yellow")


@app.command("papers")
def papers_command(
    username: Username, licence: Number = None, licence_until: Until = None, trained_on: Trained = None
) -> None:
    """登记律师的执业证号、有效期、最近一次培训日期；没有给出的不变。"""
    papers = _papers(licence, licence_until, trained_on)
    _with_staff(lambda staff: staff.note_papers(username, papers))
    out.print(f"已登记 {username}", highlight=False)


@app.command("password")
def password_command(username: Username) -> None:
    """设置新密码；用旧密码登录的页面全部退出。"""
    password = _password()
    _with_staff(lambda staff: staff.set_password(username, password=password))
    out.print(f"已更换 {username} 的密码", highlight=False)


@app.command("disable")
def disable(username: Username) -> None:
    """停用账号：立即退出登录，今后的班次一并取消；做过的记录保留。"""
    cancelled = _with_staff(lambda staff: staff.disable(username))
    out.print(f"已停用 {username}，取消今后的班次 {cancelled} 个", highlight=False)


@app.command("enable")
def enable(username: Username) -> None:
    """恢复停用的账号；班次在下一次 hotline roster plan 时排回。"""
    _with_staff(lambda staff: staff.enable(username))
    out.print(f"已恢复 {username}", highlight=False)


@app.command("list")
def list_command(
    every: Annotated[bool, typer.Option("--all", help="连同已停用的")] = False,
) -> None:
    """列出账号：角色、范围、律所、执业证与培训、排班到哪天。"""

    async def work(ground: Ground) -> tuple[Sequence[Member], ZoneInfo]:
        return await _staff(ground).list(disabled=every), ZoneInfo(ground.settings.city.timezone)

    members, zone = on_ground(work)
    out.print(_table(members, zone) if members else "还没有账号", highlight=False)


def _table(members: Sequence[Member], zone: ZoneInfo) -> Table:
    shown = Table(box=None, padding=(0, 1), header_style="dim")
    shown.add_column("用户名", no_wrap=True)
    for title in ("姓名", "角色", "范围", "律所", "执业证号"):
        shown.add_column(title, overflow="fold")
    for title in ("有效期至", "培训", "排班至"):
        shown.add_column(title, min_width=10, no_wrap=True)
    shown.add_column("")
    for one in members:
        scope = SCOPES[ScopeKind(one.scope_kind)] + (f" {one.scope_value}" if one.scope_value else "")
        until = f"{one.planned_until.astimezone(zone):%Y-%m-%d}" if one.planned_until else ""
        state = "已停用" if one.disabled_at else "演示" if one.demo else ""
        papers = (one.licence_number or "", str(one.licence_until or ""), str(one.trained_on or ""))
        row = (one.username, one.display_name, ROLE_NAMES[Role(one.role)], scope, one.firm or "", *papers, until, state)
        shown.add_row(*row)
    return shown


def _with_staff(work: Callable[[Staff], Awaitable[T]]) -> T:
    async def working(ground: Ground) -> T:
        return await work(_staff(ground))

    return on_ground(working)


def _staff(ground: Ground) -> Staff:
    passwords = Passwords(ground.settings.agents.password)
    accounts = Accounts(ground.database, passwords=passwords, clock=ground.clock)
    return Staff(ground.database, accounts=accounts, passwords=passwords, clock=ground.clock)


def _password() -> str:
    """Asked twice without showing it; a script gives it on a line of its input, never as an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    err.print(f"至少 {LEAST_PASSWORD} 个字符，可以是一句容易记的话", style="dim")
    return str(typer.prompt("密码", hide_input=True, confirmation_prompt="再输入一次", err=True))


def _papers(number: str | None, until: str | None, trained_on: str | None) -> Papers:
    return Papers(number, day_of(until, option="--licence-until"), day_of(trained_on, option="--trained-on"))


def _scope(given: str) -> Scope:
    kind, _, value = given.partition(":")
    try:
        found = ScopeKind(kind)
    except ValueError:
        raise Invalid("--scope：应为 city、district:…、street:…/… 或 firm:…") from None
    if (found is ScopeKind.CITY) != (not value):
        raise Invalid("--scope：city 不带范围，其余要写明，如 district:120104")
    if found is ScopeKind.STREET and "/" not in value:
        raise Invalid("--scope：街道要写明所在区，如 street:120104/学府街道")
    return Scope(found, value or None)
