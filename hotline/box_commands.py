"""`hotline outbox …` and `hotline inbound …`: what waits for a person, and the person's word on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from hotline.terminal import Ground, on_ground, out
from interactions.stuck import Backlog, Letter, Stuck

Box = Literal["outbox", "inbound"]
Decide = Callable[[Stuck, UUID], Awaitable[None]]
STATES = {
    "outbox": {"dead": "未送达", "held": "结果不明，待人工", "pending": "待发", "sending": "发送中"},
    "inbound": {"dead": "处理失败", "open": "待处理"},
}
Id = Annotated[UUID, typer.Argument(metavar="ID", help="列表中的 id")]


def _box(name: str) -> typer.Typer:
    return typer.Typer(help=name, no_args_is_help=True)


outbox_app = _box("发出的消息：未送达的与结果不明的")
inbound_app = _box("收到的来件：处理不了的")


@outbox_app.command("list")
def list_messages() -> None:
    """列出未送达与结果不明的消息（不显示内容）。"""
    _list("outbox", "受理编号")


@outbox_app.command("retry")
def retry_message(letter_id: Id) -> None:
    """再发一次。结果不明的可能已经送达过。"""
    _decide(letter_id, Stuck.retry_message, "已放回待发")


@outbox_app.command("drop")
def drop_message(letter_id: Id) -> None:
    """不再发送，连同内容删除；后面的消息继续。"""
    _decide(letter_id, Stuck.drop_message, "已撤销")


@inbound_app.command("list")
def list_deliveries() -> None:
    """列出多次处理失败的来件（不显示内容）。"""
    _list("inbound", "账号")


@inbound_app.command("retry")
def retry_delivery(letter_id: Id) -> None:
    """再处理一次。"""
    _decide(letter_id, Stuck.retry_delivery, "已放回待处理")


@inbound_app.command("drop")
def drop_delivery(letter_id: Id) -> None:
    """不再处理，连同内容删除。"""
    _decide(letter_id, Stuck.drop_delivery, "已删除")


def _list(box: Box, about: str) -> None:
    async def work(ground: Ground) -> tuple[Backlog, Sequence[Letter], str]:
        stuck = Stuck(ground.database, clock=ground.clock)
        if box == "outbox":
            return await stuck.message_backlog(), await stuck.messages(), ground.settings.city.timezone
        return await stuck.delivery_backlog(), await stuck.deliveries(), ground.settings.city.timezone

    backlog, letters, timezone = on_ground(work)
    counts = "，".join(f"{STATES[box][state]} {count}" for state, count in sorted(backlog.by_state.items()) if count)
    out.print(counts or "没有积压", highlight=False)
    if letters:
        out.print(_table(box, letters, about, ZoneInfo(timezone)))


def _table(box: Box, letters: Sequence[Letter], about: str, zone: ZoneInfo) -> Table:
    shown = Table("id", about, "种类", "状态", "次数", "自", "错误", box=None, padding=(0, 1), header_style="dim")
    shown.columns[0].no_wrap = True
    for one in letters:
        since = f"{one.since.astimezone(zone):%Y-%m-%d %H:%M}"
        state = STATES[box][one.state]
        shown.add_row(str(one.letter_id), one.about, one.kind, state, str(one.attempts), since, one.error or "")
    return shown


def _decide(letter_id: UUID, decide: Decide, told: str) -> None:
    async def work(ground: Ground) -> None:
        await decide(Stuck(ground.database, clock=ground.clock), letter_id)

    on_ground(work)
    out.print(told)
